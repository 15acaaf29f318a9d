"""The shell: configuration, wiring, server, outbox, clock. May import everything; nothing imports it."""
