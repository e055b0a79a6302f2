"""What is outside: queues, secrets, and connections to destinations."""
