"""Whether Roku takes an event group at all: asked once in five minutes, and only a clear answer is a yes."""

import pytest

from pipeline.contract.destination import Answer, Routing
from roku import groups
from roku.groups import Groups

GROUP, OTHER = Routing("g"), Routing("h")
NOW = 1_790_000_000.0


class Asking:
    """Answers with these statuses, one after the other, and remembers when it was asked."""

    def __init__(self, *statuses: int | None) -> None:
        self.statuses, self.now, self.asked = list(statuses), NOW, list[float]()
        self.groups = Groups(lambda: self.now)

    def __call__(self) -> Answer:
        self.asked.append(self.now)
        return Answer(status=self.statuses.pop(0))

    def is_open(self, group: Routing = GROUP) -> bool:
        """Ask for the group."""
        return self.groups.is_open(group, self)


@pytest.mark.parametrize("status", [200, 201, 210, 299, 400, 413, 422])
def test_an_answer_about_the_event_is_a_yes(status: int) -> None:
    assert Asking(status).is_open() is True


@pytest.mark.parametrize("status", [None, 199, 300, 301, 401, 403, 404, 423, 429, 500, 503])
def test_every_other_answer_and_none_is_a_no(status: int | None) -> None:
    assert Asking(status).is_open() is False


def test_an_answer_is_remembered_for_five_minutes_for_its_group_only() -> None:
    asking = Asking(200, 403, 401)
    assert asking.is_open()
    assert not asking.is_open(OTHER)
    asking.now += 299.9
    assert asking.is_open()
    assert not asking.is_open(OTHER)
    assert asking.asked == [NOW, NOW]
    asking.now = NOW + 300
    assert not asking.is_open()
    assert asking.asked == [NOW, NOW, NOW + 300]


def test_a_question_that_fails_is_a_no_and_not_asked_again_at_once() -> None:
    asking = Asking()
    with pytest.raises(IndexError):
        asking.is_open()
    assert asking.is_open() is False
    assert len(asking.asked) == 1


def test_who_waits_for_the_answer_to_anothers_question_waits_no_longer_than_a_request_may_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(groups, "_PATIENCE", 0.0)
    known, heard = Groups(lambda: NOW), list[bool]()

    def ask() -> Answer:  # while it is under way, another asks the same
        heard.append(known.is_open(GROUP, ask))
        return Answer(status=200)

    assert known.is_open(GROUP, ask)
    assert heard == [False]
