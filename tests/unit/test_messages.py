"""The body of a queue message: what is written is read again unchanged, and what cannot be read says so safely."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.destination import Routing
from pipeline.messages import QueuedEvent, Unreadable, decode, encode
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


def test_the_first_line_is_the_routing_and_each_further_line_one_event() -> None:
    line = '{"event_id":"1","event_name":"LEAD"}'
    assert encode(Routing("g"), [line, line]) == '{"event_group_id":"g"}\n' + line + "\n" + line
    assert encode(Routing("g", "p"), [line]) == '{"event_group_id":"g","partner_name":"p"}\n' + line


@given(texts, st.none() | texts, st.lists(events, min_size=1, max_size=5), st.booleans())
@bounded
def test_what_is_encoded_is_decoded_byte_for_byte(
    group: str, partner: str | None, drawn: list[dict[str, Any]], ascii_only: bool
) -> None:
    lines = [json.dumps(event, ensure_ascii=ascii_only, separators=(",", ":")) for event in drawn]
    routing, queued = decode(encode(Routing(group, partner), lines), identify)
    assert routing == Routing(group, partner)
    assert queued == [
        QueuedEvent(line, event["event_id"], event["event_name"]) for line, event in zip(lines, drawn, strict=True)
    ]


HEAD = '{"event_group_id":"g"}\n'
GOOD = '{"event_id":"1","event_name":"LEAD"}'


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
        routing, queued = decode(body, identify)
    except Unreadable:
        return
    assert body.split("\n")[1:] == [event.line for event in queued]
    assert isinstance(routing.event_group_id, str)


def test_a_partner_that_is_not_text_counts_as_none() -> None:
    assert decode('{"event_group_id":"g","partner_name":7}\n' + GOOD, identify)[0] == Routing("g", None)
