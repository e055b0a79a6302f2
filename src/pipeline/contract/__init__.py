"""What the pipeline and a destination agree on: a destination, an outcome, a message."""
