"""Where everything is that was accepted, for one destination, at every step and at the end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation import heads
from tests.simulation.circuits import Circuits
from tests.simulation.conversions import Conversion, Posted, Variant
from tests.simulation.counts import Counts
from tests.simulation.letters import why_not_dead
from tests.simulation.manners import Manners
from tests.simulation.notes import Notes
from tests.simulation.plan import DAY
from tests.simulation.queues import Message, ModelQueue
from tests.simulation.sender import Event, Post
from tests.simulation.service import Service
from tests.simulation.stage import Stage, Violation

RUN = 60.0  # seconds that a run may take (template.yaml)
# Where nothing fails, 5 s of window and runs of 2 s leave no message on the queue for so long (s).
AT_ONCE = 900.0
SECRETS = 120.0  # s after Secrets Manager has failed ingest reads the key of the fingerprints again, at the latest
DEEPEST = 12  # what is left of a message may become a message of its own this often, one after another


class Promises:
    """One destination's."""

    def __init__(self, stage: Stage, service: Service) -> None:
        """Nothing has happened yet."""
        self.stage, self.service = stage, service
        self.variants: dict[str, Variant] = {}
        self.conversions: dict[str, Conversion] = {}
        self.accepted: set[str] = set()
        self.counts = Counts(stage, service)
        self._circuits = Circuits(stage, service, self.counts)
        self.manners = Manners(stage, service, self.counts)
        self._messages: dict[str, Message] = {}
        self.notes = Notes(stage, service, self.counts, self._messages)
        self.made: dict[str, set[str]] = {}  # of which events each run has made a new message
        self.letters: Counter[str] = Counter()  # dead letters that each run wrote
        self._where: Counter[str] = Counter()  # messages, on both queues, that hold a variant
        self._depth: dict[str, int] = {}  # of messages: how many there were before, each made of the last one's rest
        self._optional: set[str] = set()
        self._outlasted: set[str] = set()
        service.on_request = self.requested

    def expect(self, event: Event, post: Post, start: float) -> Variant | None:
        """A sender is going to post this. `start` is the history's, in epoch seconds."""
        if not event.is_for(self.service.name):
            return None
        bad_until = event.rokt_bad_until if self.service.name == "rokt" else event.bad_until
        name = event.copy_of or event.name
        conversion = self.conversions.setdefault(name, Conversion(name, post.group))
        variant = Variant(event.name, event.place, conversion, start + bad_until if bad_until else 0.0, event.poison)
        variant.partner = event.partner if self.service.name == "roku" else None
        variant.sender, variant.shares_id = post.sender, event.clash_of is not None
        self.variants[event.name] = variant
        variant.is_thin, variant.refuses = event.thin or event.poor, event.refuses()
        others = [one for one in self.variants.values() if event.clash_of == one.conversion.name]
        for other in others:
            other.shares_id, other.is_thin = True, variant.is_thin
        if variant.is_thin:
            # What a page says of another person holds back no event of a server.
            is_forged = event.poor and post.sender == "browser" and all(one.sender == "server" for one in others)
            self._optional |= {event.name, "" if is_forged else event.clash_of or ""}
        self.counts.expect(event, variant)
        return variant

    def put(self, message: Message, *, dead: bool) -> None:
        """A message came onto the queue, or became a dead letter."""
        process = self.stage.world.running()
        self._messages[message.name] = message
        if process is not None and process.name.startswith("deliver"):
            self._same(message, process.name, dead=dead)
        if process is not None and process.name.startswith("ingest"):
            for name in message.conversions:
                if fault := heads.fault_of_new(message, self.variants[name]):
                    raise Violation(f"{message.name} ({name}) by {process.name} says {fault}")
                is_thin = self.variants[name].is_thin or not self.stage.has_secrets(SECRETS)
                if not is_thin and heads.is_nameless(message, name):
                    raise Violation(f"{message.name} ({name}) by {process.name} has no fingerprint")
        if process is not None and process.name.startswith("deliver") and not dead:
            given = self.counts.batches[process.name]
            # Of several copies in the run any may be the one of which this is the rest: at least as deep as the least.
            before = [self._depth.get(one, 0) for one, names in given.items() if names & set(message.conversions)]
            self.made.setdefault(process.name, set()).update(message.conversions)
            depth = 1 + min(before, default=0)
            self._depth[message.name] = depth
            if depth > DEEPEST:
                raise Violation(f"{message.conversions} went from message to message {depth} times")
        for name in message.conversions:
            self._where[name] += 1
            if dead:
                self._buried(self.variants[name], message)

    def _same(self, message: Message, process: str, *, dead: bool) -> None:
        """What is made of a message says of its events what that said."""
        given = self.counts.batches[process]
        origins = [self._messages[one] for one, names in given.items() if names & set(message.conversions)]
        fault = heads.fault_of(message, origins, dead=dead)
        if not dead and not fault and self.counts.are_alike(message.conversions):
            fault = heads.less_tried(message, origins)
        if fault is not None:
            raise Violation(f"{message.name} ({' '.join(message.conversions[:9])}) by {process} says {fault}")
        if dead:
            self.letters[process] += len(message.conversions)
            self.notes.buried(process, message)
        else:
            self.notes.marked(message, process)

    def _buried(self, variant: Variant, letter: Message) -> None:
        said = {name: str(value["StringValue"]) for name, value in letter.attributes.items()}
        fault = why_not_dead(variant, said, self.service, self.stage, self.counts)
        if fault is not None:
            raise Violation(f"{variant.name} became a dead letter for {self.service.name}, {fault}: {said}")
        if variant.bad_until < self.stage.world.now - 2 * RUN:
            self._outlasted.add(variant.conversion.name)

    def gone(self, message: Message, why: str) -> None:
        """A message left its queue: each of its events must be counted, or be somewhere else."""
        for name in message.conversions:
            self._where[name] -= 1
        if why == "receives exhausted":
            self.put(message, dead=True)
        for name in message.conversions:
            self.must_be_somewhere(name, why)

    def must_be_somewhere(self, name: str, why: str) -> None:
        """Nothing accepted is lost, and nothing that was refused is taken for delivered."""
        conversion = self.variants[name].conversion
        if self._where[name] or conversion.name in self._optional:
            return
        days = self.stage.plan.ledger_days * DAY
        if why == "acknowledged" and self.stage.has_ledger and not conversion.is_shadowed and conversion.counted:
            since = self.stage.world.now - self.service.accepted[conversion.name][-1].at
            if since > days + RUN:
                raise Violation(f"{name} is taken for one that {self.service.name} took {since:.0f} s ago")
        if not conversion.counted and not conversion.is_shadowed:
            raise Violation(f"{name} is lost: {why}, not at {self.service.name}, on no queue")

    def at_once(self, message: Message, queue: ModelQueue) -> None:
        """Where nothing fails, no message waits, whatever happens to other destinations and to the ledger."""
        if message.name in queue.messages:
            raise Violation(
                f"{message.name} waited {AT_ONCE:.0f} s, though nothing of {self.service.name} failed:"
                f" {' '.join(message.conversions[:20])}"
            )

    def requested(self, process: str, posted: Sequence[Posted], headers: Mapping[str, str]) -> None:
        """What an answer has settled is not asked about again by the same run; and it is what was queued."""
        names = {one.variant.name for one in posted}
        again = names & self.service.settled.get(process, set())
        if again:
            raise Violation(f"{process} asks again about {sorted(again)}, though {self.service.name} had said it all")
        if len(names) < len(posted):
            raise Violation(f"{process} asks for an event twice in one request")
        self.manners.requested(process, posted, headers)
        if self.service.name == "roku":
            self._circuits.requested(process, posted)
        for one in posted:
            if one.variant.refuses and one.content.get("opt_out") != "true":
                raise Violation(f"{one.variant.name} lost its person's refusal on the way")
            if one.variant.shares_id:
                self.counts.own(one.variant.conversion, *self.service.key(one.content))
            if not one.variant.shares_id and one.content != one.variant.finished:
                raise Violation(f"{one.variant.name} was queued as {one.variant.finished} and sent as {one.content}")

    def queued(self, variant: Variant, content: Mapping[str, Any], event: Event) -> None:
        """Ingest queued this of an event for the first time; later it must be the same."""
        if variant.finished is None:
            variant.finished, variant.since = content, self.stage.world.now
            fault = self.service.fault_in(content, event)
            if fault:
                raise Violation(f"{variant.name} was posted, and queued for {self.service.name} {fault}: {content}")

    def rest(self, queue: ModelQueue) -> None:
        """Everything has come to rest."""
        if queue.messages:
            left = sorted({name for message in queue.messages.values() for name in message.conversions})
            raise Violation(f"the queue of {self.service.name} never empties: {left[:20]}")
        for name, variant in self.variants.items():
            if name not in self.accepted:
                raise Violation(f"the sender never got {name} accepted for {self.service.name}")
            self.must_be_somewhere(name, "at rest")
            conversion = variant.conversion
            good = not variant.bad_until and not variant.poison and conversion.name not in self._optional
            reached = conversion.counted or conversion.name in self._outlasted or conversion.is_shadowed
            if good and not reached:
                raise Violation(f"{name} was good and never reached {self.service.name}")
        self.counts.rest(self.conversions.values())
