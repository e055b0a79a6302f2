"""Roku's sandbox, declared."""

from local.roku_sandbox.sandbox import RokuSandbox
from local.sandboxes import Declared

KEY = "local-roku-key"

SANDBOX = Declared(
    flag="--sandbox-port",
    port=8081,
    key=lambda _: KEY,
    make=lambda port, key, _: RokuSandbox(port=port, keys={key: ["*"]}),
)
