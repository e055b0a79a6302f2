"""Hand-made stand-ins for what the pipeline is given: threads, a destination, a queue."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import fields
from typing import Any

from pipeline.aws.sqs import Outgoing
from pipeline.contract.destination import Answer, Destination, Frame, Limits, Routing
from pipeline.contract.messages import QueuedEvent
from pipeline.contract.outcome import AskAgain, Delivered, Outcome, Rejected, Retry

Respond = Callable[[Routing, list[str]], Sequence[Outcome]]


def identify(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """The two words that name an event of the fake destination."""
    if isinstance(event.get("event_id"), str) and isinstance(event.get("event_name"), str):
        return event["event_id"], event["event_name"]
    return None


class AtOnce(Executor):
    """Does each call before it returns its future."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call now."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future carries whatever was raised
            future.set_exception(error)
        return future


class Never(Executor):
    """Never finishes a call: `begun` says whether a thread has taken it up."""

    def __init__(self, *, begun: bool) -> None:
        self.begun = begun
        self.futures: list[Future[Any]] = []

    def submit(self, _call: Callable[..., Any], /, *_: Any, **__: Any) -> Future[Any]:
        """Keep the call's future only."""
        future: Future[Any] = Future()
        if self.begun:
            future.set_running_or_notify_cancel()
        self.futures.append(future)
        return future


def never(*_: object, **__: object) -> Any:
    """For what a test has no use for."""
    raise AssertionError("nobody asks this here")


def destination(**parts: Any) -> Destination:
    """A destination with these parts, the rest of it made up."""
    usual: dict[str, Any] = {
        "name": "fake",
        "title": "Fake",
        "limits": Limits(events=1_000, bytes=1_000_000, seconds=18.0, repeat_window=30 * 86_400.0),
        "needs_group": True,
        "identify": identify,
        "renamed": _renamed,
        "frame": lambda _: Frame(b"0" * 10, b""),
    }
    return Destination(**(_UNUSED | usual | parts))


_UNUSED = dict.fromkeys(("transform", "read", "key_words", "masked", "configured", "connect"), never)


def _renamed(line: str, event_id: str) -> str:
    return json.dumps(json.loads(line) | {"event_id": event_id}, separators=(",", ":"))


class FakeDestination(Destination):
    """Answers each request with what `respond` says of its events, and remembers the requests."""

    HEAD = 10  # bytes of a request besides its events and commas
    respond: Respond
    requests: list[tuple[Routing, list[str]]]
    bodies: list[bytes]

    def __init__(
        self,
        respond: Respond,
        *,
        events: int = 1_000,
        size: int = 1_000_000,
        seconds: float = 18.0,
        repeat_window: float = 30 * 86_400.0,
        frame: Callable[[Routing], Frame] = lambda _: Frame(b"0" * 10, b""),
        one_key: bool = False,
    ) -> None:
        limits = Limits(events=events, bytes=size, seconds=seconds, repeat_window=repeat_window)
        made = destination(limits=limits, frame=frame, read=self._read, post=self._post, one_key=one_key)
        super().__init__(**{field.name: getattr(made, field.name) for field in fields(made)})
        self.__dict__.update(respond=respond, requests=[], bodies=[])  # the class is frozen

    def _post(self, routing: Routing, body: bytes) -> Answer:
        self.bodies.append(body)
        self.requests.append((routing, []))
        return Answer(status=200)

    def _read(self, _: Answer, lines: Sequence[str], **__: object) -> list[Outcome]:
        routing, asked = self.requests[-1]
        asked.extend(lines)
        return list(self.respond(routing, asked))


class FakeQueue:
    """A queue that writes what it is asked for into a journal, and takes a message or not as it is told."""

    def __init__(
        self,
        name: str,
        journal: list[tuple[str, str]],
        takes: Callable[[Outgoing], bool] = lambda _: True,
        *,
        puts_off: bool = True,
    ) -> None:
        self.name, self.journal, self.takes, self.puts_off = name, journal, takes, puts_off
        self.sent: list[Outgoing] = []
        self.postponed: dict[str, int] = {}

    def send(self, messages: Sequence[Outgoing], seconds: float = 60.0) -> list[bool]:  # noqa: ARG002 - it never waits
        """Take the messages that `takes` wants."""
        results = [self.takes(message) for message in messages]
        self.sent += [message for message, taken in zip(messages, results, strict=True) if taken]
        if messages:
            self.journal.append(("send", self.name))
        return results

    def postpone(self, receipts: Sequence[tuple[str, int]], seconds: float = 60.0) -> list[tuple[str, int]]:  # noqa: ARG002 - it never waits
        """Remember the seconds of each receipt."""
        self.postponed |= dict(receipts)
        self.journal.append(("postpone", self.name))
        return [] if self.puts_off else list(receipts)


def event(event_id: str, event_name: str = "LEAD", **fields: object) -> QueuedEvent:
    """A queued event; its line is its id, name and other fields as simple JSON."""
    members = {"event_id": event_id, "event_name": event_name} | fields
    line = "{" + ",".join(f'"{name}":"{value}"' for name, value in members.items()) + "}"
    return QueuedEvent(line, event_id, event_name)


def words(outcomes: Sequence[Outcome]) -> str:
    """D, R, T or U for each event: delivered, rejected, retry, unsettled."""
    letters = {Delivered: "D", Rejected: "R", Retry: "T", AskAgain: "U"}
    return "".join(letters[type(outcome)] for outcome in outcomes)
