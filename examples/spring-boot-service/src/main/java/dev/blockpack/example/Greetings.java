package dev.blockpack.example;

import org.springframework.data.jpa.repository.JpaRepository;

interface Greetings extends JpaRepository<Greeting, Long> {}
