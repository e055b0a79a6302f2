"""How long a wait may take before it has failed: minutes, since a busy machine must not break a test."""

BOUND = 300.0  # seconds
BROWSER_BOUND = BOUND * 1_000  # milliseconds, as playwright counts
