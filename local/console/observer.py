"""Sees what goes through the running stack: posts and their answers, messages as they arrive, runs and their ends.

It takes nothing from a queue, changes nothing, and a fault of its own never reaches what it observes.
"""

import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest.mock import patch

from moto.sqs.models import Message, Queue

from local.console.destinations import Lane
from local.console.posts import Post
from local.console.quality import Quality
from local.console.record import Record
from local.console.runs import received
from local.event_source_mapping import failed_items
from local.http_server import Answer, Request
from local.runtime import FunctionError, PayloadTooLarge

Result = TypeVar("Result")
Invoke = Callable[[dict[str, Any]], Any]


class Observer:
    """Watches the lanes while `observing` is entered; `changed` is notified of all that happens."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        """Nothing has been seen yet."""
        self.changed = threading.Condition()  # also the lock of all that is below
        self.record, self.quality = Record(lanes), Quality()
        self.lanes, self.conversions, self.counts = self.record.lanes, self.record.conversions, self.record.counts
        self._posting = threading.Lock()

    @contextmanager
    def observing(self) -> Iterator[None]:
        """Within it, every message that enters one of the queues is seen, before anybody can receive it."""
        add_message = Queue.add_message

        def watched(queue: Queue, message: Message) -> None:
            self._quietly(self.record.arrived, queue.queue_arn, message)
            add_message(queue, message)

        with patch.object(Queue, "add_message", watched):
            yield

    def post(self, request: Request, respond: Callable[[Request], Answer]) -> Answer:
        """Let one post be answered, and see which messages it makes.

        One at a time, so that they are its own: so does the function behind it, which runs once at a time here.
        """
        with self._posting:
            post = self.record.post = Post.of(request)
            try:
                answer = respond(request)
            finally:
                self.record.post = None
        self._quietly(self.record.answered, post, answer)
        return answer

    def delivering(self, function: str, invoke: Invoke) -> Invoke:
        """The invocation of that function, watched if it delivers for one of the lanes."""
        lane = next((lane for lane in self.lanes if lane.function == function), None)
        if lane is None:
            return invoke

        def watched(event: dict[str, Any]) -> Any:
            run = self._quietly(self.record.began, lane, event)
            try:
                answer = invoke(event)
            except (FunctionError, PayloadTooLarge) as error:
                self._quietly(self.record.ended, run, set(received(event)), str(error) or type(error).__name__)
                raise
            failed = failed_items(answer, set(received(event))) if lane.source.reports_item_failures else set()
            self._quietly(self.record.ended, run, failed, "")
            return answer

        return watched

    def heard(self, text: str) -> None:
        """What a function printed, in its thread."""
        self._quietly(self.quality.hear, text)
        for run in list(self.record.runs.values()):
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
