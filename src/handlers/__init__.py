"""Where AWS calls us: thin wiring, and the only readers of the environment."""
