"""Where AWS calls us: thin wiring, and the only readers of the environment."""

import gc
import os

# A cold start makes 100,000 objects that stay: to look for garbage among them took 25 ms of it. So the collector waits
# until the first line is written (`handlers.telemetry`). Nowhere but in Lambda, since the collector is the process's.
if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    gc.disable()
