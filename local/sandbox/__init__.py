"""What the stand-ins of all destinations share; they share no code with the relay that they judge."""

from local.sandbox.sandbox import Sandbox, reply

__all__ = ["Sandbox", "reply"]
