"""One destination in a history: its queues, its function, what operators do to it."""

import importlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.simulation.conversions import Variant
from tests.simulation.plan import Redrive
from tests.simulation.promises import AT_ONCE, RUN, Promises
from tests.simulation.queues import Message, ModelQueue
from tests.simulation.rokt import Conversions, EventApi
from tests.simulation.roku import Roku
from tests.simulation.runs import Run
from tests.simulation.sender import Event, Post
from tests.simulation.service import Service
from tests.simulation.stage import Stage, Violation
from tests.simulation.strangers import Strangers

WINDOW = 5.0  # seconds that the event source mapping gathers (template.yaml)
VISIBILITY, MAX_RECEIVES = 420.0, 1_000
# A circuit is probed every hour at least, and what follows a probe is done within so much (s).
PROBED = 3_600.0 + 900.0


class Lane:
    """The way of the events from the destination's queue to the destination."""

    def __init__(self, stage: Stage, name: str) -> None:
        """`name` is roku or rokt."""
        self.stage, self.name = stage, name
        plan = stage.plan
        model: type[Service] = Roku if name == "roku" else EventApi if plan.rokt_api == "events" else Conversions
        self.service = model(
            stage.world, lambda: stage.mode(plan.phases(name)), self.variant, live=plan.delivery == "live"
        )
        self.service.is_word_known = lambda: stage.world.process().name in stage.ledger.told
        self.promises = Promises(stage, self.service)
        self.calm = plan.calm == name  # nothing fails
        self.strangers = watcher = Strangers(stage, self)
        self.dead = ModelQueue(stage.world, f"{name}-dead-letters", watcher, 14 * 86_400.0, 30.0, reliable=self.calm)
        more = VISIBILITY, MAX_RECEIVES, self.dead
        self.queue = ModelQueue(stage.world, name, watcher, 7 * 86_400.0, *more, reliable=self.calm)
        stage.sqs.queues |= {self.queue.name: self.queue, self.dead.name: self.dead}
        self.secret = 0  # the version of the key that the secret holds
        self._events: dict[int, Event] = {}  # by their time, which is each one's own
        self._poll_due, self._running = False, 0

    def expect(self, event: Event, post: Post) -> None:
        """A sender is going to post this."""
        self._events[event.time()] = event
        variant = self.promises.expect(event, post, self.stage.world.start)
        if variant is not None and self.name == "rokt":
            variant.poison = ""  # Rokt drops repeats for weeks: what breaks every request is tried for 5 days

    def variant(self, content: Mapping[str, Any]) -> Variant:
        """What this event, as it is sent or is in a message, stands for."""
        event = self._events[self.service.time(content)]
        if event.name not in self.promises.variants:
            raise Violation(f"{event.name} is not for {self.name}, and is on its way there")
        return self.promises.variants[event.name]

    def rotate(self) -> None:
        """The key changes; the secret follows a little later."""
        self.service.version += 1
        version, self.service.held_since = self.service.version, float("inf")
        self.stage.world.say(f"the key of {self.name} is rotated")

        def follow() -> None:
            self.secret = max(self.secret, version)
            self.service.held_since = self.stage.world.now if self.secret == self.service.version else float("inf")

        self.stage.world.at(self.stage.world.random.uniform(0, 900), follow)

    def redrive(self, redrive: Redrive) -> None:
        """An operator moves dead letters back."""
        sqs = self.stage.sqs
        sqs.expire(self.dead)
        letters = [m for m in self.dead.messages.values() if self.stage.world.chance(redrive.share)]
        for letter in letters:
            self.promises.counts.redriven(letter.conversions)
            self.strangers.redriven(letter)
            sqs.put(self.queue, letter.body, letter.attributes if redrive.attributes else {})
            sqs.delete(self.dead, letter)
        if letters:
            self.stage.world.say(f"an operator redrives {len(letters)} dead letters of {self.name}")

    # ------------------------------------------------------------------ what is told about the queues

    def names(self, body: str) -> tuple[str, ...]:
        """The conversions that a message holds."""
        found = []
        for line in body.split("\n")[1:]:
            content = json.loads(line)
            variant = self.variant(content)
            self.promises.queued(variant, content, self._events[self.service.time(content)])
            found.append(variant.name)
        return tuple(found)

    def put(self, message: Message, queue: ModelQueue) -> None:
        """A message came onto a queue."""
        self.promises.put(message, dead=queue is self.dead)
        process = self.stage.world.running()
        if process is not None and process.name.startswith("ingest"):
            self.promises.counts.copied(message.conversions)
        groups = {self.promises.variants[one].conversion.group for one in message.conversions}
        calm = all(self.stage.plan.is_calm(self.name, group) for group in groups)
        if queue is self.queue and (calm or (process is not None and self._has_healed(process.name))):
            self.stage.world.at(AT_ONCE, lambda: self.promises.at_once(message, queue))

    def _has_healed(self, process: str) -> bool:
        """Whether what is posted now finds nothing in its way: the last probe was so long ago that one is due."""
        plan, stage = self.stage.plan, self.stage
        poisoned = any(event.poison for post in plan.posts for event in post.events)
        return process.startswith("ingest") and not poisoned and stage.world.now > stage.healed_at + PROBED

    def gone(self, message: Message, why: str) -> None:
        """A message left its queue."""
        self.promises.gone(message, why)

    def doubled(self, message: Message) -> None:
        """A message will be received twice, or was sent though nobody knows."""
        self.promises.counts.mishap(message.conversions)

    def put_off(self, message: Message) -> None:
        """A message that was to be put off will not come back sooner."""
        self.promises.counts.no_mishap(message.conversions)

    def refused(self, body: str) -> None:
        """A message was not taken: what it holds comes back with the one before, as if a run had died."""
        self.promises.counts.mishap(self.names(body))

    def arrived(self, queue: ModelQueue) -> None:
        """The event source mapping looks after its window."""
        if queue is self.queue and not self._poll_due:
            self._poll_due = True
            self.stage.world.at(WINDOW, self._poll)

    # ------------------------------------------------------------------ the function

    def _poll(self) -> None:
        """Hand visible messages to the function, as many at once as is allowed."""
        self._poll_due = False
        plan = self.stage.plan
        for received in self.stage.sqs.batches(self.queue, plan.batch, lambda: self._running < plan.concurrency):
            self._deliver(received)

    def _deliver(self, received: list[tuple[str, Message]]) -> None:
        """One invocation, and what the event source mapping does with its report."""
        self._running += 1
        process = self.stage.begin(f"deliver-{self.name}", RUN, reliable=self.calm)
        records = [message.record(receipt) for receipt, message in received]
        for _, message in received:
            self.promises.manners.received(message)
        function = importlib.import_module("handlers.deliver")
        counts = self.promises.counts
        counts.batches[process.name] = {message.name: set(message.conversions) for _, message in received}
        self.promises.notes.given[process.name] = {message.name: message.receives for _, message in received}
        given = [name for _, message in received for name in message.conversions]

        def done(answer: Any, alive: bool) -> None:
            self._running -= 1
            self.stage.end(process, alive)
            run = Run(
                process,
                alive,
                self.stage.world.now,
                given,
                self.service.asked[process.name],
                self.promises.letters.pop(process.name, 0),
                self.strangers.letters.pop(process.name, 0),
                self.stage.has_ledger and self.stage.ledger.is_unheard(process.name),
                bool(self.stage.plan.secrets),
            )
            run.judge(self.stage.sqs.given_up(process.name), self.stage.told.pop(process.name, Counter()))
            if not alive or (not self.calm and self.stage.loses_report()):
                self.stage.world.say(f"the report of {process.name} is lost")
                self.stage.died.add(process.name)
                counts.mishap(given)
                # It has made new messages, and died before it could note what is in them: now there are two.
                counts.parted(() if alive else self.promises.made.get(process.name, ()))
            else:
                self._report(process.name, answer, [message for _, message in received])
            del self.service.asked[process.name]
            self.promises.notes.forget(process.name)
            self.arrived(self.queue)

        context = self.stage.context(process)
        self.stage.world.spawn(process, lambda: function.run({"Records": records}, context, self.name), done)

    def _report(self, process: str, answer: Any, received: list[Message]) -> None:
        failures = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        if not failures <= {message.name for message in received}:
            raise Violation("the report names a message that was not in the batch")
        for message in received:
            if message.name not in failures:
                self.stage.sqs.delete(self.queue, message)
            elif message.conversions and not self.stage.plan.has_refusals():
                self.promises.notes.marked(message, process)
