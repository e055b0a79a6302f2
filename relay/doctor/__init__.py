"""What `relay doctor` looks at."""
