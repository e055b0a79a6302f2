"""The few samples that `make run` shows."""

from local.samples import End, Row
from local.tables import TELLING, telling


def row(number: int, *outcomes: str, fault: str = "") -> Row:
    ends = {name: End(outcome, "") for name, outcome in zip(("roku", "rokt"), outcomes, strict=False)}
    return Row("file.json", "LEAD", f"id-{number}", ends, fault=fault)


def ids(rows: list[Row]) -> list[str]:
    return [one.event_id for one in rows]


def test_each_kind_of_outcome_is_shown_before_a_second_of_any_and_in_the_order_of_the_files() -> None:
    usual = [row(number, "delivered", "delivered") for number in range(50)]
    rows = [*usual[:40], row(60, "invalid", "withheld"), row(61, "rejected", "delivered"), *usual[40:]]
    shown = ids(telling(rows))
    assert len(shown) == TELLING
    assert {"id-0", "id-60", "id-61"} <= set(shown)
    assert shown.index("id-0") < shown.index("id-60") < shown.index("id-61")
    assert ids(telling(rows, most=3)) == ["id-0", "id-60", "id-61"]


def test_every_fault_is_shown_whatever_their_number() -> None:
    rows = [row(number, "lost", "lost", fault="it is nowhere") for number in range(20)]
    assert ids(telling([*rows, row(99, "delivered", "delivered")])) == [*ids(rows), "id-99"]


def test_a_post_without_conversions_is_not_telling() -> None:
    assert telling([row(1)]) == []
