package dev.blockpack.example;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

@Path("/greetings")
public class GreetingResource {
  @GET
  public String greet() {
    return "hello";
  }
}
