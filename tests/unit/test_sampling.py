"""Which events are logged one by one, and what is said of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.destination import Prepared
from pipeline.intake.received import Received
from pipeline.intake.sampling import Followed, event_digest, is_sampled, received
from tests.unit.conversions import sha

rates = st.floats(0, 1)


def test_an_id_stands_in_the_log_as_the_beginning_of_its_sha_256() -> None:
    assert event_digest("abc") == "ba7816bf8f01cfea"  # FIPS 180-2, appendix B.1


@pytest.mark.parametrize(("rate", "sampled"), [(0.0, False), (0.72, False), (0.73, True), (1.0, True)])
def test_the_first_32_bits_of_the_digest_decide(rate: float, sampled: bool) -> None:
    assert is_sampled("abc", rate) is sampled  # 0xba7816bf / 2 ** 32 = 0.7284


@given(st.text())
def test_no_event_is_sampled_at_0_and_each_is_at_1(event_id: str) -> None:
    assert not is_sampled(event_id, 0.0)
    assert is_sampled(event_id, 1.0)


@given(st.text(), rates, rates)
def test_whoever_is_sampled_is_so_at_every_higher_rate(event_id: str, one: float, other: float) -> None:
    assert is_sampled(event_id, min(one, other)) <= is_sampled(event_id, max(one, other))


def test_about_so_many_are_sampled_as_the_rate_says() -> None:
    chosen = sum(is_sampled(f"order-{number}", 0.1) for number in range(10_000))
    assert 850 <= chosen <= 1_150  # 1,000, and five standard deviations of 30


def reception() -> Received:
    """Three events: one on the queue, one that SQS did not take, one invalid."""
    found = Received("g", 3, [{"event_id": "c", "event_name": "+1 555 010 0142"}] * 3)
    for index, event_id in enumerate("ab"):
        found.events[index] = Prepared(b"{}", event_id, None, [], "LEAD")
    found.lose(1)
    found.fail(
        2, {"event_name": '"+1 555 010 0142" is not supported', "event_time": "is required", "Jane Doe": "is not known"}
    )
    return found


def test_of_a_request_it_is_told_what_became_of_each_without_a_senders_text() -> None:
    assert received(reception(), 1.0) == [
        Followed(sha("a")[:16], "accepted", "LEAD"),
        Followed(sha("b")[:16], "not queued", "LEAD"),
        Followed(sha("c")[:16], "invalid", reason="event_name, event_time, unknown_field"),
    ]


def test_of_a_request_only_the_sampled_are_told() -> None:
    assert received(reception(), 0.0) == []
    least = int(sha("b")[:8], 16) / 2**32  # exactly b's share, 0.24: c's is 0.18, a's 0.79
    assert [one.event_digest for one in received(reception(), least)] == [sha("c")[:16]]
    above = received(reception(), least + 2**-32)
    assert [one.event_digest for one in above] == [sha("b")[:16], sha("c")[:16]]
