"""One post and what its answer says of its conversions: which failed, which are none, what was warned."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from local.console.conversions import MOST, Conversion
from local.http_event import Request

TOKEN = "x-console-post"  # the header by which the composer finds its own posts again
_MOST_WARNINGS = 30  # kept of one conversion


@dataclass(slots=True)
class Post:
    """A post under way; `queued` has, for each destination, the conversions of each message that it made."""

    path: str
    token: str = ""
    queued: dict[str, list[list[Conversion]]] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Request) -> "Post":
        """What is kept of the request: its path without the query, for that may hold a key."""
        headers = {name.lower(): value for name, value in request.headers}
        return cls(urlsplit(request.target).path, headers.get(TOKEN, ""))

    def accepted(self, status: int, said: Mapping[str, Any]) -> int:
        """How many conversions were taken, by the answer."""
        if not 200 <= status < 300:
            return 0
        left_out = len(_entries(said, "failed_events")) + len(_entries(said, "ignored"))
        return max(0, int(said.get("events_received") or 0) - left_out)

    def warned(self, said: Mapping[str, Any]) -> Iterator[tuple[Conversion, list[Mapping[str, Any]]]]:
        """The queued conversions of which the answer warns, each with its warnings.

        The answer names places in the request. Where the events of a destination went into one message, its lines are
        in the request's order without those that failed; where they went into several, only what concerns all is told.
        """
        warnings = _entries(said, "warnings")
        out = {entry.get("index") for key in ("failed_events", "ignored") for entry in _entries(said, key)}
        for messages in self.queued.values():
            conversions = [conversion for message in messages for conversion in message]
            places = [place for place in range(int(said.get("events_received") or 0)) if place not in out]
            certain = len(messages) == 1 and len(places) == len(conversions)
            for position, conversion in enumerate(conversions):
                place = places[position] if certain else -1
                told = [item for item in warnings if not item.get("events") or place in item["events"]]
                if told:
                    yield conversion, told[:_MOST_WARNINGS]


def outcomes(status: int, said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the answer says of conversions that did not get onto a queue, as fields of a `Conversion`."""
    failed = _entries(said, "failed_events")
    for entry in failed[:MOST]:
        errors = entry.get("errors")
        errors = {str(name): str(text) for name, text in errors.items()} if isinstance(errors, Mapping) else {}
        reason = "; ".join(f"{name}: {text}" for name, text in errors.items())
        yield {"outcome": "invalid", "reason": reason, "errors": errors, "status": status, **_named(entry)}
    for entry in _entries(said, "ignored")[:MOST]:
        reason = str(entry.get("reason") or entry.get("code") or "")
        yield {"outcome": "ignored", "reason": reason, "status": status, **_named(entry)}
    if status >= 400 and not failed:
        reason = str(said.get("description") or said.get("message") or "")
        yield {"outcome": "refused", "reason": reason, "status": status}


def _entries(said: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found: Sequence[Any] = said.get(key) or []
    return [entry for entry in found if isinstance(entry, Mapping)]


def _named(entry: Mapping[str, Any]) -> dict[str, str]:
    # The answer repeats the names as the sender wrote them, and a sender may write an address there.
    texts = {name: str(entry.get(name, "")) for name in ("event_id", "event_name")}
    return {name: "(hidden: it holds an @)" if "@" in text else text for name, text in texts.items()}
