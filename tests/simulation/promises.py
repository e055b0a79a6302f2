"""What must hold for one destination, at every step and at the end."""

import hashlib
from collections import Counter
from collections.abc import Sequence

from tests.simulation.queues import Message, ModelQueue
from tests.simulation.sender import Event
from tests.simulation.service import Acceptance, Conversion, Service
from tests.simulation.stage import Stage, Violation

RUN = 60.0  # seconds that a run may take (template.yaml)
# A dead letter may be written this long after the refusal: one run of the function.
LETTER_DELAY = 2 * RUN
# Where nothing fails, 5 s of window and runs of 2 s leave no message on the queue for so long (s).
AT_ONCE = 900.0
# Events wait for 5 days: only an outage as long as that makes dead letters of good ones.
PATIENCE = 5 * 86_400.0
# Waits grow to 180 s and more: with what SQS gives twice, 20 receives and then one every 90 s are the most.
MOST_RECEIVES, LEAST_WAIT = 20, 90.0


class Promises:
    """One destination's."""

    def __init__(self, stage: Stage, service: Service, group: str) -> None:
        """Nothing has happened yet."""
        self.stage, self.service, self.group = stage, service, group
        self.conversions: dict[str, Conversion] = {}
        self.accepted: set[str] = set()
        self.batches: dict[str, list[set[str]]] = {}  # what each run was given
        self._keys: dict[str, tuple[str, str]] = {}
        self._digests: dict[str, str] = {}
        self._since: dict[str, float] = {}  # when it came onto the queue for the first time
        self._where: Counter[str] = Counter()  # messages, on both queues, that hold an event
        self._asked: dict[str, set[str]] = {}
        self._known: set[str] = set()  # what the ledger was told
        self._forgotten: Counter[str] = Counter()
        self._outlasted: set[str] = set()
        service.on_repeat = self.repeat
        service.on_request = self.requested

    def expect(self, event: Event, start: float) -> None:
        """A sender is going to post this. `start` is the history's, in epoch seconds."""
        if not event.is_for(self.service.name):
            return
        bad_until = event.rokt_bad_until if self.service.name == "rokt" else event.bad_until
        self.conversions[event.name] = Conversion(event.name, start + bad_until if bad_until else 0.0)
        self._digests[event.name] = hashlib.sha256(f"{event.name}@example.com".encode()).hexdigest()
        event_id, event_name = event.key()
        self._keys[event.name] = event_id, f"delivered#{self.service.name}#{self.group}#{event_name}"

    def put(self, message: Message, *, dead: bool) -> None:
        """A message came onto the queue, or became a dead letter."""
        for name in message.conversions:
            self._where[name] += 1
            self._since.setdefault(name, self.stage.world.now)
            if dead:
                self._buried(self.conversions[name], message)

    def _buried(self, conversion: Conversion, letter: Message) -> None:
        now = self.stage.world.now
        reason = letter.attributes.get("reason", {}).get("StringValue", "")
        if self._digests[conversion.name] in reason:
            raise Violation(f"the reason of {conversion.name}'s dead letter tells of a person: {reason}")
        if conversion.bad_until >= now - LETTER_DELAY:
            return
        if not reason.startswith("waited too long") or now - self._since[conversion.name] < PATIENCE:
            raise Violation(f"good event {conversion.name} became a dead letter for {self.service.name}: {reason}")
        self._outlasted.add(conversion.name)

    def gone(self, message: Message, why: str) -> None:
        """A message left its queue: each of its events must be counted, or lie somewhere else."""
        for name in message.conversions:
            self._where[name] -= 1
        if why == "receives exhausted":
            self.put(message, dead=True)
        for name in message.conversions:
            self.must_be_somewhere(name, why)

    def must_be_somewhere(self, name: str, why: str) -> None:
        """Nothing accepted is lost, and nothing that was refused is taken for delivered."""
        if not self._where[name] and not self.conversions[name].counted:
            raise Violation(f"{name} is lost: {why}, not at {self.service.name}, on no queue")

    def at_once(self, message: Message, queue: ModelQueue) -> None:
        """Where nothing fails, no message waits, whatever happens to other destinations."""
        if message.name in queue.messages:
            raise Violation(
                f"{message.name} waited {AT_ONCE:.0f} s, though nothing of {self.service.name} failed:"
                f" {' '.join(message.conversions)}"
            )

    def received(self, message: Message) -> None:
        """A destination that is down is asked ever more rarely."""
        age = self.stage.world.now - message.sent_at
        if message.receives > MOST_RECEIVES + age / LEAST_WAIT:
            raise Violation(f"{message.name} for {self.service.name} was tried {message.receives} times in {age:.0f} s")

    def noted(self, name: str) -> None:
        """The ledger was told that this was delivered."""
        if not self.conversions[name].counted:
            raise Violation(f"the ledger says that {name} was delivered, and {self.service.name} never took it")
        self._known.add(name)

    def repeat(self, conversion: Conversion, acceptance: Acceptance) -> None:
        """An event is about to be counted again: only a lost answer or a lost note may cause that."""
        name, key, ledger = conversion.name, self._keys[conversion.name], self.stage.ledger
        earlier = self.service.accepted[name]
        last = earlier[-1]
        since = self.stage.world.now - conversion.counted[-1]
        if since <= self.service.window:
            raise Violation(f"{name} is counted twice, {since:.0f} s later: {self.service.name} was sent two ids")
        if acceptance.process in ledger.unread:
            cause = "the ledger was out of reach when it was asked"
        elif ledger.knows(key):
            raise Violation(f"{name} was sent again {since:.0f} s later, though the ledger knew it")
        elif key in ledger.items:
            cause = "the ledger had forgotten it, after its days"
            self._forgotten[name] += 1
        elif any(one.answered and not self._unheard(name, one) for one in earlier):
            raise Violation(f"{name} is counted twice, and no answer and no note was lost")
        elif self._neglected(name, earlier):
            raise Violation(
                f"{name} was not tried again within {self.service.name}'s window, though its run ended well"
            )
        else:
            cause = "an answer was lost" if not last.answered else "a note was lost"
        self.stage.result.repeats[f"{self.service.name}: {cause}"] += 1
        self.stage.world.say(f"{self.service.name} counts {name} again, {since:.0f} s after: {cause}")

    def _neglected(self, name: str, earlier: Sequence[Acceptance]) -> bool:
        """Whether an answer was lost, no run with the event died since, and yet nothing was tried in the window."""
        window, tries, died = self.service.window, self.conversions[name].tries, self.stage.died
        unlucky = [self.stage.processes[p].began for p in died if name in set().union(*self.batches.get(p, []))]
        return any(
            not one.answered
            and not any(one.at < at <= one.at + window for at in tries)
            and not any(one.at - RUN <= began <= one.at + window for began in unlucky)
            for one in earlier
        )

    def _unheard(self, name: str, acceptance: Acceptance) -> bool:
        """Whether the process of this acceptance could not note it."""
        return acceptance.process in self.stage.died or self._keys[name] in self.stage.ledger.unwritten

    def requested(self, process: str, names: set[str]) -> None:
        """A message travels whole: what is missing of it was asked before, is known, or travels as another's copy.

        And what an answer has settled is not asked about again by the same run.
        """
        again = names & self.service.settled.get(process, set())
        if again:
            raise Violation(f"{process} asks again about {sorted(again)}, though {self.service.name} had said it all")
        asked = self._asked.setdefault(process, set())
        batch = self.batches[process]
        for place, message in enumerate(batch):
            missing = message - names
            if not missing or len(missing) == len(message):
                continue
            copies = {name for other in batch[:place] for name in other}
            if not missing <= asked | copies | self._known:
                raise Violation(f"a message was split: {sorted(missing)} did not travel with the rest")
        asked |= names

    def rest(self, queue: ModelQueue) -> None:
        """Everything has come to rest."""
        if queue.messages:
            left = sorted({name for message in queue.messages.values() for name in message.conversions})
            raise Violation(f"the queue of {self.service.name} never empties: {left}")
        unread = len(self.stage.ledger.unread & self.batches.keys())
        for name, conversion in self.conversions.items():
            if name not in self.accepted:
                raise Violation(f"the sender never got {name} accepted for {self.service.name}")
            self.must_be_somewhere(name, "at rest")
            if not conversion.counted and not conversion.bad_until and name not in self._outlasted:
                raise Violation(f"{name} was good and never reached {self.service.name}")
            acceptances = self.service.accepted.get(name, [])
            lost = sum(not one.answered or self._unheard(name, one) for one in acceptances) + self._forgotten[name]
            if len(conversion.counted) - 1 > lost + unread:
                raise Violation(f"{name} is counted {len(conversion.counted)} times for {lost} lost answers")
