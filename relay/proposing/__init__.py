"""What a mapping of one post could be: found by names and shapes."""
