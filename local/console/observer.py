"""Sees what goes through the running stack: posts and their answers, messages as they arrive, runs and their ends.

It takes nothing from a queue, changes nothing, and a fault of its own never reaches what it observes.
"""

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest.mock import patch

from moto.sqs.models import Message, Queue

from local import move_tasks
from local.console.conversions import Conversion, Conversions, names, split_body
from local.console.lanes import Lane
from local.console.posts import Post, outcomes
from local.console.runs import Run, answers, received
from local.dead_letters import attributes
from local.event_source_mapping import failed_items
from local.http_server import Answer, Request
from local.runtime import FunctionError, PayloadTooLarge
from pipeline.json_objects import json_object

_MOST_SETTLED = 20_000  # messages remembered as given back by a run
Result = TypeVar("Result")
Invoke = Callable[[dict[str, Any]], Any]


class Observer:
    """Watches the lanes while `observing` is entered; `changed` is notified of all that happens."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        """Nothing has been seen yet."""
        self.lanes = list(lanes)
        self.changed = threading.Condition()  # also the lock of all that is below
        self.conversions = Conversions()
        self.counts = dict.fromkeys(("posts", "accepted", "invalid", "ignored", "withheld", "refused"), 0)
        self._by_queue = {lane.source.queue_arn: lane for lane in lanes}
        self._by_dead_letters = {lane.dead_letters_arn: lane for lane in lanes}
        self._posting = threading.Lock()
        self._post: Post | None = None
        self._runs: dict[str, Run] = {}  # by the lane's name

    @contextmanager
    def observing(self) -> Iterator[None]:
        """Within it, every message that enters one of the queues is seen, before anybody can receive it."""
        add_message = Queue.add_message

        def watched(queue: Queue, message: Message) -> None:
            self._quietly(self._arrived, queue.queue_arn, message)
            add_message(queue, message)

        with patch.object(Queue, "add_message", watched):
            yield

    def post(self, request: Request, respond: Callable[[Request], Answer]) -> Answer:
        """Let one post be answered, and see which messages it makes.

        One at a time, so that they are its own: so does the function behind it, which runs once at a time here.
        """
        with self._posting:
            post = self._post = Post.of(request)
            try:
                answer = respond(request)
            finally:
                self._post = None
        self._quietly(self._answered, post, answer)
        return answer

    def delivering(self, function: str, invoke: Invoke) -> Invoke:
        """The invocation of that function, watched if it delivers for one of the lanes."""
        lane = next((lane for lane in self.lanes if lane.function == function), None)
        if lane is None:
            return invoke

        def watched(event: dict[str, Any]) -> Any:
            run = self._quietly(self._began, lane, event)
            try:
                answer = invoke(event)
            except (FunctionError, PayloadTooLarge) as error:
                self._quietly(self._ended, run, set(received(event)), str(error) or type(error).__name__)
                raise
            failed = failed_items(answer, set(received(event))) if lane.source.reports_item_failures else set()
            self._quietly(self._ended, run, failed, "")
            return answer

        return watched

    def heard(self, text: str) -> None:
        """What a function printed, in its thread."""
        for run in list(self._runs.values()):
            if run.thread == threading.get_ident():
                self._quietly(run.hear, text)

    def _quietly(self, see: Callable[..., Result], *seen: Any) -> Result | None:
        try:
            with self.changed:
                result = see(*seen)
                self.changed.notify_all()
                return result
        except Exception:  # noqa: BLE001 - whatever is wrong with the console is wrong with nothing else
            print(traceback.format_exc(), flush=True)
            return None

    def _arrived(self, arn: str, message: Message) -> None:
        if lane := self._by_dead_letters.get(arn):
            self._buried(lane, message)
        elif lane := self._by_queue.get(arn):
            group, lines = split_body(message.body)
            run = self._runs.get(lane.name)
            if threading.current_thread().name == move_tasks.THREAD:
                self._redriven(lane, message, lines, group)
            elif run and run.holds(lines) and (self._post is None or message.delayed_until):
                self._remained(run, message, lines)
            else:
                self._queued(lane, message, lines, group)

    def _queued(self, lane: Lane, message: Message, lines: list[str], group: str) -> list[Conversion]:
        made = [
            self.conversions.add(
                time.time(),
                "accepted",
                destination=lane.name,
                path=self._post.path if self._post else "",
                post=self._post.token if self._post else "",
                group=group,
                line=line,
                **names(line),
            )
            for line in lines
        ]
        lane.counts["queued"] += message.body.count("\n")
        self.conversions.put_message(message.id, made)
        if self._post is not None:
            self._post.queued.setdefault(lane.name, []).append(made)
        return made

    def _redriven(self, lane: Lane, message: Message, lines: list[str], group: str) -> None:
        lane.counts["redriven"] += 1
        moved = []
        for line in lines:
            conversion = self.conversions.newest_with_line(line, "rejected")
            if conversion is None:
                conversion = self.conversions.add(
                    time.time(), "accepted", destination=lane.name, group=group, line=line, **names(line)
                )
            self.conversions.note(conversion, time.time(), "accepted", reason="redriven")
            moved.append(conversion)
        self.conversions.put_message(message.id, moved)

    def _remained(self, run: Run, message: Message, lines: list[str]) -> None:
        left = [found for line in lines if (found := run.take(line, run.remains))]
        run.remainders.append(message.id)
        self.conversions.put_message(message.id, left)

    def _buried(self, lane: Lane, message: Message) -> None:
        lane.counts["buried"] += 1
        said = attributes(message)
        status = int(said["status"]) if said.get("status", "").isdigit() else None
        run = self._runs.get(lane.name)
        moved = self.conversions.in_message(message.id)  # by SQS itself, for then it keeps its id
        taken = [run.take(line, run.buried) for line in split_body(message.body)[1]] if run and not moved else moved
        for conversion in filter(None, taken):
            reason = said.get("reason") or "received too often without an answer"
            if run and conversion.number in run.buried:
                conversion.tries += 1
            self.conversions.note(conversion, time.time(), "rejected", reason=reason, status=status)

    def _began(self, lane: Lane, event: dict[str, Any]) -> Run:
        receives = received(event)
        messages = {message_id: self.conversions.in_message(message_id) for message_id in receives}
        batch: dict[str, list[Conversion]] = {}
        for conversions in messages.values():
            for conversion in conversions:
                batch.setdefault(conversion.line, []).append(conversion)
                self.conversions.note(conversion, time.time(), "delivering")
        before = lane.sandbox.counts().get("requests", 0) if lane.sandbox else 0
        lane.counts["runs"] += 1
        lane.counts["received"] += len(receives)
        lane.running += 1
        run = self._runs[lane.name] = Run(lane, batch, messages, receives, before)
        return run

    def _ended(self, run: Run | None, failed: set[str], error: str) -> None:
        if run is None:
            return
        lane = run.lane
        del self._runs[lane.name]
        lane.running -= 1
        seen = answers(lane.sandbox, run.requests_before)
        sent: set[tuple[str, str, str]] = set()
        for message_id, conversions in run.messages.items():
            if message_id in failed:
                self._settle(lane, message_id, run.receives[message_id], error or run.why(_status(seen, conversions)))
            for conversion in conversions:
                if conversion.number not in run.buried:
                    back = message_id in failed or conversion.number in run.remains
                    self._tried(run, conversion, back, error, seen, sent)
            if message_id not in failed:
                lane.settled.pop(message_id, None)
                lane.why.pop(message_id, None)
                self.conversions.forget_message(message_id)
        for message_id in run.remainders:
            self._settle(lane, message_id, 0, run.why(_status(seen, self.conversions.in_message(message_id))))

    def _settle(self, lane: Lane, message_id: str, receives: int, why: str) -> None:
        lane.settled[message_id], lane.why[message_id] = receives, why
        for remembered in (lane.settled, lane.why):
            if len(remembered) > _MOST_SETTLED:
                remembered.pop(next(iter(remembered)))

    def _tried(
        self,
        run: Run,
        conversion: Conversion,
        back: bool,
        error: str,
        seen: dict[str, int | None],
        sent: set[tuple[str, str, str]],
    ) -> None:
        conversion.tries += 1
        key = (conversion.group, conversion.event_name, conversion.event_id)
        status = seen.get(conversion.event_id)
        if back:
            run.lane.counts["retried"] += 1
            reason = error or run.why(status)
            self.conversions.note(conversion, time.time(), "waiting", reason=reason, status=status)
        elif key in sent or (run.lane.sandbox and conversion.event_id not in seen):
            run.lane.counts["deduplicated"] += 1
            reason = "delivered before: not sent again"
            self.conversions.note(conversion, time.time(), "deduplicated", reason=reason)
        else:
            sent.add(key)
            run.lane.counts["delivered"] += 1
            self.conversions.note(conversion, time.time(), "delivered", status=status)

    def _answered(self, post: Post, answer: Answer) -> None:
        said = json_object(answer.body) or {}
        for word, number in post.counts(answer.status, said, [lane.name for lane in self.lanes]).items():
            self.counts[word] += number
        for conversion, warnings in post.warned(said):
            conversion.warnings = warnings
            self.conversions.touch(conversion)
        for found in outcomes(answer.status, said, post.names(said)):
            self.conversions.add(time.time(), path=post.path, post=post.token, **found)


def _status(seen: dict[str, int | None], conversions: Sequence[Conversion]) -> int | None:
    return next((seen[conversion.event_id] for conversion in conversions if conversion.event_id in seen), None)
