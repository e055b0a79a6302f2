"""The benchmarks' arithmetic and what they count; nothing here depends on speed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import conversions, cost, counts, figures, timing
from bench.figures import RELAY, Figure, Results
from local.bundle import fresh
from tests.unit.conversions import outcome

SRC = Path(__file__).parents[2] / "src"


@pytest.fixture(scope="module")
def counted() -> Iterator[dict[tuple[str, str], Figure]]:
    with fresh(SRC):
        yield {(figure.row, figure.case): figure for figure in counts.measure()}


def test_a_post_of_1000_takes_two_calls_of_sqs(counted: dict[tuple[str, str], Figure]) -> None:
    # 1,000 events of 1,166 bytes are 1.17 MB; a call takes 1 MiB.
    assert counted["SQS calls for a POST of 1,000", "ordinary"].value == 2


@pytest.mark.parametrize(
    ("case", "most", "fewest"),
    [
        # 10,000 x 1,167 bytes are 11.7 requests; a hundred events stay together, eight hundreds fit into 1 MB: 12.5.
        ("ordinary, POSTs of 100, one batch", 13, 12),
        # Two batches, each of which ends with a request that is not full.
        ("ordinary, POSTs of 100, batches of 6 MB", 14, 12),
        ("mixed size, POSTs of 1 to 1,000, one batch", 14, 13),
        ("mixed size, POSTs of 1 to 1,000, batches of 6 MB", 15, 13),
    ],
)
def test_ten_thousand_events_take_hardly_more_requests_than_their_bytes_need(
    counted: dict[tuple[str, str], Figure], case: str, most: int, fewest: int
) -> None:
    figure = counted["requests to Roku for 10,000 events", case]
    assert figure.floor_value == fewest
    assert fewest <= figure.value <= most


def test_every_ordinary_purchase_has_902_bytes_and_becomes_about_1160() -> None:
    for number in range(0, 5_000, 37):
        purchase = conversions.purchase(number)
        assert len(conversions.dump(purchase)) == 902
        made = outcome(purchase)
        assert made.warnings == []
        line = getattr(made, "line", b"")
        assert 1_150 <= len(line) <= 1_180
        user = json.loads(line)["user_data"]
        assert {name for name, value in user.items() if len(str(value)) == 64} == {"em", "ph", "fn", "ln", "db"}


@pytest.mark.parametrize(("share", "refused"), [(0.0, 0), (0.1, 100), (1.0, 1_000)])
def test_the_told_share_of_conversions_is_invalid(share: float, refused: int) -> None:
    made = [outcome(conversion) for conversion in conversions.purchases(1_000, share_invalid=share)]
    assert sum(hasattr(each, "errors") for each in made) == refused


SPEED = cost.Speed(post=400.0, ingest=100.0, deliver=10.0, deliver_with_ledger=50.0)


def test_a_million_single_posts_cost_what_the_price_list_says() -> None:
    items = cost.relay(cost.Load(1_000_000, per_post=1), cost.Setting(), SPEED)
    assert items == pytest.approx(
        {
            "API Gateway (HTTP API)": 1.00,
            # 1,000,000 sends; 1,000 batches of 1,000 messages, each received and deleted ten at a time.
            "SQS": 1.2e6 * 0.40e-6,
            "deliver: Lambda requests": 1_000 * 0.20e-6,
            # 1,000 x 10 us are 10 ms, at 1,024 / 1,769 of a processor 17.3 ms; with Roku's 200 ms, 218 ms are billed.
            "deliver: Lambda time": 1_000 * 0.218 * 0.0000133334,
            "egress to Roku": 1_000_000 * 1_167 / 1e9 * 0.09,
            "ingest: Lambda requests": 0.20,
            # 500 us are 0.86 ms there; with SQS's 10 ms, 11 ms are billed.
            "ingest: Lambda time": 1_000_000 * 0.011 * 0.0000133334,
            # Of a batch of 1,000 messages 99 delays are told.
            "logs": (1_000_000 * (340 + 371 + 211) + 1_000 * (340 + 403 + 99 * 7)) / 1e9 * 0.50,
        }
    )


def test_posts_of_1000_are_paid_by_their_bytes() -> None:
    items = cost.relay(cost.Load(1_000_000, per_post=1_000), cost.Setting(), SPEED)
    assert items["API Gateway (HTTP API)"] == pytest.approx(1_000 * 2 * 1.00e-6)  # 902,000 bytes are two of 512 KiB
    # 1,166,000 bytes are 18 of 64 KiB to send and 17.8 to receive; two messages a batch are deleted in one call.
    assert items["SQS"] == pytest.approx(1_000 * (18 + 1_166_000 / 65_536 + 1) * 0.40e-6)


def test_the_ledger_costs_one_write_and_half_a_read_an_event_and_its_time() -> None:
    load = cost.Load(1_000_000, per_post=1)
    with_ledger = cost.relay(load, cost.Setting(ledger=True), SPEED)
    assert with_ledger["ledger (DynamoDB)"] == pytest.approx(0.625 + 0.0625)
    # 50 ms are 86.4 ms there; 10 + 40 calls, ten at once, are 5 x 10 ms; Roku takes 200 ms: 337 ms are billed.
    assert with_ledger["deliver: Lambda time"] == pytest.approx(1_000 * 0.337 * 0.0000133334)


def test_the_floor_has_no_function_before_the_queue_and_no_logs() -> None:
    load = cost.Load(1_000_000, per_post=1)
    relay, floor = (of(load, cost.Setting(), SPEED) for of in (cost.relay, cost.floor))
    assert relay.keys() - floor.keys() == {"ingest: Lambda requests", "ingest: Lambda time", "logs"}
    assert {name: relay[name] for name in floor} == floor


def test_a_ratio_is_taken_within_a_turn() -> None:
    assert timing.compared([2.0, 40.0, 9.0], [1.0, 20.0, 3.0]) == timing.Timed(seconds=9.0, floor=3.0, ratio=2.0)
    assert timing.together([1.0, 2.0], [10.0, 20.0]) == [11.0, 22.0]


def test_results_are_kept_and_shown_as_ratios(tmp_path: Path) -> None:
    ours = Figure("core", "0% invalid", RELAY, 15.5, "us", 2.5, "F2", 6.2, goal=2.0)
    results = Results(
        {"python": "3"}, ["none"], [ours, Figure("core", "0% invalid", "peer", 62.0, "us", 10.0, "F2", 6.2)]
    )
    figures.write(results, tmp_path / "results.json")
    assert figures.read(tmp_path / "results.json") == results
    assert figures.table(results).splitlines()[-1] == (
        "| core | 0% invalid | 2.50 × (15.5 us) | 2.00 × | F2 (6.2 us) | peer 10.0 × |"
    )
    assert figures.missed(results.figures) == [ours]
