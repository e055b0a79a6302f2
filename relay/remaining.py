"""What a stack's queues hold, and so what its removal would leave behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from relay.deployment import Deployment, Destination
from relay.letters.letter_queue import depth
from relay.printing import number


@dataclass(frozen=True, slots=True)
class Held:
    """Messages of a destination's queue, those that somebody has received among them, and of its dead-letter queue."""

    destination: Destination
    waiting: int
    dead: int

    def urls(self) -> tuple[str, str]:
        """The queue, and the dead-letter queue."""
        return self.destination.queue_url, self.destination.dead_letters_url

    def told(self) -> str:
        """In words."""
        return (
            f"{self.destination.name}: {number(self.waiting, 'message')} waiting (each holds one conversion or many),"
            f" {number(self.dead, 'dead letter')}"
        )


def held(deployment: Deployment, names: Sequence[str] | None = None) -> list[Held]:
    """What the queues of all destinations hold, or of those named."""
    sqs = deployment.client("sqs")
    return [look(sqs, one) for one in deployment.destinations() if names is None or one.name in names]


def look(sqs: Any, destination: Destination) -> Held:
    """What the queues of a destination hold. SQS's counts are approximate."""
    waiting, dead = (sum(depth(sqs, url).values()) for url in (destination.queue_url, destination.dead_letters_url))
    return Held(destination, waiting, dead)


def commands(found: Sequence[Held]) -> list[str]:
    """The commands that move what is held into another stack."""
    return [
        f"relay drain {url} --stack NEW_STACK"
        for one in found
        for count, url in zip((one.waiting, one.dead), one.urls(), strict=True)
        if count
    ]
