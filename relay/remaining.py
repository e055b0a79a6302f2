"""What a stack's queues hold, and so what its removal would leave behind."""

from collections.abc import Sequence
from dataclasses import dataclass

from relay.deployment import Deployment, Destination
from relay.letters import depth
from relay.printing import number


@dataclass(frozen=True, slots=True)
class Held:
    """Messages of a destination's queue, those that somebody has received among them, and of its dead-letter queue."""

    destination: Destination
    waiting: int
    dead: int

    def told(self) -> str:
        """In words."""
        return (
            f"{self.destination.name}: {number(self.waiting, 'message')} waiting (each holds one conversion or many),"
            f" {number(self.dead, 'dead letter')}"
        )


def held(deployment: Deployment, names: Sequence[str] | None = None) -> list[Held]:
    """What the queues of all destinations hold, or of those named. SQS's counts are approximate."""
    sqs = deployment.client("sqs")
    return [
        Held(one, sum(depth(sqs, one.queue_url).values()), sum(depth(sqs, one.dead_letters_url).values()))
        for one in deployment.destinations()
        if names is None or one.name in names
    ]


def commands(found: Sequence[Held]) -> list[str]:
    """The commands that move what is held into another stack."""
    urls = [
        url
        for one in found
        for count, url in ((one.waiting, one.destination.queue_url), (one.dead, one.destination.dead_letters_url))
        if count
    ]
    return [f"relay drain {url} --stack NEW_STACK" for url in urls]
