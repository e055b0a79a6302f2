"""One post and what its answer says of its conversions: which failed, are none or are withheld, what was warned."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.answers import entries
from local.console.conversions import MOST, Conversion
from local.http_server import Request

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
        return cls(request.path, request.headers.get(TOKEN, ""))

    def counts(self, status: int, said: Mapping[str, Any], destinations: Sequence[str]) -> dict[str, int]:
        """How many conversions of the post were accepted (by any of the destinations), invalid, ignored or withheld.

        What one destination takes and another does not is counted with both words.
        """
        queued = (sum(map(len, messages)) for messages in self.queued.values())
        # The answer to another system's library does not say how many there were.
        received = int(said.get("events_received", max(queued, default=0)) or 0)
        nowhere = set.intersection(*(_left_out(said, name) for name in destinations))
        found = {"posts": 1, "accepted": max(0, received - len(nowhere)) if 200 <= status < 300 else 0}
        for word, key in (("invalid", "failed_events"), ("ignored", "ignored"), ("withheld", "withheld")):
            found[word] = len({entry.get("index") for entry in entries(said, key)})
        found["refused"] = 1 if status >= 400 and not found["invalid"] else 0
        return found

    def warned(self, said: Mapping[str, Any]) -> Iterator[tuple[Conversion, list[Mapping[str, Any]]]]:
        """The queued conversions of which the answer warns, each with its warnings.

        The answer names places in the request: where those of the conversions are not certain, only what concerns all
        is told.
        """
        for destination, messages in self.queued.items():
            warnings = [*entries(said, "warnings", destination), *_limited(said, destination)]
            places = self._places(said, destination)
            conversions = [conversion for message in messages for conversion in message]
            for place, conversion in places.items() if places else ((-1, one) for one in conversions):
                told = [item for item in warnings if not item.get("events") or place in item["events"]]
                if told:
                    yield conversion, told[:_MOST_WARNINGS]

    def names(self, said: Mapping[str, Any]) -> dict[int, dict[str, str]]:
        """Id and name of the conversions by place, as far as a queued event or the answer tells them."""
        known = {entry["index"]: _named(entry) for entry in entries(said, "failed_events") if "index" in entry}
        for destination in self.queued:
            for place, one in self._places(said, destination).items():
                known[place] = {"event_id": one.event_id, "event_name": one.event_name}
        return known

    def _places(self, said: Mapping[str, Any], destination: str) -> dict[int, Conversion]:
        """The conversions queued for a destination by place; empty where that is not certain.

        Where they went into one message, its lines are in the request's order without those that were left out; into
        several messages they go in an order of their own.
        """
        messages = self.queued[destination]
        out = _left_out(said, destination)
        places = [place for place in range(int(said.get("events_received") or 0)) if place not in out]
        if len(messages) != 1 or len(places) != len(messages[0]):
            return {}
        return dict(zip(places, messages[0], strict=True))


def outcomes(
    status: int, said: Mapping[str, Any], names: Mapping[int, Mapping[str, str]] | None = None
) -> Iterator[dict[str, Any]]:
    """What the answer says of conversions that did not get onto a queue, as fields of a `Conversion`.

    `names` are id and name of conversions by place, for entries that do not tell them.
    """
    failed = entries(said, "failed_events")
    for entry in failed[:MOST]:
        yield _invalid(entry) | {"status": status}
    for outcome in ("withheld", "ignored"):
        for entry in entries(said, outcome)[:MOST]:
            reason = str(entry.get("reason") or entry.get("code") or "") + _signals(entry, " ({})")
            known = (names or {}).get(entry.get("index", -1)) or _named(entry)
            yield {"outcome": outcome, "reason": reason, "status": status, **_of(entry), **known}
    if status >= 400 and not failed:
        reason = str(said.get("description") or said.get("message") or "")
        yield {"outcome": "refused", "reason": reason, "status": status}


def _limited(said: Mapping[str, Any], destination: str) -> list[Mapping[str, Any]]:
    """Conversions whose use is limited, as warnings: by which signals of consent."""
    return [
        {"field": "opt_out", "warning": _signals(entry, "its use is limited: {}"), "events": [entry.get("index")]}
        for entry in entries(said, "limited", destination)
    ]


def _signals(entry: Mapping[str, Any], form: str) -> str:
    """The signals of a refusal in this form; nothing where nobody refused."""
    signals = entry.get("signals")
    return form.format(", ".join(map(str, signals))) if isinstance(signals, Sequence) and signals else ""


def _invalid(entry: Mapping[str, Any]) -> dict[str, Any]:
    errors = entry.get("errors")
    errors = {str(name): str(text) for name, text in errors.items()} if isinstance(errors, Mapping) else {}
    reason = "; ".join(f"{name}: {text}" for name, text in errors.items())
    return {"outcome": "invalid", "reason": reason, "errors": errors, **_of(entry), **_named(entry)}


def _left_out(said: Mapping[str, Any], destination: str) -> set[Any]:
    """The places of conversions that the answer says are on no queue of that destination."""
    keys = ("failed_events", "ignored", "withheld")
    return {entry.get("index") for key in keys for entry in entries(said, key, destination)}


def _of(entry: Mapping[str, Any]) -> dict[str, str]:
    return {"destination": str(entry.get("destination", ""))}


def _named(entry: Mapping[str, Any]) -> dict[str, str]:
    # The answer repeats the names as the sender wrote them, and a sender may write an address there.
    texts = {name: str(entry.get(name, "")) for name in ("event_id", "event_name")}
    return {name: "(hidden: it holds an @)" if "@" in text else text for name, text in texts.items()}
