"""The arithmetic of bench.scale: what does not depend on how fast this machine is."""

from dataclasses import replace

import pytest

from bench import scale
from bench import scale_model as model
from bench import scale_stream as stream
from bench.cost import Setting, Speed
from bench.scale_limits import Limit, limits, raised

# Made up, so that no figure here comes from a measurement.
SPEED = Speed(post=600.0, ingest=30.0, deliver=25.0, deliver_with_ledger=100.0)
WORLD = scale.default_world(SPEED)
# Roku answers after exactly 0.2 s, and nothing else takes time.
EXACT = replace(
    WORLD, window=5.0, roku_median=0.2, roku_sigma=0.0, speed=Speed(0, 0, 0, 0), setting=Setting(ledger=False, aws_ms=0)
)


def test_the_template_is_where_the_settings_come_from() -> None:
    assert scale.template_default("ThrottleRate") == 50
    assert (WORLD.window, WORLD.concurrency, WORLD.batch) == (5.0, 3, 10_000)
    with pytest.raises(ValueError, match="NoSuchParameter"):
        scale.template_default("NoSuchParameter")


def test_what_the_mapping_takes_in_is_a_limit_that_provisioned_mode_lifts() -> None:
    found = {limit.name: limit for limit in _limits(1_000.0, 1)}
    intake = found["Intake of the mapping, MB/s"]
    assert intake.asked == pytest.approx(1_000 * model.message(1).payload / 1e6)
    assert intake.allowed == 5  # five pollers of 1 MB a second
    assert intake.change.startswith("provisioned mode with 5 pollers")


def test_the_parts_of_a_day_are_24_hours_at_the_mean_rate() -> None:
    assert sum(hours for hours, _ in scale.DAY) == 24
    assert sum(hours * multiple for hours, multiple in scale.DAY) == 24


def test_a_lone_conversion_waits_for_the_window_and_for_roku() -> None:
    row = scale.row(1, 1, EXACT)
    assert row.requests == pytest.approx(1, abs=0.01)
    assert row.median == pytest.approx(5.0 + 0.2)
    assert row.late == pytest.approx(5.0 + 0.2)
    assert row.binding[0].use < 1


@pytest.mark.parametrize(("per_post", "rate", "seconds"), [(1, 0.01, 1_000.0), (1, 3_000.0, 5.0), (100, 50.0, 20.0)])
@pytest.mark.parametrize("concurrency", [2, 10])
@pytest.mark.parametrize("routings", [1, 3])
def test_all_that_arrives_is_delivered(
    per_post: int, rate: float, seconds: float, concurrency: int, routings: int
) -> None:
    world = replace(WORLD, concurrency=concurrency, routings=routings)
    seen = stream.simulate(model.message(per_post), rate, seconds, world, "conservation")
    assert seen.arrived == seen.delivered == sum(events for _, events in seen.delays) > 0
    assert seen.most_running <= concurrency
    # The shortest way: ingest, and nobody's batch is sent before it was posted.
    assert min(delay for delay, _ in seen.delays) > model.ingest_seconds(per_post, world)


def test_a_queue_that_cannot_keep_up_delays_and_loses_nothing() -> None:
    slow = replace(EXACT, concurrency=2, roku_median=10.0)
    # 2 runs at once of at most 10 s each carry fewer than 2 full batches in 10 s; this is five times as many.
    rate = model.capacity(model.message(1), slow) * 2 / 10 * 5
    seen = stream.simulate(model.message(1), rate, 30.0, slow, "overload")
    assert seen.arrived == seen.delivered
    # 30 s of arrivals take 150 s to deliver.
    assert max(delay for delay, _ in seen.delays) > 100


def test_a_full_batch_is_as_many_requests_as_roku_s_megabyte_needs() -> None:
    sent = model.message(1)
    in_one = model.requests(2_000, sent, 1)[0]
    assert in_one * sent.size <= 1_000_000 < (in_one + 1) * sent.size
    assert sum(model.requests(2_000, sent, 1)) == sum(model.requests(2_000, sent, 3)) == 2_000
    assert model.capacity(sent, WORLD) * sent.payload <= 6_000_000


def test_the_same_seed_sees_the_same() -> None:
    first, second = (stream.simulate(model.message(1), 5.0, 60.0, WORLD, "seed") for _ in range(2))
    assert first == second


def test_a_billion_single_posts_meet_the_throttle_first() -> None:
    mean = 1_000_000_000 / 86_400  # 11,574 a second, against a ThrottleRate of 1,000
    found = _limits(mean, 1)
    assert found[0].name == "ThrottleRate"
    assert found[0].use == pytest.approx(11.574, abs=0.001)
    assert {limit.name for limit in found if limit.use > 1} >= {"HTTP API requests/s", "Lambda requests/s"}


def test_posts_of_a_hundred_do_not() -> None:
    found = {limit.name: limit for limit in _limits(1_000_000_000 / 100 / 86_400, 100)}
    assert found["ThrottleRate"].use == pytest.approx(0.11574, abs=0.0001)
    assert found["DynamoDB writes/s, new table"].use == pytest.approx(11_574 / 4_000, abs=0.001)


def test_maximum_concurrency_is_raised_to_what_is_asked() -> None:
    slow = replace(WORLD, roku_median=5.0)
    found = _limits(1_000_000_000 / 86_400, 1, slow)
    asked = next(limit for limit in found if limit.name == "MaximumConcurrency")
    assert asked.use > 1
    assert raised(found, slow).concurrency > asked.asked
    assert raised(_limits(1.0, 1), WORLD) == WORLD


def test_quantiles_are_weighted() -> None:
    delays = [(1.0, 98.0), (3.0, 1.0), (2.0, 1.0)]
    assert [stream.quantile(delays, share) for share in (0.5, 0.99, 1.0)] == [1.0, 2.0, 3.0]


def _limits(posts: float, per_post: int, world: model.World = WORLD) -> list[Limit]:
    return limits(
        posts=posts, sent=model.message(per_post), world=world, throttle=1_000.0, peak=stream.Observed(seconds=1.0)
    )
