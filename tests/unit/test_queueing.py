"""Finished events -> messages: who sent them, of whom they are, and how many share one."""

import json
from collections.abc import Sequence
from typing import Any, cast

import pytest

from pipeline.aws.sqs import Outgoing, Queue
from pipeline.contract.destination import Frame, Limits, Prepared
from pipeline.contract.messages import ATTRIBUTE_BYTES, BROWSER, MESSAGE_BYTES, SERVER, Head, QueuedEvent, decode
from pipeline.intake.enqueue import enqueue
from pipeline.intake.received import Received
from tests.unit.doubles import destination

NOW = 1_767_225_600.75
KEY = b"a key of the stack"
POST = "post-1"


class Taken:
    """A queue that takes all but the messages at these places."""

    def __init__(self, *refused: int) -> None:
        self.refused = refused
        self.bodies: list[str] = []

    def send(self, messages: Sequence[Outgoing]) -> list[bool]:
        self.bodies += [message.body for message in messages]
        return [place not in self.refused for place in range(len(messages))]


def prepared(event_id: str, *, size: int = 40, partner: str | None = None, **identifiers: str) -> Prepared:
    """A finished event whose line has this many bytes at least."""
    line = json.dumps({"id": event_id, "fill": "x" * max(0, size - 25 - len(event_id))}).encode()
    return Prepared(line, event_id, partner, [], "LEAD", identifiers)


def queued(
    *events: Prepared, queue: Taken, sender: str = SERVER, key: bytes | None = KEY, **limits: Any
) -> tuple[Received, list[tuple[Head, list[QueuedEvent]]]]:
    """What became of the events, and the messages as delivery reads them."""
    reception = Received("g", len(events), [{}] * len(events), events=dict(enumerate(events)))
    bounds = {"events": 1_000, "bytes": 1_000_000, "seconds": 20.0, "repeat_window": 600.0} | limits
    to = destination(limits=Limits(**bounds), frame=lambda _: Frame(b"0" * 100, b""))
    enqueue(reception, to, cast("Queue", queue), sender=sender, post_id=POST, now=NOW, key=key)
    return reception, [decode(body, lambda _: pytest.fail("a line had to be read")) for body in queue.bodies]


@pytest.mark.parametrize("sender", [SERVER, BROWSER])
def test_a_message_says_who_sent_it_when_and_what_it_holds(sender: str) -> None:
    events = [prepared("a", em="digest-a"), prepared("b")]
    _, ((head, found),) = queued(*events, queue=Taken(), sender=sender)
    assert (head.routing, head.sender, head.post_id, head.accepted_at, head.waits_from) == (
        ("g", None),
        sender,
        POST,
        1767225600,
        1767225600,
    )
    assert (head.windows, head.window_from, head.generation) == (0, None, 0)
    assert [(one.line, one.event_id, one.event_name) for one in found] == [
        (event.line.decode(), event.event_id, "LEAD") for event in events
    ]
    assert [bool(one.fingerprint) for one in found] == [True, False]


def test_a_fingerprint_says_nothing_without_its_key() -> None:
    event = prepared("a", em="digest-a", value="25.0")
    ((_, (mine,)),) = queued(event, queue=Taken())[1]
    ((_, (again,)),) = queued(event, queue=Taken())[1]
    ((_, (other,)),) = queued(event, queue=Taken(), key=b"another stack's")[1]
    assert mine.fingerprint == again.fingerprint
    kinds = [[part.split(":")[0] for part in one.fingerprint.split()] for one in (mine, other)]
    assert kinds == [["em", "value"], ["em", "value"]]
    assert not set(mine.fingerprint.split()) & set(other.fingerprint.split())
    assert "digest-a" not in mine.fingerprint


def test_without_a_key_there_are_no_fingerprints() -> None:
    ((_, (found,)),) = queued(prepared("a", em="digest-a"), queue=Taken(), key=None)[1]
    assert found.fingerprint == ""


def test_partners_and_full_requests_do_not_share_a_message() -> None:
    events = [prepared(str(number), partner="p" if number % 2 else None) for number in range(7)]
    _, messages = queued(*events, queue=Taken(), events=3)
    assert [(head.routing.partner_name, [one.event_id for one in found]) for head, found in messages] == [
        (None, ["0", "2", "4"]),
        (None, ["6"]),
        ("p", ["1", "3", "5"]),
    ]


def test_no_message_is_larger_than_sqs_takes_and_each_event_is_in_one_of_them() -> None:
    # A first line of 1,000 ids of 100 characters and their fingerprints takes what the lines leave of 1 MiB.
    names = [f"{number:0100}" for number in range(1_000)]
    events = [prepared(name, size=990, em=name, ph=name, external_id=name) for name in names]
    queue = Taken()
    _, messages = queued(*events, queue=queue)
    assert len(messages) > 1
    assert max(len(body.encode()) for body in queue.bodies) <= MESSAGE_BYTES - ATTRIBUTE_BYTES
    assert [one.event_id for _, found in messages for one in found] == names


def test_what_sqs_did_not_take_is_lost_to_the_request_and_nothing_else() -> None:
    events = [prepared(f"{number:0100}", size=990, em=str(number)) for number in range(1_000)]
    queue = Taken(0)
    reception, messages = queued(*events, queue=queue)
    lost = [one.event_id for one in messages[0][1]]
    assert 0 < len(lost) < len(events)
    assert [events[index].event_id for index in sorted(reception.not_queued)] == lost
    assert sorted(reception.failed) == sorted(reception.not_queued)
