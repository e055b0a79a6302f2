"""What one may choose for the local stack, and whether its ports can be had."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from destinations import NAMES, load
from local import aws
from local.senders import SENDER_KEY

ROOT = Path(__file__).resolve().parent.parent
PORT, AWS_PORT = 8080, 4566


class StackError(Exception):
    """The stack cannot start; the message is one line that says what to change."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What one may choose for a stack; a port of 0 takes any free one. Sandboxes have their usual ports."""

    port: int = PORT
    aws_port: int = AWS_PORT
    sandbox_ports: Mapping[str, int] = field(default_factory=dict)  # by destination
    urls: Mapping[str, str] = field(default_factory=dict)  # of destinations that get no sandbox
    keys: Mapping[str, str] = field(default_factory=dict)  # to present to destinations, in place of their sandboxes'
    key: str = SENDER_KEY
    window: float = 1  # seconds that messages wait for others
    template: Path = ROOT / "template.yaml"
    parameters: Mapping[str, str] = field(default_factory=dict)  # of the template, beyond window and URL

    @classmethod
    def free(cls, **chosen: Any) -> Self:
        """All on free ports."""
        return cls(port=0, aws_port=0, sandbox_ports=dict.fromkeys(NAMES, 0), **chosen)

    @property
    def destinations(self) -> list[str]:
        """Where the stack delivers, as the template's switches say; the first one's is on unless it is put off."""
        usual = {name: "true" if name == NAMES[0] else "false" for name in NAMES}
        return [name for name in NAMES if self.parameters.get(f"DeliverTo{load(name).title}", usual[name]) == "true"]


def usual_or_free(port: int) -> int:
    """The usual port, or 0, which takes any free one, where somebody else has it."""
    return 0 if _why_not(port) else port


def check_ports(wanted: Mapping[str, int]) -> None:
    """Raise StackError if one of the ports cannot be had; they are by the flag that names another."""
    for flag, port in wanted.items():
        if error := _why_not(port):
            raise StackError(f"port {port} cannot be used ({error}): choose another with {flag}") from error


def _why_not(port: int) -> Exception | None:
    with socket.socket() as probe:
        # As the servers do: connections of a stack that has just ended may linger.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((aws.HOST, port))
        except (OSError, OverflowError) as error:
            return error
    return None
