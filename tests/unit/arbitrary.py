"""Whatever may stand in a platform's post: any JSON, and objects of known names with any JSON in them."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

# What a module does with any JSON is found by the first dozens of examples or by none.
FUZZ = settings(max_examples=120)

_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
# One level within another is as deep as any module looks for itself; deeper is not told from that.
JSON = (
    _SCALARS
    | st.lists(_SCALARS, max_size=3)
    | st.dictionaries(st.text(max_size=8), _SCALARS, max_size=2)
    | st.just([{"name": [{}]}, [[]]])
)
_MOST_FIELDS = 8


def either(*words: Any) -> st.SearchStrategy[Any]:
    """One of the words, or any JSON."""
    return st.sampled_from(words) | JSON


def with_names(names: str, **known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any JSON, or an object with a few of the names: any JSON under each, or what `known` gives it."""
    some = st.dictionaries(st.sampled_from(names.split()), JSON, max_size=_MOST_FIELDS)
    if known:
        some = st.builds(lambda one, other: one | other, some, st.fixed_dictionaries({}, optional=known))
    return JSON | some
