"""What was said, and what follows from it: pure values and rules, no IO of any kind."""
