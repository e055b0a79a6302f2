"""A destination that only a test has: it shows what another one costs."""
