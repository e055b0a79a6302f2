"""A body that is plain at a glance has nothing to take out of a wrapping; an ordinary one is plain."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.plain_bodies import is_plain
from pipeline.intake.unwrapping import unwrapped

ITEM = {"id": "A-1", "quantity": 1, "price": 9.5}
PURCHASE: dict[str, Any] = {
    "event_name": "PURCHASE",
    "user_data": {"em": "jane@example.com", "fn": "Zoë", "zp": None},
    "custom_data": {"value": 9.5, "contents": [ITEM, ITEM], "content_ids": ["A-1", 7]},
}
NAMES = "event_name user_data custom_data contents content_ids events em email[] 0 consent properties page".split()
TEXTS = ["", "a, b", "[a]", "[]", '["a"]', '{"a": 1}', "{", " {}", "[tag]", "\u005b", '"', "\\u005b", "é", "\\"]
VALUES = st.recursive(
    st.sampled_from(TEXTS) | st.integers(0, 9) | st.none(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=4,
)
PLACES = [(), ("user_data",), ("custom_data",), ("custom_data", "contents", 0)]


@pytest.mark.parametrize("events", [[PURCHASE] * 3, [{"event_name": "LEAD"}], [PURCHASE, {"user_data": {}}]])
def test_an_ordinary_body_is_plain(events: list[Any]) -> None:
    body = {"event_group_id": "g", "events": events}
    for written in (json.dumps(body, ensure_ascii=False), json.dumps(body, indent=1)):
        assert is_plain(written.encode(), json.loads(written))


@given(st.sampled_from(PLACES), st.sampled_from(NAMES), VALUES, st.booleans())
def test_what_is_plain_is_the_same_when_each_field_is_looked_at(
    place: tuple[Any, ...], name: str, value: Any, escaped: bool
) -> None:
    body = {"event_group_id": "g", "events": [deepcopy(PURCHASE)]}
    part: Any = body["events"][0]
    for step in place:
        part = part[step]
    part[name] = value
    written = json.dumps(body, ensure_ascii=escaped)
    if escaped and name == "content_ids":
        written = written.replace("content_ids", "content\\u005fids")
    read = json.loads(written)
    if is_plain(written.encode(), read):
        warnings: list[tuple[str, str]] = []
        assert unwrapped(deepcopy(read), warnings) == read
        assert warnings == []
