"""An event id for a conversion that came without one."""

from hashlib import sha256

import pytest

from pipeline.values.digests import derived_id


def test_a_derived_id_is_half_of_the_digest_of_the_sorted_compact_json() -> None:
    text = '["group",{"a":[1,2.5,null],"b":{"c":"é","d":true}}]'
    content = {"b": {"d": True, "c": "é"}, "a": [1, 2.5, None]}
    assert derived_id("group", content) == sha256(text.encode()).hexdigest()[:32]


def test_another_group_or_content_has_another_id() -> None:
    made = {derived_id("one", {"a": 1}), derived_id("two", {"a": 1}), derived_id("one", {"a": "01"})}
    assert len(made) == 3


@pytest.mark.parametrize("amount", [1250, 1250.0, "1250", "1250.00", " 1250.0 "])
def test_a_derived_id_does_not_depend_on_how_a_number_is_written(amount: object) -> None:
    assert derived_id("g", {"c": [{"value": amount}]}) == derived_id("g", {"c": [{"value": 1250}]})


@pytest.mark.parametrize(("one", "other"), [("007", 7), ("1.50", "1.500000000000000001"), (True, 1), ("-", 0)])
def test_what_is_no_number_written_in_another_way_stays_apart(one: object, other: object) -> None:
    assert derived_id("g", {"v": one}) != derived_id("g", {"v": other})
