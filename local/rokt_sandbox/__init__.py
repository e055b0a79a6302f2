"""A stand-in for Rokt's two APIs, written from their documents alone and sharing no code with the relay it judges."""

from local.rokt_sandbox.faults import Faults
from local.rokt_sandbox.sandbox import RoktSandbox

__all__ = ["Faults", "RoktSandbox"]
