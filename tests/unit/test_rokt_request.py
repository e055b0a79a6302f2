"""The bodies of both APIs' requests, byte for byte, and their limits."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.destination import Routing
from rokt.destination import declared
from rokt.request import LIMITS, path, places
from rokt.settings import Settings

CONVERSIONS, EVENTS = Settings(), Settings(api="events", account_id='12"345')
G = Routing("g")
FIRST, SECOND = '{"a":1}', '{"b":"é"}'


def assemble(lines: Sequence[str], settings: Settings) -> bytes:
    """The body of a request with these events."""
    return declared(settings).assemble(G, lines)


def test_the_limits_of_the_documents() -> None:
    assert (LIMITS.events, LIMITS.bytes) == (100, 256_000)


def test_one_object_goes_as_it_is_and_several_as_an_array() -> None:
    assert assemble([FIRST], CONVERSIONS) == FIRST.encode()
    assert path(assemble([FIRST], CONVERSIONS)) == "/v2/events"
    assert assemble([FIRST, SECOND], CONVERSIONS) == f"[{FIRST},{SECOND}]".encode()
    assert path(assemble([FIRST, SECOND], CONVERSIONS)) == "/v2/bulkevents"


def test_events_go_with_their_account() -> None:
    expected = '{"accountId":"12\\"345","events":[' + FIRST + "," + SECOND + "]}"
    assert assemble([FIRST, SECOND], EVENTS) == expected.encode()
    assert path(expected.encode()) == path(assemble([FIRST], EVENTS)) == "/v2/events"


@pytest.mark.parametrize("settings", [CONVERSIONS, EVENTS])
@given(
    lines=st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9)).map(json.dumps), min_size=2, max_size=5)
)
def test_the_overhead_is_all_but_the_events_and_their_commas(settings: Settings, lines: list[str]) -> None:
    events = sum(len(line.encode()) for line in lines) + len(lines) - 1
    assert len(assemble(lines, settings)) == declared(settings).overhead(G) + events
    assert len(assemble(lines[:1], settings)) <= declared(settings).overhead(G) + len(lines[0].encode())


def test_the_places_are_one_based_and_in_bytes() -> None:
    body = assemble([SECOND, FIRST], CONVERSIONS)
    for line, (first, last) in zip([SECOND, FIRST], places([SECOND, FIRST]), strict=True):
        assert body[first - 1 : last] == line.encode()
