"""Bodies that are almost JSON: what is fixed, and that JSON is never changed."""

import json

import pytest

from pipeline.intake import repair


@pytest.mark.parametrize(
    ("given", "fixed"),
    [
        ('{"event_id": RGB1A2B}', '{"event_id": "RGB1A2B"}'),
        ('{"event_id": 000001}', '{"event_id": "000001"}'),
        ('{"event_id": }', '{"event_id": null}'),
        ('{"event_time": , "a": 1}', '{"event_time": null, "a": 1}'),
        ('{"event_time": [tag:JS:epoch], "a": 1}', '{"event_time": "[tag:JS:epoch]", "a": 1}'),
        ('{"event_id": [[Call:InboundCallId]]}', '{"event_id": "[[Call:InboundCallId]]"}'),
        ('{"ph": +15550100123}', '{"ph": "+15550100123"}'),
        ('{"value": $25.00\n}', '{"value": "$25.00"}'),
        ('{"event_time": 2026-01-01T00:00:00Z, "a": 1}', '{"event_time": "2026-01-01T00:00:00Z", "a": 1}'),
        ('{"fn": Mary Ann , "ln": O\'Neil\\x}', '{"fn": "Mary Ann", "ln": "O\'Neil\\\\x"}'),
        ('{"a": True, "b": NaN, "c": nil}', '{"a": "True", "b": "NaN", "c": "nil"}'),
        # The value on a line of its own, as some templates lay it out.
        ('{"events":\n [[\n {"user_data":\n {"ph":\n 0123}}]]}', '{"events": [[{"user_data": {"ph": "0123"}}]]}'),
        ('{"event_time":\n, "a":\r\n}', '{"event_time": null, "a": null}'),
    ],
)
def test_bare_words_are_quoted_and_missing_values_are_null(given: str, fixed: str) -> None:
    assert json.loads(repair.quote_bare_values(given)) == json.loads(fixed)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": -2.5, "c": true, "d": false, "e": null, "f": [1, 2], "g": {"h": "i"}}',
        r'{"a": "x: y, z", "b": "quote \" : word", "c": "backslash \\", "d": "\\\": q,"}',
        '{"a":[],"b":{},"c":[[{"d":"e"}]]}',
        '{\n  "a":\n    {"b":\n  "c"\n}\n}',
        "",
        "[]",
        "1",
    ],
)
def test_what_is_json_stays_as_it_is(text: str) -> None:
    assert repair.quote_bare_values(text) == text
    assert repair.replace_lone_surrogates(text) == text


def test_a_body_of_a_program_is_not_fixed() -> None:
    text = '{"a": b' + " " * repair.LARGEST + "}"
    assert repair.quote_bare_values(text) == text


@pytest.mark.parametrize(
    "unit", ['"\\', '\\"', '"', ":", ": ", ":x", ":[a", ": [[", ":x\n", ":\n", "{", " ", ":x ", '":', "[a:", ":a:\n"]
)
@pytest.mark.parametrize("end", ["", '"', "\\", "x", '"\\'])
def test_a_hostile_text_is_read_once(unit: str, end: str) -> None:
    # Each of these would take minutes if a position were looked at again for every other one.
    text = (unit * repair.LARGEST)[: repair.LARGEST - 2] + end
    assert isinstance(repair.quote_bare_values(text), str)
    assert repair.lost_its_array('"events":' + text) in (True, False)


@pytest.mark.parametrize(
    ("given", "fixed"),
    [
        (r'"a\ud83d"', r'"a\ufffd"'),
        (r'"\uDE00b"', r'"\ufffdb"'),
        (r'"\ud83d\ud83d\ude00"', r'"\ufffd\ud83d\ude00"'),
        (r'"\ud83d\ude00"', r'"\ud83d\ude00"'),
        (r'"\\ud83d"', r'"\\ud83d"'),
        (r'"\\\ud83d"', r'"\\\ufffd"'),
        (r'"\ud7ff\ue000"', r'"\ud7ff\ue000"'),
    ],
)
def test_half_a_surrogate_pair_is_replaced(given: str, fixed: str) -> None:
    assert repair.replace_lone_surrogates(given) == fixed


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ('{"event_group_id": "g", "events": ",\n "event_source": "phone_call"', True),
        ('{"event_group_id": "g", "events": , "a": 1}', True),
        ('{"event_group_id": "g", "events": ""}', True),
        ('{"events": }', True),
        ('{"events": [[ {"event_id": RGB1} ]]}', False),
        ('{"events": "x"}', False),
        ('{"a": "\\"events\\": ,"}', False),
        ("", False),
    ],
)
def test_a_swallowed_array_is_recognised(text: str, lost: bool) -> None:
    assert repair.lost_its_array(text) is lost


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ('{"ct": "Rue 1\nParis", "st": "a\tb\r"}', {"ct": "Rue 1\nParis", "st": "a\tb\r"}),
        ('{"a": [1, 2, ], "b": {"c": "x,}",}, , }', {"a": [1, 2], "b": {"c": "x,}"}}),
        ('[{"a": 1},],', [{"a": 1}]),
        ("{'a': 'O\\'Brien', 'b': True, 'c': [None, 'None'], 'd': \"it's\"}",
         {"a": "O'Brien", "b": True, "c": [None, "None"], "d": "it's"}),
        ('{"value": {{ order.total | round: 2 }}, "a": ${x}, "b": {city}}',
         {"value": "{{ order.total | round: 2 }}", "a": "${x}", "b": "{city}"}),
        ('{"a": "x\ny", "b": {{tag}}, "c": [1,], "d": "\\ud83d",}',
         {"a": "x\ny", "b": "{{tag}}", "c": [1], "d": "\ufffd"}),
    ],
)  # fmt: skip
def test_what_has_one_reading_is_read_and_told(given: str, meant: object) -> None:
    value, said = repair.read(given)
    assert value == meant
    assert said


@pytest.mark.parametrize(
    "text", ['{"a": 1', "{'a': 'O'Brien'}", '{"a" 1}', '{"a": "x" "b"}', "", "a: 1", '{"a": 1,, "b": 2}']
)
def test_what_has_no_reading_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at line"):
        repair.read(text)


def test_of_json_nothing_is_said() -> None:
    assert repair.read('{"a": "it\'s, }", "b": [true]}') == ({"a": "it's, }", "b": [True]}, [])


@pytest.mark.parametrize("letters", ["'", '"', ",", "{'", ",'", "\\", '"\\', "[,", "\n", "{{", ": {a", "'a' "])
def test_a_hostile_text_ends_as_soon_as_any_other(letters: str) -> None:
    with pytest.raises(ValueError, match="at line"):
        repair.read("{" + letters * 30_000)
