"""Writes down in the ledger's table what ended at the door, after the post was queued and within a bound of time.

No failure here changes an answer. What one sender can make us spend is bounded too: a post has 25 items at most,
and a process writes down one event a second of each sender's, after a first hundred; a post that is not a conversion
leaves half of that to faults. `unrecorded` in the log counts what is beyond, and the metric LedgerUnavailable the
writes that failed.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence

from handlers import clients
from handlers.telemetry import Line
from pipeline.aws import waiting
from pipeline.intake import door
from pipeline.intake.body import BadRequest
from pipeline.intake.door import Ended
from pipeline.intake.received import Received

# Seconds that an answer may wait for the table: a write takes some 5 ms.
_LONGEST = 0.5
_AT_ONCE, _A_SECOND = 100.0, 1.0
_FOR_FAULTS = 50.0  # of these, which no conversion that is ignored takes
# Of each sender how many events may still be written down, and when that was so.
_allowed: dict[str, tuple[float, float]] = {}


def keep(line: Line, counts: Counter[str], received: Mapping[str, Received]) -> None:
    """Write down what ended of a post; most posts have nothing of it."""
    ended = door.ended(received)
    if ended:
        _write(line, counts, ended, next(iter(received.values())).event_group_id)


def keep_refused(line: Line, counts: Counter[str], refusal: BadRequest) -> None:
    """Write down that a known sender's post was refused as a whole; of anybody else nothing is believed, or kept."""
    if "sender" in line.fields:
        _write(line, counts, [door.refused(refusal.status, refusal.description)], "")


def _write(line: Line, counts: Counter[str], ended: Sequence[Ended], group: str) -> None:
    table = os.environ["LEDGER_TABLE"]
    if not table:
        return
    sender, now = str(line.fields["sender"]), clients.now()
    listed = ended[: door.MOST]
    faults = sum(one.outcome is not door.IGNORED for one in listed)
    granted = _take(sender, now, faults)
    if granted == faults:  # what is ignored comes last
        granted += _take(sender, now, len(listed) - faults, spare=_FOR_FAULTS)
    events = ended[:granted]
    if len(events) < len(ended):
        line.fields["unrecorded"] = len(ended) - len(events)
    if events and not _put(table, _items(line, sender, now, group, events, len(ended) - len(events))):
        counts["LedgerUnavailable"] += 1


def _items(
    line: Line, sender: str, now: float, group: str, events: Sequence[Ended], unlisted: int
) -> Sequence[Mapping[str, object]]:
    from pipeline.delivery import door_items  # only posts with faults need it

    post = door_items.Post(line.request_id, now, sender, str(line.fields["source"]), group)
    return door_items.items(post, events, unlisted)


def _put(table: str, items: Sequence[Mapping[str, object]]) -> bool:
    from pipeline.delivery import ledger

    with clients.aws_executor() as calls:
        written = waiting.each(
            calls, lambda batch: ledger.put(clients.dynamodb(), table, batch, tries=1), [items], _LONGEST
        )
    return written == [True]


def _take(sender: str, now: float, wanted: int, spare: float = 0.0) -> int:
    """How many events of this sender may be written down now, if `spare` are left for others."""
    left, at = _allowed.get(sender, (_AT_ONCE, now))
    left = min(_AT_ONCE, left + max(0.0, now - at) * _A_SECOND)
    granted = min(wanted, max(0, int(left - spare)))
    _allowed[sender] = left - granted, now
    return granted
