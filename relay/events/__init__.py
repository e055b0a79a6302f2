"""What became of an event: `relay status`, `log`, `tail` and `forget`."""
