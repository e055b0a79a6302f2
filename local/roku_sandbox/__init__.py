"""A stand-in for Roku's Events API, written from Roku's page alone and sharing no code with the relay it judges."""

from local.roku_sandbox.faults import Faults, read_faults
from local.roku_sandbox.sandbox import RokuSandbox

__all__ = ["Faults", "RokuSandbox", "read_faults"]
