package dev.blockpack.example.clock;

import com.google.gson.Gson;
import fi.iki.elonen.NanoHTTPD;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import org.apache.commons.text.WordUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says the day of the week to whoever asks on $HOST:$PORT. */
public final class Clock extends NanoHTTPD {
  private static final Logger log = LoggerFactory.getLogger(Clock.class);
  private static final Gson gson = new Gson();

  private Clock(String host, int port) {
    super(host, port);
  }

  public static void main(String[] arguments) throws IOException {
    Clock clock = new Clock(setting("HOST", "0.0.0.0"), Integer.parseInt(setting("PORT", "8080")));
    clock.start(SOCKET_READ_TIMEOUT, false);
    log.info("listening on port {}", clock.getListeningPort());
  }

  @Override
  public Response serve(IHTTPSession session) {
    String day = ZonedDateTime.now(ZoneOffset.UTC).getDayOfWeek().name();
    String answer = gson.toJson(Map.of("day", WordUtils.capitalizeFully(day)));
    return newFixedLengthResponse(Response.Status.OK, "application/json", answer);
  }

  private static String setting(String name, String usual) {
    return System.getenv().getOrDefault(name, usual);
  }
}
