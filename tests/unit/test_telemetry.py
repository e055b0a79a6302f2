"""One blob of embedded metrics an invocation, as CloudWatch takes it, and lines that hold no data."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import telemetry
from pipeline.values.words import Word

delays = st.lists(st.floats(0, 1e6), min_size=1, max_size=5_000)


@pytest.fixture(autouse=True)
def _stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "stack")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Relay")


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines that were written."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("messages", [1, 99, 100, 101, 198, 200, 10_000])
def test_however_many_delays_there_are_it_is_one_blob_with_what_cloudwatch_takes(
    messages: int, capsys: pytest.CaptureFixture[str]
) -> None:
    line = telemetry.Line("r-1")
    line.counts("roku")["Delivered"] = messages
    line.delays = [number / 1_000 for number in range(messages)]
    line.write()
    (blob,) = written(capsys)
    (directive,) = blob["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["destination", "service"]]
    assert {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]} == {
        "Delivered": "Count",
        "Delay": "Milliseconds",
    }
    assert all(len(blob[metric["Name"]]) <= 100 for metric in directive["Metrics"])  # CloudWatch's limit
    assert (blob["service"], blob["destination"], blob["request_id"]) == ("stack", "roku", "r-1")
    assert isinstance(blob["ms"], int)


@given(delays)
def test_of_many_delays_the_percentiles_stay(values: list[float]) -> None:
    thinned, ordered = telemetry._thinned(values), sorted(values)
    assert len(thinned) == min(len(values), 100)
    assert thinned == sorted(thinned)
    if len(values) <= 100:
        assert thinned == ordered
    for share in (0.5, 0.95, 0.99):
        # The value at the share itself, give or take what lies between two that were kept.
        place, reach = int(share * (len(ordered) - 1)), len(ordered) // 100 + 1
        found = thinned[int(share * (len(thinned) - 1))]
        assert ordered[max(0, place - reach)] <= found <= ordered[min(len(ordered) - 1, place + reach)]


def test_an_invocation_that_counts_nothing_writes_no_metric(capsys: pytest.CaptureFixture[str]) -> None:
    line = telemetry.Line("r-1")
    line.counts("roku")["NotQueued"] = 0
    line.write()
    assert written(capsys) == []


def test_each_destination_has_a_blob_and_words_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    line = telemetry.Line("r-1")
    line.counts("roku")["Accepted"] = 2
    line.counts("rokt").update(Accepted=1, Withheld=1)
    line.add_words("rokt", withheld=Word("opted out"))
    line.write()
    roku, rokt = written(capsys)
    assert (roku["destination"], roku["Accepted"], "withheld" in roku) == ("roku", [2], False)
    assert (rokt["destination"], rokt["Accepted"], rokt["Withheld"], rokt["withheld"]) == (
        "rokt",
        [1],
        [1],
        "opted out",
    )
