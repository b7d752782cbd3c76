package dev.blockpack.example.service;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on $HOST:$PORT, by the kernel's own epoll where the native library for it is there. */
public final class Service {
  private static final Logger log = LoggerFactory.getLogger(Service.class);
  private static final int LARGEST_REQUEST = 1 << 16;

  public static void main(String[] arguments) throws InterruptedException {
    boolean isNative = Epoll.isAvailable();
    EventLoopGroup group = isNative ? new EpollEventLoopGroup(1) : new NioEventLoopGroup(1);
    Class<? extends ServerChannel> kind =
        isNative ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    try {
      Channel channel =
          new ServerBootstrap()
              .group(group)
              .channel(kind)
              .childHandler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                      client
                          .pipeline()
                          .addLast(new HttpServerCodec(), new HttpObjectAggregator(LARGEST_REQUEST))
                          .addLast(new Greeter(isNative ? "epoll" : "nio"));
                    }
                  })
              .bind(setting("HOST", "0.0.0.0"), Integer.parseInt(setting("PORT", "8080")))
              .sync()
              .channel();
      log.info("listening on port {}", ((InetSocketAddress) channel.localAddress()).getPort());
      channel.closeFuture().sync();
    } finally {
      group.shutdownGracefully();
    }
  }

  private static String setting(String name, String usual) {
    return System.getenv().getOrDefault(name, usual);
  }
}
