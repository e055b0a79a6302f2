"""The destinations of a running stack as one sees them from outside: what each took, and what are its dead letters."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from destinations import load
from local.cases import Expected
from local.dead_letters import DeadLetter, peek, redrive
from local.finished import named
from local.sandbox import Sandbox
from local.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Destination:
    """One destination with its sandbox; `look` reads its present state."""

    def __init__(
        self, name: str, sandbox: Sandbox[Any], sqs: "SQSClient", names: Mapping[str, str], known_ids: set[str]
    ) -> None:
        """`names` are the stack's; an event whose id is not among `known_ids` has a derived one."""
        self.name = name
        self._sandbox = sandbox
        self._sqs = sqs
        self._queue_arn = names[f"{load(name).title}Queue.Arn"]
        self._dead_letters_arn = names[f"{load(name).title}DeadLetterQueue.Arn"]
        self._known_ids = known_ids
        self._refused: dict[str, Any] = {}
        self._taken: list[tuple[str, str]] = []
        self._letters: list[DeadLetter] = []

    def tell(self, faults: Mapping[str, Any]) -> None:
        """The sandbox fails so from now on; what it was told to refuse before it goes on refusing."""
        self._refused |= faults.get("refuse", {})
        self._sandbox.set_faults({**faults, "refuse": self._refused})

    def lift(self, event_ids: Iterable[str | None]) -> None:
        """The sandbox takes these from now on; all dead letters go back to the queue, for SQS cannot choose."""
        lifted = set(event_ids)
        self._refused = {name: errors for name, errors in self._refused.items() if name not in lifted}
        self._sandbox.set_faults({"refuse": self._refused})
        redrive(self._sqs, self._dead_letters_arn, self._queue_arn)

    def look(self) -> None:
        """See what was taken and what are the dead letters now."""
        self._taken = [named(taken["event"]) for taken in self._sandbox.events()]
        self._letters = peek(self._dead_letters_arn)

    def delivered(self, item: Expected) -> tuple[str, str] | None:
        """The id and name of the event that was taken."""
        return next((names for names in self._taken if self._is(item, *names)), None)

    def dead(self, item: Expected) -> DeadLetter | None:
        """The dead letter of the conversion."""
        return next((letter for letter in self._letters if self._is(item, letter.event_id, letter.event_name)), None)

    def settled(self, item: Expected) -> bool:
        """Whether it was delivered or is a dead letter."""
        return self.delivered(item) is not None or self.dead(item) is not None

    def _is(self, item: Expected, event_id: str, event_name: str) -> bool:
        """An event with a derived id is known by its name, and by nobody else's having that id."""
        if item.event_id is not None:
            return event_id == item.event_id
        return event_name == item.event_name and event_id not in self._known_ids


def watched(stack: Stack, known_ids: set[str]) -> list[Destination]:
    """Those that the stack delivers to. ValueError if one of them has no sandbox: its samples would be counted."""
    if not stack.sandboxes.keys() >= set(stack.choices.destinations):
        raise ValueError("sample events may only be sent to the sandboxes: a real destination would count them")
    names = stack.deployment.names
    return [
        Destination(name, stack.sandboxes[name], stack.sqs, names, known_ids) for name in stack.choices.destinations
    ]
