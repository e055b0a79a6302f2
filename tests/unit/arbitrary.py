"""Whatever a platform's post may hold: any JSON, and objects of known names with any JSON in them."""

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from pipeline.contract.destination import Invalid, Prepared
from pipeline.intake.body import BadRequest, Body, Ignored
from roku.event import prepare
from roku.normalise import Settings
from tests.unit.conversions import GROUP, NOW

# What a module does with any JSON is found by the first dozens of examples or by none.
FUZZ = settings(max_examples=120)

_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
_KINDS = (
    _SCALARS
    | st.lists(_SCALARS, max_size=3)
    | st.dictionaries(st.text(max_size=8), _SCALARS, max_size=2)
    | st.just([{"name": [{}]}, [[]]])
)
# One level within another is as deep as any module looks for itself; deeper is not told from that. Mapped, so that
# `|` takes it for one choice: as many as it has kinds, they would leave little room for the other.
JSON: st.SearchStrategy[Any] = _KINDS.map(lambda value: value)
_MOST_FIELDS = 8


def either(*words: Any) -> st.SearchStrategy[Any]:
    """One of the words, or any JSON."""
    return st.sampled_from(words) | JSON


def with_names(names: str, **known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any JSON, or an object with a few of the names: any JSON under each, or what `known` gives it."""
    some = st.dictionaries(st.sampled_from(names.split() or [""]), JSON, max_size=_MOST_FIELDS)
    if known:
        some = st.builds(lambda one, other: one | other, some, st.fixed_dictionaries({}, optional=known))
    return JSON | some


# Of every type one that is there and one that is not, and what only looks like another type.
_JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**400, "", "{{tag}}", "7", "é\n", [], [7], [{}], {}, {"a": {}}, {"name": [], "value": {}},
)  # fmt: skip


def spoiled(whole: Any) -> Iterator[Any]:
    """The JSON value with junk in the place of each of its parts in turn, at any depth, and with each part missing."""
    yield from _JUNK
    if isinstance(whole, dict):
        for name, value in whole.items():
            yield {other: value for other, value in whole.items() if other != name}
            for junk in spoiled(value):
                yield whole | {name: junk}
    elif isinstance(whole, list):
        for index, value in enumerate(whole[:1]):
            for junk in spoiled(value):
                yield [*whole[:index], junk, *whole[index + 1 :]]


def check_spoiled(whole: Any, post: Callable[[Any], Body]) -> None:
    """Whatever one place of a body holds that is otherwise good, it is refused, or the destination answers it."""
    for body in spoiled(whole):
        try:
            posting = post(body)
        except BadRequest:
            continue
        assert posting.conversions, body
        check_judged(posting)


def check_judged(posting: Body) -> None:
    """The destination answers every conversion of the post."""
    for one in posting.conversions:
        if not isinstance(one, Ignored):
            made = prepare(one, group=GROUP, now=NOW, settings=Settings(), context=posting.context)
            assert isinstance(made, Prepared | Invalid)
