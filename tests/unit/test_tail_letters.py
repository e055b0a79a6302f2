"""`relay tail` names what a destination rejected: from the dead letters, when a line of the log counts any."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from pipeline.contract.destination import Routing
from pipeline.contract.messages import Head, QueuedEvent, encode
from relay.deployment import Deployment
from relay.events import tail_letters
from relay.events.tail import words
from relay.letters import dead_letters
from relay.letters.dead_letters import Letter

NAMES = ("RokuQueueUrl", "RokuQueueArn", "RokuDeadLetterQueueUrl", "RokuDeadLetterQueueArn")
STACK = Deployment("ads", "arn", datetime.now(UTC), {}, dict.fromkeys(NAMES, "q"), False, None, clients={"sqs": None})
AT = 1_790_000_000  # 2026-09-21 14:13:20 UTC
COUNTED = (AT * 1_000 + 300, "deliver-roku", json.dumps({"DeadLettered": [1], "Delivered": 2}))
QUIET = (AT * 1_000 + 300, "deliver-roku", json.dumps({"DeadLettered": 0, "Delivered": 2}))


def letter(name: str, at: float = AT, reason: str = "is too old") -> Letter:
    """A dead letter of one event with this id; without an id one that nobody can read."""
    event = QueuedEvent("{}", name, "LEAD")
    said = {"reason": reason, "status": "210", "rejected_at": datetime.fromtimestamp(at, UTC).isoformat()}
    message = {
        "MessageId": f"m-{name}",
        "ReceiptHandle": "r",
        "Body": encode(Head(Routing("g")), [event]) if name else "not ours",
        "Attributes": {"SentTimestamp": "0"},
        "MessageAttributes": {key: {"StringValue": text} for key, text in said.items()},
    }
    return dead_letters.read("roku", message)


def told(
    lines: Iterable[tuple[int, str, str]], *letters: Letter, count: int = 1, **options: dict[str, int]
) -> list[str]:
    """What is said beside these lines of the log while these are the dead letters."""
    with (
        patch.object(tail_letters, "look", lambda *_: list(letters)),
        patch.object(tail_letters, "depth", lambda *_: {"visible": count}),
    ):
        found = list(tail_letters.rejected(STACK, lines, AT * 1_000 + 200, options.get("seen", {})))
    return [words(message) for _, _, message in found]


def test_a_new_dead_letter_is_named_once_and_older_ones_are_not() -> None:
    seen: dict[str, int] = {}
    both = letter("old-1", AT - 60), letter("order-7")
    # Its time is in whole seconds, so it may seem to be a little before the start.
    assert told([COUNTED], *both, seen=seen) == ["order-7 is rejected by roku: is too old (210)"]
    assert told([COUNTED], *both, seen=seen) == []


def test_nobody_looks_while_no_line_counts_any() -> None:
    with patch.object(tail_letters, "look", lambda *_: pytest.fail("it looked")):
        assert list(tail_letters.rejected(STACK, [QUIET, (1, "ingest", "no JSON")], 0, {})) == []


def test_what_nobody_can_read_has_no_id() -> None:
    assert told([COUNTED], letter("", reason="not ours")) == ["a message is rejected by roku: not ours (210)"]


def test_of_over_a_thousand_only_the_number_is_told() -> None:
    assert told([COUNTED], letter("order-7"), count=1_000) == ["order-7 is rejected by roku: is too old (210)"]
    (text,) = told([COUNTED], letter("order-7"), count=1_001)
    assert text == "about 1,001 dead letters at roku, too many to name: relay dlq list"
