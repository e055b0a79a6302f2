"""Whatever may stand in a platform's post: any JSON, and objects of known names with any JSON in them."""

from typing import Any

from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def either(*words: Any) -> st.SearchStrategy[Any]:
    """One of the words, or any JSON."""
    return st.sampled_from(words) | JSON


def with_names(names: str, **known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any JSON, or an object with some of the names: any JSON under each, or what `known` gives it."""
    fields = dict.fromkeys(names.split(), JSON) | known
    return JSON | st.fixed_dictionaries({}, optional=fields)
