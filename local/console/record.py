"""What is known of conversions, messages and runs, from what the observer saw of them."""

import threading
import time
from collections.abc import Sequence
from typing import Any

from moto.sqs.models import Message

from local import move_tasks
from local.console.conversions import Conversion, Conversions, names, split_body
from local.console.destinations import Lane
from local.console.posts import Post, outcomes
from local.console.runs import Run, answers, bodies, lines_of, received, totals
from local.dead_letters import attributes
from local.http_server import Answer
from pipeline.values.json_objects import json_object

_MOST_SETTLED = 20_000  # messages remembered as given back by a run


class Record:
    """The record of all lanes. Whoever calls it holds the observer's lock."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        """Nothing has happened yet."""
        self.lanes = list(lanes)
        self.conversions = Conversions()
        self.counts = dict.fromkeys(("posts", "accepted", "invalid", "ignored", "withheld", "refused"), 0)
        self.post: Post | None = None  # the one that is being answered
        self.runs: dict[str, Run] = {}  # by the lane's name
        self._by_queue = {lane.source.queue_arn: lane for lane in lanes}
        self._by_dead_letters = {lane.dead_letters_arn: lane for lane in lanes}

    def arrived(self, arn: str, message: Message) -> None:
        """A message enters the queue of this ARN."""
        if lane := self._by_dead_letters.get(arn):
            self._buried(lane, message)
        elif lane := self._by_queue.get(arn):
            group, lines = split_body(message.body)
            run = self.runs.get(lane.name)
            if threading.current_thread().name == move_tasks.THREAD:
                self._redriven(lane, message, lines, group)
            elif run and run.holds(lines) and (self.post is None or message.delayed_until):
                self._remained(run, message, lines)
            else:
                self._queued(lane, message, lines, group)

    def _queued(self, lane: Lane, message: Message, lines: list[str], group: str) -> None:
        made = [
            self.conversions.add(
                time.time(),
                "accepted",
                destination=lane.name,
                path=self.post.path if self.post else "",
                post=self.post.token if self.post else "",
                group=group,
                line=line,
                **names(line),
            )
            for line in lines
        ]
        lane.counts["queued"] += message.body.count("\n")
        self.conversions.put_message(message.id, made)
        if self.post is not None:
            self.post.queued.setdefault(lane.name, []).append(made)

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
        run.back.update(lines_of(message.body))
        self.conversions.put_message(message.id, left)

    def _buried(self, lane: Lane, message: Message) -> None:
        lane.counts["buried"] += 1
        said = attributes(message)
        status = int(said["status"]) if said.get("status", "").isdigit() else None
        run = self.runs.get(lane.name)
        if run:
            run.dead.update(lines_of(message.body))
        moved = self.conversions.in_message(message.id)  # by SQS itself, for then it keeps its id
        taken = [run.take(line, run.buried) for line in split_body(message.body)[1]] if run and not moved else moved
        for conversion in filter(None, taken):
            reason = said.get("reason") or "received too often without an answer"
            if run and conversion.number in run.buried:
                conversion.tries += 1
            self.conversions.note(conversion, time.time(), "rejected", reason=reason, status=status)

    def began(self, lane: Lane, event: dict[str, Any]) -> Run:
        """A run of deliver begins."""
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
        run = self.runs[lane.name] = Run(lane, batch, messages, receives, before, bodies(event))
        return run

    def ended(self, run: Run | None, failed: set[str], error: str) -> None:
        """A run is over; `failed` are the ids of the messages that come back, `error` is why all of them do."""
        if run is None:
            return
        lane = run.lane
        del self.runs[lane.name]
        lane.running -= 1
        seen = answers(lane.sandbox, run.requests_before)
        lane.counts.update(totals(run, failed, seen))
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
            reason = error or run.why(status)
            self.conversions.note(conversion, time.time(), "waiting", reason=reason, status=status)
        elif key in sent or (run.lane.sandbox and conversion.event_id not in seen):
            reason = "delivered before: not sent again"
            self.conversions.note(conversion, time.time(), "repeated", reason=reason)
        else:
            sent.add(key)
            self.conversions.note(conversion, time.time(), "delivered", status=status)

    def answered(self, post: Post, answer: Answer) -> None:
        """A post was answered."""
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
