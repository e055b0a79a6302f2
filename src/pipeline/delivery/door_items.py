"""The items of the ledger's table that say what ended at the door. Pure.

An event with an id has an item beside what delivery notes of it: partition key `event_id`, sort key outcome,
destinations, event group and place in the post. And each post has one, with all of its events: partition `door#DAY`,
sort key time of day and request id, so that what ended at the door is listed by time without a look at what was
delivered.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pipeline.delivery.table import Item, escaped, item_of, number, text
from pipeline.intake.door import Ended

DAYS = 7
_SECONDS = DAYS * 86_400
_FIELDS = ("fields", "reason", "refused_by", "status")


class Post(NamedTuple):
    """The post that events were part of. `at` is epoch seconds; `sender` the name that the operator gave it."""

    request_id: str
    at: float
    sender: str
    source: str
    group: str = ""


def items(post: Post, events: Sequence[Ended], unlisted: int = 0) -> list[dict[str, Any]]:
    """An item for each event that has an id, then the post's; `unlisted` further ones are written down nowhere."""
    whole = [_event(post, one) for one in events if one.event_id]
    once = {(one["event_id"]["S"], one["what"]["S"]): one for one in whole}
    return [*once.values(), _post(post, events, unlisted)]


def day_key(at: float) -> str:
    """The partition key of the posts of that day (UTC)."""
    return datetime.fromtimestamp(at, UTC).strftime("door#%Y-%m-%d")


def time_key(at: float) -> str:
    """Where in its day a moment is: nothing earlier has a greater sort key."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:12]


def events_of(item: Item) -> Iterator[dict[str, Any]]:
    """The events of a post's item, each with what the post says of all."""
    shared = {name: text(item, name) for name in ("request_id", "sender_name", "source", "event_group_id")}
    for one in json.loads(text(item, "events") or "[]"):
        yield shared | {"at": number(item, "at")} | one


def without_event(item: Item, event_ids: Sequence[str]) -> dict[str, Any] | None:
    """The post's item without these events; None if it has none of them."""
    told = json.loads(text(item, "events") or "[]")
    left = [one for one in told if one["event_id"] not in event_ids]
    return None if len(left) == len(told) else {**item, "events": {"S": json.dumps(left)}}


def _event(post: Post, one: Ended) -> dict[str, Any]:
    what = f"{one.outcome}#{','.join(one.destinations)}#{escaped(post.group)}#{one.index}"
    return item_of({"event_id": one.event_id, "what": what, **_shared(post), **_told(one)})


def _post(post: Post, events: Sequence[Ended], unlisted: int) -> dict[str, Any]:
    told = [
        {"event_id": one.event_id, "outcome": one.outcome, "destinations": list(one.destinations), "index": one.index}
        | {name: value for name, value in _told(one).items() if value}
        for one in events
    ]
    return item_of(
        {
            "event_id": day_key(post.at),
            "what": f"{time_key(post.at)}#{post.request_id}",
            **_shared(post),
            "event_group_id": post.group,
            "events": json.dumps(told, ensure_ascii=False, separators=(",", ":")),
            "unlisted": unlisted or None,
        }
    )


def _shared(post: Post) -> dict[str, str | float]:
    return {
        "at": int(post.at),
        "request_id": post.request_id,
        "sender_name": post.sender,
        "source": post.source,
        "expires": int(post.at) + _SECONDS,
    }


def _told(one: Ended) -> Mapping[str, str | int | None]:
    return {name: getattr(one, name) for name in _FIELDS}
