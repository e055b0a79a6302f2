"""Which values of a post say anything."""

from typing import Any

import pytest

from sources import values


@pytest.mark.parametrize(
    "absent", [None, "", " ", "null", "undefined", "None", "{{ dlv.value }}", "[tag]", "--", " -- "]
)
def test_a_placeholder_is_not_there(absent: str | None) -> None:
    assert values.first(absent, "there") == "there"
    assert values.present({"field": absent}) == {}


@pytest.mark.parametrize("value", [0, 0.0, False, "0", "0.00"])
def test_nothing_is_a_value_of_its_own(value: Any) -> None:
    assert values.first(value, "other") is value
    assert values.present({"field": value}) == {"field": value}


@pytest.mark.parametrize(
    ("body", "path", "value", "has"),
    [
        ({"a": {"b": 5}}, "a.b", 5, True),
        ({"a.b": 5, "a": {"b": 6}}, "a.b", 5, True),
        ({"a": {"b": ""}}, "a.b", None, True),
        ({"a": None}, "a.b", None, True),  # nothing was sold yet
        ({"a": {"c": 5}}, "a.b", None, False),
        ({"a": 5}, "a.b", None, False),
        ({"a": [5]}, "a.0", None, False),
        ({}, "a", None, False),
        ({}, "", None, False),
    ],
)
def test_a_field_is_found_by_its_name_or_by_its_path(body: dict[str, Any], path: str, value: Any, has: bool) -> None:
    assert values.found(body, path) == value
    assert values.has(body, path) is has
