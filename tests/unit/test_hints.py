"""The searches for "did you mean" have a budget: so many a request, whatever the post holds."""

from collections.abc import Iterator
from contextvars import copy_context

import pytest

from pipeline.values import hints
from pipeline.values.rules import choice, unknown
from sources.fieldnames import nearest

KNOWN = ("event_name", "event_time")
AMONG = tuple(f"colour_{place}" for place in range(60))


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    made: list[str] = []
    search = hints._search

    def counted(word: str, known: tuple[str, ...], cutoff: float) -> str | None:
        made.append(word)
        return search(word, known, cutoff)

    monkeypatch.setattr(hints, "_search", counted)
    yield made
    hints._asked.set(None)


def test_a_request_gets_50_searches_wherever_they_are_asked_for(searches: list[str]) -> None:
    hints.begin()
    for place in range(1_000):
        unknown([f"event_nam{place}"], "", KNOWN, {})
        choice("PURCHASE", "LEAD")(f"PURCHAS{place}", [])
        nearest(f"emial{place}")
    assert len(searches) == 50
    hints.begin()
    nearest("emial")
    assert len(searches) == 51


def test_the_same_mistake_in_every_event_is_searched_once_and_told_each_time(searches: list[str]) -> None:
    hints.begin()
    said = [unknown(["event_nam"], "", KNOWN, {}) for _ in range(1_000)]
    assert len(searches) == 1
    assert said == [[("event_nam", "dropped: is not a known field: did you mean event_name?")]] * 1_000


def test_without_budget_a_field_is_told_of_without_what_was_meant(searches: list[str]) -> None:
    hints.begin()
    for word in AMONG:
        hints.nearest(word, KNOWN)
    assert unknown(["event_nam"], "", KNOWN, {}) == [("event_nam", "dropped: is not a known field")]
    notes: list[str] = []
    assert choice("PURCHASE", "LEAD")("PURCHAS", notes) is None
    assert notes == ['"PURCHAS" is not supported: it must be one of PURCHASE, LEAD']


def test_another_request_at_the_same_time_has_a_budget_of_its_own(searches: list[str]) -> None:
    hints.begin()
    copy_context().run(hints.begin)
    for word in AMONG:
        copy_context().run(hints.nearest, word, KNOWN)
    assert len(searches) == 50
