"""The benchmarks' arithmetic and what they count; nothing here depends on speed."""

import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from bench import conversions, cost, cost_table, counts, figures, standing, timing
from bench.boundary import Relay
from bench.conversions import post_body
from bench.figures import END_TO_END, RELAY, Figure, Results
from bench.invocations import api_event
from local.bundle import fresh
from tests.unit import rokt_conversions
from tests.unit.conversions import outcome

SRC = Path(__file__).parents[2] / "src"


Counted = dict[tuple[str, str], Figure]


def count(events: int) -> Counted:
    with fresh(SRC):  # for no longer: what another test reads for the first time would be of the fresh modules
        return {(figure.row, figure.case): figure for figure in counts.measure(events)}


@pytest.fixture(scope="module")
def counted() -> Counted:
    return count(2_000)


@pytest.fixture(scope="module")
def published() -> Counted:
    return count(10_000)


# The figures of docs/performance.md; a fifth of the events takes a fifth of the time.
_WHOLE = pytest.mark.thorough(reason="the benchmarks' 10,000 conversions")


@pytest.mark.parametrize(
    "case",
    [
        "ordinary, POSTs of 100, one batch",
        "ordinary, POSTs of 100, batches of 6 MB",
        "mixed size, POSTs of 1 to 1,000, one batch",
    ],
)
def test_two_thousand_events_take_at_most_one_request_more_than_their_bytes_need(counted: Counted, case: str) -> None:
    # 2,000 x 1,167 bytes are 2.3 requests. The first of a group that was not heard of for ten minutes has 50 events.
    figure = counted["requests to Roku for 2,000 events", case]
    assert figure.floor_value == 3
    assert figure.value in (3, 4)
    assert counted["requests to Rokt for 2,000 events", case].value == 20  # a hundred a request


def test_a_post_of_1000_takes_two_calls_of_sqs(counted: Counted) -> None:
    # 1,000 events of 1,166 bytes are 1.17 MB; a call takes 1 MiB.
    assert counted["SQS calls for a POST of 1,000", "ordinary"].value == 2


def test_the_same_post_takes_two_calls_for_rokt(counted: Counted) -> None:
    # 1,000 events of 1,000 bytes in ten messages of a hundred, whose first lines say 56 bytes or more of each event:
    # more than the 1 MiB of a call.
    assert counted["SQS calls for a POST of 1,000", "ordinary, Rokt"].value == 2


@_WHOLE
@pytest.mark.parametrize(
    ("case", "most", "fewest"),
    [
        # 10,000 x 1,167 bytes are 11.7 requests; a hundred events stay together, eight hundreds fit into 1 MB: 12.5.
        # The first request of a group that was not heard of for ten minutes has 50 events.
        ("ordinary, POSTs of 100, one batch", 14, 12),
        # Two batches, each of which ends with a request that is not full.
        ("ordinary, POSTs of 100, batches of 6 MB", 14, 12),
        ("mixed size, POSTs of 1 to 1,000, one batch", 14, 13),
        ("mixed size, POSTs of 1 to 1,000, batches of 6 MB", 15, 13),
    ],
)
def test_ten_thousand_events_take_hardly_more_requests_than_their_bytes_need(
    published: Counted, case: str, most: int, fewest: int
) -> None:
    figure = published["requests to Roku for 10,000 events", case]
    assert figure.floor_value == fewest
    assert fewest <= figure.value <= most


@_WHOLE
@pytest.mark.parametrize(
    ("case", "most"),
    [
        # A hundred events are a request, and of 1,000 bytes each they have less than half the bytes that it may have.
        ("ordinary, POSTs of 100, one batch", 100),
        ("ordinary, POSTs of 100, batches of 6 MB", 100),
        # A batch may end with a request that is not full.
        ("mixed size, POSTs of 1 to 1,000, one batch", 101),
        ("mixed size, POSTs of 1 to 1,000, batches of 6 MB", 102),
    ],
)
def test_ten_thousand_events_for_rokt_take_hardly_more_requests_than_a_hundred_a_request(
    published: Counted, case: str, most: int
) -> None:
    figure = published["requests to Rokt for 10,000 events", case]
    assert figure.floor_value == 100
    assert 100 <= figure.value <= most


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


def test_every_ordinary_purchase_becomes_about_1000_bytes_for_rokt() -> None:
    for number in range(0, 5_000, 37):
        made = rokt_conversions.outcome(conversions.purchase(number))
        assert made.warnings == []
        line = getattr(made, "line", b"")
        assert 985 <= len(line) <= 1_005
        event = json.loads(line)
        hashed = [value for value in (event["user_attributes"] | event["user_identities"]).values() if len(value) == 64]
        assert len(hashed) == 4  # em, fn, ln, ph: as many as the floor of bench.rokt_core hashes


def test_an_unusual_purchase_is_the_same_to_rokt_as_the_ordinary_one() -> None:
    unusual, ordinary = (rokt_conversions.outcome(make(7)) for make in (conversions.unusual, conversions.purchase))
    assert unusual == ordinary


@pytest.mark.parametrize(("share", "refused"), [(0.0, 0), (0.1, 100), (1.0, 1_000)])
def test_the_told_share_of_conversions_is_invalid(share: float, refused: int) -> None:
    made = [outcome(conversion) for conversion in conversions.purchases(1_000, share_invalid=share)]
    assert sum(hasattr(each, "errors") for each in made) == refused


@pytest.fixture(scope="module")
def line(counted: object) -> str:  # after it, for its clients answer both
    """The log line of one ordinary post: a stack named as in samconfig.yaml, an id as API Gateway makes them."""
    post = api_event(post_body(conversions.purchases(1)))
    post["requestContext"]["requestId"] = "JKJaXmPLvHcESHA="
    written = io.StringIO()
    with Relay.running() as relay, redirect_stdout(written), pytest.MonkeyPatch.context() as patch:
        patch.setenv("POWERTOOLS_SERVICE_NAME", "roku-conversions-relay")
        relay.ingest(post)
    return written.getvalue().rstrip("\n")


def test_the_log_line_of_an_ordinary_post_is_as_long_as_what_is_paid_for(line: str) -> None:
    assert json.loads(line)["event_names"] == "PURCHASE"
    # CloudWatch counts 26 bytes more for each line; the milliseconds in it have one to four digits.
    assert len(line.encode()) + 26 == pytest.approx(cost.INGEST_LOG, abs=2)


def test_the_access_line_of_an_ordinary_post_is_as_long_as_what_is_paid_for() -> None:
    (told,) = re.findall(r"^        Format: (.+)$", standing.template(), re.MULTILINE)
    values = {"requestId": "JKJaXmPLvHcESHA=", "status": "202", "routeKey": "ANY /v1/events"}
    line = re.sub(r"\$context\.(\w+)", lambda found: values[found[1]], told)
    assert len(line) + 26 == cost._ACCESS_LOG


# 384 MB are 384 / 1,769 of a processor, and 0.375 of a GB.
GB_SECOND = 0.375 * 0.0000133334
SPEED = cost.Speed(post=400.0, ingest=100.0, deliver=10.0, deliver_with_ledger=50.0)


def test_a_million_single_posts_cost_what_the_price_list_says() -> None:
    items = cost.relay(cost.Load(1_000_000, per_post=1), cost.Setting(), SPEED)
    assert items == pytest.approx(
        {
            "API Gateway (HTTP API)": 1.00,
            # 1,000,000 sends; 1,000 batches of 1,000 messages, each received and deleted ten at a time.
            "SQS": 1.2e6 * 0.40e-6,
            "deliver: Lambda requests": 1_000 * 0.20e-6,
            # 1,000 x 10 us are 10 ms, on that share of a processor 46.1 ms; with Roku's 200 ms, 247 ms are billed.
            "deliver: Lambda time": 1_000 * 0.247 * GB_SECOND,
            "egress to Roku": 1_000_000 * 1_167 / 1e9 * 0.09,
            "ingest: Lambda requests": 0.20,
            # 500 us are 2.3 ms there; with SQS's 10 ms, 13 ms are billed.
            "ingest: Lambda time": 1_000_000 * 0.013 * GB_SECOND,
            # 200 a second at 12.3 ms keep 3 environments of ingest busy, and one of deliver, for 84 minutes.
            "Secrets Manager": (3 + 1) * 84 * 0.05 / 10_000,
            # Of a batch of 1,000 messages 100 delays are told.
            "logs": (1_000_000 * (340 + 441 + 61) + 1_000 * (340 + 412 + 100 * 5)) / 1e9 * 0.50,
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
    # 50 ms are 230.3 ms there; 10 + 40 calls, ten at once, are 5 x 10 ms; Roku takes 200 ms: 481 ms are billed.
    assert with_ledger["deliver: Lambda time"] == pytest.approx(1_000 * 0.481 * GB_SECOND)


def test_the_floor_has_no_function_before_the_queue_and_no_logs() -> None:
    load = cost.Load(1_000_000, per_post=1)
    relay, floor = (of(load, cost.Setting(), SPEED) for of in (cost.relay, cost.floor))
    assert relay.keys() - floor.keys() == {
        "ingest: Lambda requests",
        "ingest: Lambda time",
        "Secrets Manager",
        "logs",
    }
    assert {name: relay[name] for name in floor} == floor


def test_posts_of_1000_for_rokt_go_in_ten_messages_and_are_paid_by_their_bytes() -> None:
    load = cost.Load(1_000_000, per_post=1_000).to_rokt()
    assert cost.shape(load, cost.Setting()) == cost.Shape(1_000, 10, 1_000, 1_000.0, 10.0)
    items = cost.relay(load, cost.Setting(), SPEED)
    # 996,000 bytes are 16 of 64 KiB to send and 15.2 to receive; ten messages a batch are deleted in one call.
    assert items["SQS"] == pytest.approx(1_000 * (16 + 996_000 / 65_536 + 1) * 0.40e-6)
    # Ten requests are under way at once: 10 ms, 46.1 ms there, and Rokt's 200 ms.
    assert items["deliver: Lambda time"] == pytest.approx(1_000 * 0.247 * GB_SECOND)
    assert items["egress to Rokt"] == pytest.approx(1_000_000 * 997 / 1e9 * 0.09)


def test_a_batch_of_more_than_20_requests_to_rokt_waits_for_rokt_twice() -> None:
    # 500 a second for 5 s are 2,500 events in 25 requests: 25 ms, 115.2 ms there, and 2 x 200 ms; 516 ms are billed.
    load = cost.Load(1_000_000, per_post=100, a_second=500.0).to_rokt()
    items = cost.relay(load, cost.Setting(), SPEED)
    assert items["deliver: Lambda time"] == pytest.approx(400 * 0.516 * GB_SECOND)


def test_a_second_destination_adds_what_is_behind_ingest_and_the_time_that_it_takes_there() -> None:
    load, setting = cost.Load(1_000_000, per_post=1), cost.Setting()
    slower = cost.Speed(post=400.0, ingest=130.0, deliver=0.0, deliver_with_ledger=0.0)
    items = cost.relay_to_all([(load, SPEED), (load.to_rokt(), SPEED)], setting, slower)
    assert items["API Gateway (HTTP API)"] == pytest.approx(1.00)
    assert items["SQS"] == pytest.approx(2 * 1.2e6 * 0.40e-6)
    assert items["ingest: Lambda requests"] == pytest.approx(0.20)
    # 530 us are 2.4 ms there; with two calls of SQS, 23 ms are billed.
    assert items["ingest: Lambda time"] == pytest.approx(1_000_000 * 0.023 * GB_SECOND)
    assert items["deliver: Lambda time"] == pytest.approx(2 * 1_000 * 0.247 * GB_SECOND)
    assert items["logs"] == pytest.approx((1e6 * (340 + 441 + 61) + 2 * 1_000 * (340 + 412 + 100 * 5)) / 1e9 * 0.50)
    assert {"egress to Roku", "egress to Rokt"} <= items.keys()


def test_the_speed_of_each_destination_is_read_from_its_own_rows() -> None:
    def found(row: str, count: str, who: str, value: float) -> Figure:
        return Figure(row, f"POST of {count}", who, value, "us", 1.0, "floor", 1.0)

    measured = []
    for place, row in enumerate(END_TO_END.values()):
        measured += [found(row, "1", "ingest", 500.0 + place), found(row, "1,000", "ingest", 0.5 + place)]
        measured += [found(row, "1", "deliver", 10.0 * place), found(row, "1,000", "deliver", 100.0 * place)]
    # post + event = 502, post / 1000 + event = 2.5: of a post 500 and of an event 2.
    assert cost_table.measured(measured, 1_000, "rokt") == pytest.approx(cost.Speed(500.0, 2.0, 200.0, 300.0))
    assert cost_table.measured(measured, 1, "roku and rokt") == pytest.approx(cost.Speed(500.0, 4.0, 40.0, 50.0))
    with pytest.raises(KeyError):
        cost_table.measured([], 1)


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
