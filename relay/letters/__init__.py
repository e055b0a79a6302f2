"""Dead letters: `relay dlq`."""
