package dev.blockpack.example.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.blockpack.example.greetings.Greeting;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;

/** Greets whoever the path names, and says what it is served by. */
final class Greeter extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final ObjectMapper json = new ObjectMapper();
  private final String transport;

  Greeter(String transport) {
    this.transport = transport;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext client, FullHttpRequest request)
      throws JsonProcessingException {
    String name = new QueryStringDecoder(request.uri()).path().substring(1);
    ObjectNode answer = json.valueToTree(Greeting.of(name.isEmpty() ? "world" : name));
    answer.put("transport", transport);
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.OK,
            Unpooled.wrappedBuffer(json.writeValueAsBytes(answer)));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    client.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }
}
