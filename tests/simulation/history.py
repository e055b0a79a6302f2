"""One history: the real handlers between the models, and what must hold at every step and at the end."""

import importlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from tests.simulation.ledger import ModelLedger, ModelSecrets
from tests.simulation.plan import Phase, Plan, Post, Redrive
from tests.simulation.roku import WINDOW, Acceptance, Conversion, ModelRoku
from tests.simulation.sqs import Message, ModelQueue, ModelSqs, SqsFaults
from tests.simulation.world import GreenExecutor, GreenLock, Process, World

GROUP = "g"
SENDER_KEY = "sender-key-of-the-simulation"
INGEST_SECONDS, DELIVER_SECONDS, WINDOW_SECONDS = 29.0, 60.0, 5.0  # template.yaml
VISIBILITY, MAX_RECEIVES = 420.0, 1_000
# Nothing fails any more once a history is over: this long (seconds) after it everything must have come to rest.
REST = 40 * 3_600.0
# A dead letter may be written this long after Roku's refusal: one run of the function.
LETTER_DELAY = 2 * DELIVER_SECONDS

ENVIRONMENT = {
    "ROKT_QUEUE_URL": "",
    "ROKU_QUEUE_URL": "queue",
    "ROKU_DEAD_LETTER_QUEUE_URL": "dead-letters",
    "ROKU_URL": "https://roku.test",
    "DELIVERY_MODE": "live",
    "SENDER_KEYS_SECRET": "senders",
    "ROKU_KEYS_SECRET": "roku",
    "LEDGER_TABLE": "ledger",
    "LEDGER_DAYS": "7",
    "LOG_SAMPLE_RATE": "0",
    "DEFAULT_EVENT_GROUP": GROUP,
    "PHONE_FORMAT": "digits",
    "DEFAULT_COUNTRY": "",
    "ALLOWED_ORIGINS": "",
    "POWERTOOLS_SERVICE_NAME": "simulation",
    "POWERTOOLS_METRICS_NAMESPACE": "simulation",
}


class Violation(AssertionError):
    """A promise was broken."""


@dataclass
class Result:
    """What a history showed: repeats that Roku counted by their cause, and how much happened."""

    repeats: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)
    violation: str | None = None


def run(plan: Plan) -> Result:
    """Play the plan and judge it."""
    history = _History(plan)
    try:
        with history.installed():
            history.play()
    except Exception as error:  # noqa: BLE001 - a fault of the program is a broken promise too
        history.result.violation = str(error) if isinstance(error, Violation) else f"the program failed: {error!r}"
        history.world.say(f"VIOLATION: {history.result.violation}")
    history.result.log = history.world.log
    return history.result


class _History:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.world = World(plan.seed)
        self.result = Result()
        self.over = False
        self.conversions: dict[str, Conversion] = {}
        self.accepted: set[str] = set()
        self.where: Counter[str] = Counter()  # messages, on both queues, that hold an event
        self.processes: dict[str, Process] = {}
        self.died: set[str] = set()
        self.running = 0
        self.key = 0
        self.secret = 0
        dead = ModelQueue("dead-letters", 14 * 86_400.0, 30.0)
        queue = ModelQueue("queue", 7 * 86_400.0, VISIBILITY, MAX_RECEIVES, dead)
        faults = SqsFaults(plan.sqs_refuses, plan.sqs_loses_answers, plan.sqs_refuses_entries, plan.sqs_twice)
        self.faults = faults
        self.sqs = ModelSqs(self.world, faults, self.gone)
        self.sqs.queues = {"queue": queue, "dead-letters": dead}
        self.sqs.arrived = self.arrived
        self.sqs.on_put = self.put
        self.queue, self.dead = queue, dead
        self.poll_due = False
        self.roku = ModelRoku(
            self.world, lambda: self.mode(plan.roku), lambda name: self.conversions[name], lambda: f"key-{self.key}"
        )
        self.roku.on_repeat = self.repeat
        self.roku.on_request = self.whole_messages
        self.batches: dict[str, list[set[str]]] = {}
        self.asked: dict[str, set[str]] = {}
        self.ledger = ModelLedger(self.world, lambda: self.mode(plan.ledger))
        self.ledger.on_write = self.noted
        senders = json.dumps({"sender": SENDER_KEY})
        self.secrets = ModelSecrets(self.world, {"senders": lambda: senders, "roku": lambda: f"key-{self.secret}"})

    # ------------------------------------------------------------------ the code under test, among the models

    @contextmanager
    def installed(self) -> Iterator[None]:
        """The handlers with the models in place of AWS, Roku and time."""
        clients = importlib.import_module("handlers.clients")
        telemetry = importlib.import_module("handlers.telemetry")
        sending = importlib.import_module("pipeline.sending")
        secrets = importlib.import_module("pipeline.secrets")
        executor = GreenExecutor(self.world)
        random = self.world.random.random
        quiet = SimpleNamespace(info=lambda *_, **__: None, warning=lambda *_, **__: None, error=lambda *_, **__: None)
        with (
            patch.dict("os.environ", ENVIRONMENT),
            patch.multiple(
                clients,
                sqs=lambda: self.sqs,
                secrets_manager=lambda: self.secrets,
                dynamodb=lambda: self.ledger,
                session=lambda: self.roku,
                executor=lambda: executor,
                aws_executor=lambda: executor,
                now=lambda: self.world.now,
                jitter=random,
            ),
            patch.multiple(telemetry, count=self.count, logger=lambda: quiet, failed=self.failed),
            patch.object(sending, "wait", executor.wait),
            patch.object(secrets, "threading", SimpleNamespace(Lock=lambda: GreenLock(self.world))),
        ):
            self.forget()
            try:
                yield
            finally:
                self.forget()

    def forget(self) -> None:
        """A new process knows nothing of the one before."""
        for name in ("clients", "api", "destinations", "delivering", "ingest", "deliver_roku"):
            for member in vars(importlib.import_module(f"handlers.{name}")).values():
                if hasattr(member, "cache_clear"):
                    member.cache_clear()

    def count(self, counts: Counter[str], **_: object) -> None:
        """Metrics of the handlers."""
        self.result.counts.update(counts)

    def failed(self, error: BaseException, **_: object) -> None:
        """The handlers caught a fault of their own."""
        raise Violation(f"the program failed: {error!r}") from error

    # ------------------------------------------------------------------ time

    def mode(self, phases: Sequence[Phase]) -> str:
        """How something behaves now."""
        since = self.world.now - self.world.start
        active = [phase.mode for phase in phases if phase.start <= since < phase.end]
        return active[-1] if active and not self.over else "ok"

    def play(self) -> None:
        """Let the plan happen, then let everything come to rest, and look."""
        plan, world = self.plan, self.world
        for post in plan.posts:
            for event in post.events:
                bad_until = world.start + event.bad_until if event.bad_until else 0.0
                self.conversions[event.name] = Conversion(event.name, bad_until)
            for at in (post.at, *post.again):
                world.at(at, lambda post=post: self.post(post))  # type: ignore[misc]
        for redrive in plan.redrives:
            world.at(redrive.at, lambda redrive=redrive: self.redrive(redrive))  # type: ignore[misc]
        for at in plan.rotations:
            world.at(at, self.rotate)
        world.at(max([plan.seconds, *(phase.end for phase in (*plan.roku, *plan.ledger))]), self.heal)
        world.run(world.start + plan.seconds * 1.5 + REST)
        self.rest()

    def heal(self) -> None:
        """From now on nothing fails."""
        self.over = True
        self.plan_chances_off()
        self.world.say("nothing fails any more")

    def plan_chances_off(self) -> None:
        """No more crashes and losses."""
        self.faults.refuse = self.faults.lose_answer = self.faults.refuse_entry = self.faults.twice = 0.0

    def rotate(self) -> None:
        """Roku's key changes; the secret follows a little later."""
        self.key += 1
        key = self.key
        self.world.say("the Roku key is rotated")

        def follow() -> None:
            self.secret = max(self.secret, key)

        self.world.at(self.world.random.uniform(0, 900), follow)

    # ------------------------------------------------------------------ senders and the ingest function

    def post(self, post: Post, tries: int = 0) -> None:
        """A sender posts, and posts again what was not taken, until it is."""
        events = [
            {
                "event_id": event.name,
                "event_name": "LEAD",
                "event_time": 1_790_000_000,
                "user_data": {"client_ip_address": "203.0.113.9"},
                **({"partner_name": event.partner} if event.partner else {}),
            }
            for event in post.events
        ]
        request = {
            "rawPath": "/v1/events",
            "headers": {"authorization": f"Bearer {SENDER_KEY}"},
            "requestContext": {"http": {"method": "POST", "path": "/v1/events"}, "stage": "$default"},
            "body": json.dumps({"events": events}),
        }
        process = self.begin("ingest", INGEST_SECONDS)
        ingest = importlib.import_module("handlers.ingest")
        names = [event.name for event in post.events]

        def done(answer: Any, alive: bool) -> None:
            self.end(process, alive)
            left = names
            if alive and not self.world.chance(0 if self.over else self.plan.lost_reports):
                if answer["statusCode"] not in (202, 210, 503):
                    raise Violation(f"a good request was answered with {answer['statusCode']}")
                failed = {item["event_id"] for item in json.loads(answer["body"])["failed_events"]}
                taken = [name for name in names if name not in failed] if answer["statusCode"] != 503 else []
                self.world.say(f"{process.name} accepts {' '.join(taken)}")
                self.accepted |= set(taken)
                left = [name for name in names if name not in taken]
                for name in taken:
                    self.must_be_somewhere(name, "accepted")
            if left:
                rest = Post(0, tuple(event for event in post.events if event.name in left))
                self.world.at(min(3_600, 5 * 2**tries), lambda: self.post(rest, tries + 1))

        self.world.spawn(process, lambda: ingest.handler(request, self.context(process)), done)

    # ------------------------------------------------------------------ the queue and the deliver function

    def arrived(self, queue: ModelQueue) -> None:
        """The event source mapping looks after its window."""
        if queue is self.queue and not self.poll_due:
            self.poll_due = True
            self.world.at(WINDOW_SECONDS, self.poll)

    def poll(self) -> None:
        """Hand visible messages to the function, as many at once as is allowed."""
        self.poll_due = False
        while self.running < self.plan.concurrency:
            received = self.sqs.receive(self.queue, self.plan.batch)
            if not received:
                return
            self.deliver(received)

    def deliver(self, received: list[tuple[str, Message]]) -> None:
        """One invocation, and what the event source mapping does with its report."""
        self.running += 1
        process = self.begin("deliver", DELIVER_SECONDS)
        records = [
            {
                "messageId": message.name,
                "receiptHandle": receipt,
                "body": message.body,
                "attributes": {
                    "ApproximateReceiveCount": str(message.receives),
                    "SentTimestamp": str(int(message.sent_at * 1000)),
                },
            }
            for receipt, message in received
        ]
        function = importlib.import_module("handlers.deliver_roku")
        before = self.roku.requests
        self.batches[process.name] = [set(_names(message.body)) for _, message in received]
        events = sum(len(_names(message.body)) for _, message in received)

        def done(answer: Any, alive: bool) -> None:
            self.running -= 1
            self.end(process, alive)
            asked = self.roku.asked_by.pop(process.name, 0)
            if asked > 2 * (2 * events - 1):  # 2n - 1 for a search, each once more with a rotated key
                raise Violation(f"{asked} requests for {events} events, {self.roku.requests - before} in all")
            if not alive or self.world.chance(0 if self.over else self.plan.lost_reports):
                self.world.say(f"the report of {process.name} is lost")
                self.died.add(process.name)
            else:
                failures = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
                known = {message.name for _, message in received}
                if not failures <= known:
                    raise Violation("the report names a message that was not in the batch")
                for _, message in received:
                    if message.name not in failures:
                        self.sqs.delete(self.queue, message)
            self.arrived(self.queue)

        self.world.spawn(process, lambda: function.handler({"Records": records}, self.context(process)), done)

    def begin(self, name: str, seconds: float) -> Process:
        """A process of a function."""
        self.result.counts[f"{name} runs"] += 1
        crash = 0.0 if self.over else self.plan.crash
        process = Process(f"{name}{self.result.counts[f'{name} runs']}", self.world.now, seconds, crash)
        self.processes[process.name] = process
        return process

    def end(self, process: Process, alive: bool) -> None:
        """The run is over: whatever it still had under way dies with it."""
        process.dead = True
        if not alive:
            self.died.add(process.name)
            self.world.say(f"{process.name} dies")
            self.forget()

    def context(self, process: Process) -> Any:
        """Lambda's context object."""
        return SimpleNamespace(
            aws_request_id=process.name,
            get_remaining_time_in_millis=lambda: int(1000 * (process.ends - self.world.now)),
        )

    def redrive(self, redrive: Redrive) -> None:
        """An operator moves dead letters back."""
        self.sqs.expire(self.dead)
        letters = [m for m in self.dead.messages if self.world.chance(redrive.share)]
        for letter in letters:
            self.sqs.put(self.queue, letter.body, letter.attributes if redrive.attributes else {})
            self.sqs.delete(self.dead, letter)
        if letters:
            self.world.say(f"an operator redrives {len(letters)} dead letters")

    # ------------------------------------------------------------------ what must hold

    def put(self, message: Message, queue: ModelQueue) -> None:
        """A message came onto a queue."""
        for name in _names(message.body):
            self.where[name] += 1
            conversion = self.conversions[name]
            if queue is self.dead and conversion.bad_until < self.world.now - LETTER_DELAY:
                reason = message.attributes.get("reason", {}).get("StringValue")
                raise Violation(f"good event {name} became a dead letter: {reason}")

    def gone(self, message: Message, why: str) -> None:
        """A message left its queue: each of its events must be counted by Roku, or lie somewhere else."""
        for name in _names(message.body):
            self.where[name] -= 1
        if why == "receives exhausted":
            self.put(message, self.dead)
        for name in _names(message.body):
            self.must_be_somewhere(name, why)

    def must_be_somewhere(self, name: str, why: str) -> None:
        """Nothing accepted is lost, and nothing that Roku refused is taken for delivered."""
        if not self.where[name] and not self.conversions[name].counted:
            raise Violation(f"{name} is lost: {why}, not at Roku, on no queue")

    def noted(self, event_id: str, what: str) -> None:
        """The ledger was told something."""
        if what.startswith("delivered#") and not self.conversions[event_id].counted:
            raise Violation(f"the ledger says that {event_id} was delivered, and Roku never took it")

    def repeat(self, name: str, acceptance: Acceptance) -> None:
        """Roku is about to count an event again: only a lost answer or a lost note may cause that."""
        earlier = self.roku.accepted[name]
        key = (name, f"delivered#roku#{GROUP}#LEAD")
        last = earlier[-1]
        since = self.world.now - self.conversions[name].counted[-1]
        if acceptance.process in self.ledger.unread:
            cause = "the ledger was out of reach when it was asked"
        elif key in self.ledger.items:
            raise Violation(f"{name} was sent again {since:.0f} s later, though the ledger knew it")
        elif any(one.answered and not self.unheard(name, one) for one in earlier):
            raise Violation(f"{name} is counted twice, and no answer and no note was lost")
        elif self.neglected(name, earlier):
            raise Violation(f"{name} was not tried again within Roku's window, though its run ended well")
        else:
            cause = "an answer was lost" if not last.answered else "a note was lost"
        self.result.repeats[cause] += 1
        self.world.say(f"Roku counts {name} again, {since:.0f} s after: {cause}")
        assert since > WINDOW

    def neglected(self, name: str, earlier: Sequence[Acceptance]) -> bool:
        """Whether an answer was lost, no run with the event died since, and yet nothing was tried for 10 minutes."""
        tries = self.conversions[name].tries
        unlucky = [self.processes[p].began for p in self.died if name in set().union(*self.batches.get(p, []))]
        return any(
            not one.answered
            and not any(one.at < at <= one.at + WINDOW for at in tries)
            and not any(one.at - DELIVER_SECONDS <= began <= one.at + WINDOW for began in unlucky)
            for one in earlier
        )

    def whole_messages(self, process: str, names: set[str]) -> None:
        """A message travels whole: what is missing of it was asked before, is known, or travels as another's copy."""
        asked = self.asked.setdefault(process, set())
        batch = self.batches[process]
        for place, message in enumerate(batch):
            missing = message - names
            if len(missing) == len(message):
                continue
            copies = {name for other in batch[:place] for name in other}
            known = {name for name, what in self.ledger.items if what.startswith("delivered#")}
            if not missing <= asked | copies | known:
                raise Violation(f"a message was split: {sorted(missing)} did not travel with the rest")
        asked |= names

    def unheard(self, name: str, acceptance: Acceptance) -> bool:
        """Whether the process of this acceptance could not note it."""
        return acceptance.process in self.died or name in self.ledger.unwritten

    def rest(self) -> None:
        """Everything has come to rest."""
        if self.queue.messages:
            left = sorted({name for message in self.queue.messages for name in _names(message.body)})
            raise Violation(f"the queue never empties: {left}")
        for name, conversion in self.conversions.items():
            if name not in self.accepted:
                raise Violation(f"the sender never got {name} accepted")
            self.must_be_somewhere(name, "at rest")
            ever_bad = conversion.bad_until > 0
            if not conversion.counted and not ever_bad:
                raise Violation(f"{name} was good and never reached Roku")
            lost = sum(not one.answered or self.unheard(name, one) for one in self.roku.accepted.get(name, []))
            if len(conversion.counted) - 1 > lost + len(self.ledger.unread):
                raise Violation(f"{name} is counted {len(conversion.counted)} times for {lost} lost answers")
        self.result.counts["conversions"] += len(self.conversions)
        self.result.counts["requests"] += self.roku.requests


def _names(body: str) -> list[str]:
    return [json.loads(line)["event_id"] for line in body.split("\n")[1:]]


Check = Callable[[Plan], Result]
