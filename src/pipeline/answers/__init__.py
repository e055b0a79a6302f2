"""What the answers of HTTP APIs mean, as far as destinations have it in common."""
