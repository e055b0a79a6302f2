"""The request on the wire: one of them byte for byte, and its limits."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.destination import Routing
from roku.destination import DESTINATION
from roku.request import LIMITS, without_partner

bounded = settings(derandomize=True, max_examples=200, deadline=None)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)

# The first example of Roku's page as this relay sends it, the order of its fields kept, and a second event.
FIRST = (
    '{"event_id":"unique_event_id_123","event_name":"PURCHASE","event_type":"conversion","event_time":1621436800,'
    '"user_data":{"is_hashed":true,"em":"f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"},'
    '"custom_data":{"value":99.99,"currency":"USD"},"opt_out":"false"}'
)
SECOND = '{"event_id":"2","event_name":"SEARCH","custom_data":{"search_string":"caf\u00e9 \\u2028 \\"x\\""}}'


def test_a_request_byte_for_byte() -> None:
    expected = (
        b'{"event_group_id":"example_website_123","events":['
        b'{"event_id":"unique_event_id_123","event_name":"PURCHASE","event_type":"conversion","event_time":1621436800,'
        b'"user_data":{"is_hashed":true,"em":"f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"},'
        b'"custom_data":{"value":99.99,"currency":"USD"},"opt_out":"false"},'
        b'{"event_id":"2","event_name":"SEARCH","custom_data":{"search_string":"caf\xc3\xa9 \\u2028 \\"x\\""}}'
        b"]}"
    )
    assert DESTINATION.assemble(Routing("example_website_123"), [FIRST, SECOND]) == expected
    # A partner travels in each event, not beside them: it only keeps events of others out of the request.
    assert DESTINATION.assemble(Routing("example_website_123", "partner"), [FIRST, SECOND]) == expected


def test_what_asks_about_a_partner_is_the_first_event_of_the_request_and_names_none() -> None:
    named = '{"event_id":"1","partner_name":"somebody","custom_data":{"partner_name":"kept"}}'
    body = DESTINATION.assemble(Routing("g", "somebody"), [named, SECOND])
    assert without_partner(body) == (
        b'{"event_group_id":"g","events":[{"event_id":"1","custom_data":{"partner_name":"kept"}}]}'
    )


def test_the_limits_are_those_of_roku_and_tealium() -> None:
    assert (LIMITS.events, LIMITS.bytes) == (1_000, 1_000_000)


@given(texts, st.lists(texts.map(lambda text: '{"t":"' + text + '"}'), min_size=1, max_size=5))
@bounded
def test_the_overhead_is_all_but_the_events_and_their_commas(group: str, lines: list[str]) -> None:
    body = DESTINATION.assemble(Routing(group), lines)
    assert (
        len(body) == DESTINATION.overhead(Routing(group)) + sum(len(line.encode()) for line in lines) + len(lines) - 1
    )
