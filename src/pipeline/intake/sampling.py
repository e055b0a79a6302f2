"""Which events are logged one by one, and what is said of them. Pure.

An event is chosen by the digest of its id, so that every function chooses the same ones and a conversion can be
followed through all of them. The log holds the digest's beginning in place of the id: an id may be a phone number.
"""

from typing import NamedTuple

from pipeline.intake.received import Received
from pipeline.values import words
from pipeline.values.digests import digest

_DIGEST_CHARACTERS = 16  # 64 bits: two of a billion events share one with a chance of 3 %


class Followed(NamedTuple):
    """What became of one event in one function. Name and reason may be another's text: the log gets their class."""

    event_digest: str
    outcome: str
    event_name: str = ""
    reason: str = ""
    status: int | None = None


def event_digest(event_id: str) -> str:
    """What the log has instead of the id: the first 16 hex digits of its SHA-256."""
    return digest(event_id)[:_DIGEST_CHARACTERS]


def is_sampled(event_id: str, rate: float) -> bool:
    """Whether the event is one of this share, from 0 to 1, of all events."""
    return rate > 0 and int(digest(event_id)[:8], 16) < rate * 2**32


def received(reception: Received, rate: float) -> list[Followed]:
    """The sampled events of a request, once its finished events were queued or not."""
    if not rate:
        return []
    found = []
    for index, event in reception.events.items():
        if is_sampled(event.event_id, rate):
            outcome = "not queued" if index in reception.not_queued else "accepted"
            found.append(Followed(event_digest(event.event_id), outcome, event.event_name))
    for index, failed in reception.failed.items():
        event_id = failed.get("event_id", "")
        if index not in reception.events and event_id and is_sampled(event_id, rate):
            found.append(
                Followed(event_digest(event_id), "invalid", reason=words.listed(map(words.field, failed["errors"])))
            )
    return found
