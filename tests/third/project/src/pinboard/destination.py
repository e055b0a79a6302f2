"""The pinboard, declared: notes of a colour that the operator chooses."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json, to_json

from pipeline.answers.statuses import by_status, unanswered
from pipeline.contract.destination import (
    Answer,
    Destination,
    Frame,
    Invalid,
    KeySecret,
    Limits,
    Post,
    Prepared,
    Routing,
    Shared,
    Withheld,
)
from pipeline.contract.outcome import Delivered, Outcome, Rejected

if TYPE_CHECKING:
    import requests


def declared(colour: str, url: str) -> Destination:
    """The pinboard at this address, with notes of this colour."""

    def transform(conversion: object, _: Shared) -> Prepared | Invalid | Withheld:
        note = conversion if isinstance(conversion, dict) else {}
        named = note.get("event_id"), note.get("event_name")
        if not all(isinstance(word, str) for word in named):
            return Invalid({"event_id": "and event_name are required: send both as text"}, [])
        line = to_json({"note": named[0], "kind": named[1], "colour": colour})
        return Prepared(line, str(named[0]), None, [], str(named[1]))

    def connect(*, keys: KeySecret, session: "requests.Session", now: Callable[[], float]) -> Post:
        from pinboard.client import connect

        post: Post = connect(url, keys, session, now)
        return post

    return Destination(
        name="pinboard",
        title="Pinboard",
        limits=Limits(events=3, bytes=10_000, seconds=20.0, repeat_window=30 * 86_400.0),
        needs_group=False,
        transform=transform,
        identify=_identify,
        renamed=lambda line, event_id: to_json(from_json(line) | {"note": event_id}).decode(),
        frame=_frame,
        read=_read,
        key_words=lambda _, secret, __: [secret.strip()],
        masked=lambda event, _: dict(event),
        configured=lambda environment: declared(environment["PINBOARD_COLOUR"], environment["PINBOARD_URL"]),
        connect=connect,
    )


def _identify(event: Mapping[str, Any]) -> tuple[str, str] | None:
    return (event["note"], event["kind"]) if event.keys() >= {"note", "kind"} else None


def _frame(_: Routing) -> Frame:
    return Frame(b'{"notes":[', b"]}")


def _read(answer: Answer, lines: Sequence[str], *, empty_is_delivered: bool = False) -> list[Outcome]:
    if answer.status is None:
        return [unanswered(answer)] * len(lines)
    if answer.status == 201 or (empty_is_delivered and answer.status == 204):
        return [Delivered()] * len(lines)
    if answer.status == 207:
        torn = from_json(answer.body)["torn"]
        return [Rejected("the note is torn", 207) if from_json(line)["note"] in torn else Delivered() for line in lines]
    return [by_status(answer.status, answer.retry_after, "Pinboard", {})] * len(lines)


DESTINATION = declared("white", "https://pinboard.example")
