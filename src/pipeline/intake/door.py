"""What ended at the door: each event of a post that was not queued for some destination, and why. Pure.

Only its id is a sender's own text, and one that is a person's is its digest. All else are closed words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

from pipeline.consent.readings import fold_name
from pipeline.intake import fault_words
from pipeline.intake.body import Ignored, IgnoredCode
from pipeline.intake.received import Received
from pipeline.values import limits, texts, words
from pipeline.values.digests import digest
from pipeline.values.words import Word

INVALID, IGNORED, WITHHELD = Word("invalid"), Word("ignored"), Word("withheld")
NOT_QUEUED, REFUSED = Word("not queued"), Word("refused")
_NONE = Word("")
# Of one post so many are written down: with the post's own item they are one BatchWriteItem.
MOST = 24
_LONGEST_ID = 200  # characters; of a longer one the digest


@dataclass(frozen=True, slots=True)
class Ended:
    """One event that ended at the door of these destinations; without an id if it has none that can be used.

    `outcome` refused: the whole post was, and `index` is None. `fields` are those at fault, `refused_by` the signals of
    consent. `status` is the HTTP status that a whole post got.
    """

    index: int | None
    event_id: str
    outcome: Word
    destinations: tuple[str, ...] = ()
    fields: Word = _NONE
    reason: Word = _NONE
    refused_by: Word = _NONE
    status: int | None = None


class _Said(NamedTuple):
    """What one door says of an event, by its place in the post."""

    place: int
    outcome: Word
    fields: Word = _NONE
    reason: Word = _NONE
    refused_by: Word = _NONE


def ended(received: Mapping[str, Received]) -> list[Ended]:
    """The events that ended at some door: those that no destination took first, posts that are not conversions last.

    Of a batch of Segment's thousands of calls are none, and the one that has a fault must not be beyond the bound.
    """
    if not any(one.failed or one.ignored or one.withheld for one in received.values()):
        return []
    found: dict[_Said, list[str]] = {}
    for name, reception in received.items():
        for said in _of(reception):
            found.setdefault(said, []).append(name)
    taken = {index for one in received.values() for index in one.events if index not in one.not_queued}
    order = sorted(found, key=lambda said: (said.outcome is IGNORED, said.place in taken, said.place))
    ids = {said.place: _id(said.place, received) for said in order[:MOST]}
    return [Ended(said.place, ids.get(said.place, ""), said.outcome, tuple(found[said]), *said[2:]) for said in order]


def refused(status: int, description: str) -> Ended:
    """A post that was refused as a whole; of the description only our own fixed words are looked for."""
    return Ended(None, "", REFUSED, reason=fault_words.of_post(description), status=status)


def _of(reception: Received) -> Iterator[_Said]:
    for index, failed in reception.failed.items():
        if index in reception.not_queued:
            yield _Said(index, NOT_QUEUED, reason=Word("the queue did not take it"))
        else:
            errors: Mapping[str, str] = failed["errors"]
            reasons = words.listed(map(fault_words.of_field, errors.values()), "; ")
            yield _Said(index, INVALID, words.listed(map(words.field, errors)), reasons)
    for index, one in reception.ignored.items():
        yield _Said(index, IGNORED, reason=words.among(one.code, get_args(IgnoredCode)))
    for index, reason in reception.withheld.items():
        yield _Said(index, WITHHELD, reason=reason, refused_by=words.listed(reception.refusals.get(index, ())))


def _id(index: int, received: Mapping[str, Received]) -> str:
    """The event's id as every part of the relay knows it; empty if it has none."""
    for one in received.values():
        if index in one.events:
            return _short(one.events[index].event_id)
    conversion = next(iter(received.values())).conversions[index]
    return safe_id(conversion.event_id if isinstance(conversion, Ignored) else _given(conversion))


def _given(conversion: Any) -> Any:
    if not isinstance(conversion, dict):
        return None
    names = (name for name in conversion if fold_name(name[: limits.FIELD_NAME]) == "eventid")
    return next((conversion[name] for name in names), None)


def safe_id(value: Any) -> str:
    """An id as the ledger may hold it: that of a person, and a long one, as its digest; empty for none."""
    return _short(texts.event_id(value, []) or "")


def _short(event_id: str) -> str:
    return event_id if len(event_id) <= _LONGEST_ID else digest(event_id)
