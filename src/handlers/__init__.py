"""Where AWS calls us: thin wiring, and the only readers of the environment."""

import gc

# A cold start makes 100,000 objects that stay: looking for garbage among them took 25 to 35 ms of it. What a run leaves
# behind goes without a collector, but for few cycles.
gc.set_threshold(50_000)
