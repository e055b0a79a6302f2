"""What comes in: a request, its sender, its body, the events that it becomes, the answer."""
