"""Text of others that should be a JSON object."""

import pytest

from pipeline.values.json_objects import json_object


@pytest.mark.parametrize("text", ['{"a": 1}', '\ufeff{"a": 1}', b'{"a": 1}', b'\xef\xbb\xbf{"a": 1}'])
def test_an_object_is_read_from_text_and_bytes_with_or_without_a_byte_order_mark(text: str | bytes) -> None:
    assert json_object(text) == {"a": 1}


@pytest.mark.parametrize("text", ["", "{", "[]", '"a"', "null", b"\xff", "[" * 10_000, '{"a": "\ud800"}'])
def test_anything_else_is_none(text: str | bytes) -> None:
    assert json_object(text) is None
