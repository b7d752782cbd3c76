package dev.blockpack.example;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.validation.constraints.NotBlank;

/** One greeting that was given, kept in the database. */
@Entity
public class Greeting {
  @Id @GeneratedValue private Long id;
  @NotBlank private String name;

  protected Greeting() {}

  Greeting(String name) {
    this.name = name;
  }

  public Long getId() {
    return id;
  }

  public String getName() {
    return name;
  }
}
