"""An event id for a conversion that came without one."""

from hashlib import sha256

from pipeline.values.digests import derived_id


def test_a_derived_id_is_half_of_the_digest_of_the_sorted_compact_json() -> None:
    text = '["group",{"a":[1,2.5,null],"b":{"c":"é","d":true}}]'
    content = {"b": {"d": True, "c": "é"}, "a": [1, 2.5, None]}
    assert derived_id("group", content) == sha256(text.encode()).hexdigest()[:32]


def test_another_group_or_content_has_another_id() -> None:
    made = {derived_id("one", {"a": 1}), derived_id("two", {"a": 1}), derived_id("one", {"a": "1"})}
    assert len(made) == 3
