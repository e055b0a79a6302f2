"""Messages that nobody can deliver: texts of others on a destination's queue, which become dead letters as they are."""

from collections import Counter

from tests.simulation.queues import Message, ModelQueue, Watcher
from tests.simulation.stage import Stage, Violation

_TEXTS = ("not a message of the relay's: {}", '{{"event_group_id": "g", "stranger": {}}}', "{}\nno JSON")


class Strangers:
    """One destination's. It watches both of its queues, and tells `lane` of all other messages."""

    def __init__(self, stage: Stage, lane: Watcher) -> None:
        """None has come yet."""
        self._stage, self._lane = stage, lane
        self._waiting: dict[str, str] = {}  # bodies of those that are on the destination's queue, by message
        self._buried: set[str] = set()
        self._bodies: set[str] = set()
        self.letters: Counter[str] = Counter()  # that each run wrote of them

    def come(self, queue: ModelQueue) -> None:
        """Somebody puts one on the queue."""
        place = len(self._bodies)
        body = _TEXTS[place % len(_TEXTS)].format(place)
        self._bodies.add(body)
        self._stage.sqs.put(queue, body, {})

    def names(self, body: str) -> tuple[str, ...]:
        """The conversions that a message holds: here none."""
        return () if body in self._bodies else self._lane.names(body)

    def put(self, message: Message, queue: ModelQueue) -> None:
        """A message came onto a queue."""
        if message.body not in self._bodies:
            self._lane.put(message, queue)
        elif queue.dead_letters is not None:
            self._waiting[message.name] = message.body
        else:
            self._buried.add(message.body)
            if (process := self._stage.world.running()) is not None:
                self.letters[process.name] += 1
            if not message.attributes.get("reason"):
                raise Violation(f"{message.name}, which nobody can deliver, became a dead letter without a reason")

    def gone(self, message: Message, why: str) -> None:
        """A message left its queue for good."""
        if message.body not in self._bodies:
            self._lane.gone(message, why)
        elif self._waiting.pop(message.name, None) and message.body not in self._buried:
            raise Violation(f"{message.name}, which nobody can deliver, is lost: {why}, and no dead letter")

    def redriven(self, message: Message) -> None:
        """An operator puts it back."""
        self._buried.discard(message.body)

    def doubled(self, message: Message) -> None:
        """A message will be received twice, or was sent though nobody knows."""
        self._lane.doubled(message)

    def put_off(self, message: Message) -> None:
        """A message that was to be put off will not come back sooner."""
        self._lane.put_off(message)

    def refused(self, body: str) -> None:
        """A message was not taken."""
        if body not in self._bodies:
            self._lane.refused(body)

    def arrived(self, queue: ModelQueue) -> None:
        """A message can be received."""
        self._lane.arrived(queue)

    def rest(self) -> None:
        """Everything has come to rest."""
        if left := self._bodies - self._buried:
            raise Violation(f"nobody can deliver these, and they are no dead letters: {sorted(left)}")
