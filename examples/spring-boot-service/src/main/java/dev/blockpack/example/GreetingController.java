package dev.blockpack.example;

import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseBody;

@Controller
class GreetingController {
  private final Greetings greetings;

  GreetingController(Greetings greetings) {
    this.greetings = greetings;
  }

  @GetMapping("/greetings/{name}")
  @ResponseBody
  Greeting greet(@PathVariable String name) {
    return greetings.save(new Greeting(name));
  }

  @GetMapping("/")
  String list(Model model) {
    model.addAttribute("greetings", greetings.findAll());
    return "greetings";
  }
}
