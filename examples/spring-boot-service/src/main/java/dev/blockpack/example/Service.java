package dev.blockpack.example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

@SpringBootApplication
public class Service {
  public static void main(String[] arguments) {
    SpringApplication.run(Service.class, arguments);
  }

  /** Greetings and health are for everyone; the rest asks for the password that stands in the log. */
  @Bean
  SecurityFilterChain security(HttpSecurity http) throws Exception {
    return http
        .authorizeHttpRequests(
            requests ->
                requests
                    .requestMatchers("/greetings/**", "/", "/error", "/actuator/health")
                    .permitAll()
                    .anyRequest()
                    .authenticated())
        .httpBasic(Customizer.withDefaults())
        .build();
  }
}
