package dev.blockpack.example.greetings;

/** A greeting, and who is greeted. */
public record Greeting(String text, String name) {
  public static Greeting of(String name) {
    return new Greeting("Hello", name);
  }
}
