"""The body of a queue message: what is written is read again unchanged, and what cannot be read says so safely."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.destination import Routing
from pipeline.contract.messages import BROWSER, Head, Identify, QueuedEvent, Unreadable, decode, encode, within
from rokt import event as rokt_event
from roku import event as roku_event
from tests.unit.doubles import identify

bounded = settings(derandomize=True, max_examples=200, deadline=None)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
events = st.tuples(st.dictionaries(texts, values, max_size=4), texts, texts).map(
    lambda drawn: drawn[0] | {"event_id": drawn[1], "event_name": drawn[2]}
)


GOOD = '{"event_id":"1","event_name":"LEAD"}'


def digest_of(lines: str) -> str:
    """The first 128 bits of SHA-256, as hex."""
    return hashlib.sha256(lines.encode()).hexdigest()[:32]


def test_the_first_line_says_what_delivery_needs_and_each_further_line_is_one_event() -> None:
    head = Head(
        Routing("g", "p"),
        BROWSER,
        "post-1",
        accepted_at=1_790_000_000,
        waits_from=1_790_000_000,
        windows=1,
        window_from=5,
    )
    first, *lines = encode(head, [QueuedEvent(GOOD, "1", "LEAD", "em:x"), QueuedEvent(GOOD, "1", "LEAD")]).split("\n")
    assert lines == [GOOD, GOOD]
    assert json.loads(first) == {
        "event_group_id": "g",
        "partner_name": "p",
        "sender": "browser",
        "post_id": "post-1",
        "accepted_at": 1_790_000_000,
        "waits_from": 1_790_000_000,
        "windows": 1,
        "window_from": 5,
        "ids": ["1", "1"],
        "names": ["LEAD", "LEAD"],
        "fingerprints": ["em:x", ""],
        "digest": digest_of(f"{GOOD}\n{GOOD}"),
    }


QUEUED_BEFORE = Path(__file__).parent / "golden" / "queued_before"  # as the version before wrote them


@pytest.mark.parametrize(
    ("file", "named", "routing"),
    [
        ("roku.txt", roku_event.identify, Routing("shop_us", "partner")),
        ("rokt-conversions.txt", rokt_event.identify, Routing("")),
        ("rokt-events.txt", rokt_event.identify, Routing("")),
    ],
)
def test_messages_of_the_version_before_are_read(file: str, named: Identify, routing: Routing) -> None:
    body = (QUEUED_BEFORE / file).read_text(encoding="utf-8")
    head, events = decode(body, named)
    assert head == Head(routing)
    assert [(one.event_id, one.event_name) for one in events] == [("order-1", "PURCHASE"), ("order-2", "PURCHASE")]
    assert [one.line for one in events] == body.split("\n")[1:]


def test_no_line_is_read_while_the_digest_fits() -> None:
    def never(_: Any) -> None:
        raise AssertionError

    events = [QueuedEvent(GOOD, "1", "LEAD", "em:x")]
    assert decode(encode(Head(Routing("g")), events), never) == (Head(Routing("g")), events)


def test_an_edited_event_is_read_again_and_has_no_fingerprint() -> None:
    body = encode(Head(Routing("g"), BROWSER), [QueuedEvent(GOOD, "1", "LEAD", "em:x")])
    edited = body.replace('"event_name":"LEAD"', '"event_name":"PURCHASE"')
    head, (event,) = decode(edited, identify)
    assert head.sender == BROWSER
    assert (event.event_id, event.event_name, event.fingerprint) == ("1", "PURCHASE", "")


@pytest.mark.parametrize(
    "said",
    [
        {"ids": ["1", "2"], "names": ["LEAD"]},
        {"ids": [1], "names": ["LEAD"]},
        {"ids": "1", "names": ["LEAD"]},
        {"names": ["LEAD"]},
        {"ids": ["1"], "names": ["LEAD"], "fingerprints": None},
        {"ids": ["1"], "names": ["LEAD"], "windows": "2", "window_from": True, "sender": 5, "post_id": 7},
    ],
)
def test_a_first_line_that_says_nonsense_is_not_believed(said: dict[str, Any]) -> None:
    first = json.dumps({"event_group_id": "g", "digest": digest_of(GOOD)} | said)
    assert decode(f"{first}\n{GOOD}", identify) == (Head(Routing("g")), [QueuedEvent(GOOD, "1", "LEAD")])


def test_events_that_are_too_large_for_one_message_of_sqs_are_divided_and_stay_in_order() -> None:
    events = [QueuedEvent(f'{{"n":"{"x" * 1_150}"}}', f"id-{n}", "LEAD", "em:x ph:y") for n in range(1_000)]
    bodies = within(Head(Routing("g")), events)
    assert all(len(body.encode()) <= 1_048_576 - 4_096 for body in bodies)
    assert [one for body in bodies for one in decode(body, identify)[1]] == events
    assert len(bodies) == 2


@given(texts, st.none() | texts, st.lists(events, min_size=1, max_size=5), st.booleans())
@bounded
def test_what_is_encoded_is_decoded_byte_for_byte(
    group: str, partner: str | None, drawn: list[dict[str, Any]], ascii_only: bool
) -> None:
    lines = [json.dumps(event, ensure_ascii=ascii_only, separators=(",", ":")) for event in drawn]
    named = [
        QueuedEvent(line, event["event_id"], event["event_name"], f"em:{place}", "gpp" if place else "")
        for place, (line, event) in enumerate(zip(lines, drawn, strict=True))
    ]
    # A remainder of the fifth generation: it has to say as much as a new message does.
    since = 1_790_000_000
    head = Head(Routing(group, partner), BROWSER, group, since, since + 1, 2, since + 2, since + 3, generation=5)
    assert decode(encode(head, named), identify) == (head, named)


HEAD = '{"event_group_id":"g"}\n'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "jane.canary@example.com",
        HEAD,
        HEAD.strip(),
        HEAD + "\n" + GOOD,
        HEAD + GOOD + "\n",
        HEAD + "null",
        HEAD + '"jane.canary@example.com"',
        HEAD + f"[{GOOD}]",
        HEAD + GOOD + "," + GOOD,  # two values in one line
        HEAD + '{"event_id":"1"\n"event_name":"LEAD"}',  # one value in two lines
        HEAD + GOOD + "\n" + GOOD[:-1],
        HEAD + '{"event_id":1,"event_name":"LEAD"}',
        HEAD + '{"event_id":"1"}',
        HEAD + '{"event_name":"LEAD","em":"jane.canary@example.com"}',
        HEAD + '{"event_id":"1","event_name":null}',
        GOOD + "\n" + GOOD,
        "[]\n" + GOOD,
        '{"event_group_id":7}\n' + GOOD,
        '{"event_group_id":"g",}\n' + GOOD,
        HEAD + "[" * 10_000,
        HEAD + '{"event_id":"1","event_name":"LEAD","n":' + "9" * 5_000 + "}",
    ],
)
def test_other_forms_are_unreadable_and_the_reason_quotes_nothing(body: str) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(body, identify)
    assert str(caught.value)
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(st.text(st.characters(exclude_categories=["Cs"])) | values.map(json.dumps).map(lambda text: HEAD + text))
@bounded
def test_any_text_is_either_read_or_unreadable(body: str) -> None:
    try:
        head, queued = decode(body, identify)
    except Unreadable:
        return
    assert body.split("\n")[1:] == [event.line for event in queued]
    assert isinstance(head.routing.event_group_id, str)


def test_a_partner_that_is_not_text_counts_as_none() -> None:
    assert decode('{"event_group_id":"g","partner_name":7}\n' + GOOD, identify)[0] == Head(Routing("g", None))


def test_the_signals_by_which_a_use_is_limited_travel_with_each_event() -> None:
    events = [QueuedEvent(GOOD, "1", "LEAD", refused_by="us_privacy, gpp"), QueuedEvent(GOOD, "1", "LEAD")]
    assert decode(encode(Head(Routing("g")), events), identify)[1] == events


def test_of_an_odd_number_of_events_each_is_in_one_of_the_halves() -> None:
    events = [QueuedEvent("x" * 500_000, str(number), "LEAD") for number in range(3)]
    bodies = within(Head(Routing("g")), events)
    assert [json.loads(body.partition("\n")[0])["ids"] for body in bodies] == [["0", "1"], ["2"]]
