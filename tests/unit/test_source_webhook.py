"""The mapped source: bodies of any form, the mapping language and its bounds, and what a sender's entry may say."""

import base64
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.destination import Invalid
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values.faults import Fault
from sources import registry
from sources.inbound import Inbound
from sources.mapped.paths import Post, path_of
from sources.mapped.webhook import read, understood

NOW = 1768212910.0
LEAD = {"set": {"event_name": {"const": "LEAD"}, "event_id": "id", "email": "person.email", "event_time": "at"}}
SENT = {"id": "1", "person": {"email": "jane@example.com"}, "at": 1768212900}


def posted(
    body: Any,
    mapping: Any = LEAD,
    *,
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
    query: str = "",
    **settings: Any,
) -> Body:
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    given = SourceSettings(map=mapping, **settings)
    entry = SourceSettings(map=mapping, understood=understood("webhook", given), **settings)
    url = f"https://relay.example.com/v1/sources/webhook?key=k{query}"
    return read(Inbound(raw, headers or {}, entry, NOW, "webhook", method, url))


def one(body: Any, mapping: Any = LEAD, **more: Any) -> Any:
    (made,) = posted(body, mapping, **more).conversions
    return made


def field(value: Any, body: Any, name: str = "event_id") -> Any:
    """What a VALUE of the mapping gives of a body."""
    return one(body, {"set": {"event_name": {"const": "LEAD"}, name: value}}).get(name)


FORM = "id=1&person%5Bemail%5D=jane%40example.com&at=1768212900"
MULTIPART = "".join(
    f'--XyZ\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
    for name, text in (("id", "1"), ("person", '{"email": "jane@example.com"}'), ("at", "1768212900"))
)
XML = "<lead><id>1</id><person><email>jane@example.com</email></person><at>1768212900</at></lead>"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (json.dumps(SENT), {}),
        (json.dumps(SENT), {"content-type": "text/plain"}),
        (json.dumps(SENT), {"content-type": "application/x-www-form-urlencoded"}),
        (FORM, {"content-type": "application/x-www-form-urlencoded"}),
        (FORM, {}),
        (MULTIPART + "--XyZ--\r\n", {"content-type": "multipart/form-data; boundary=XyZ"}),
        (gzip.compress(json.dumps(SENT).encode()), {"content-encoding": "gzip"}),
        (gzip.compress(FORM.encode()), {}),
        (base64.b64encode(json.dumps(SENT).encode()), {"content-transfer-encoding": "base64"}),
    ],
    ids=["json", "as text", "as form", "form", "form untold", "multipart", "gzip", "gzip untold", "base64"],
)
def test_one_mapping_reads_every_form_of_a_body(body: Any, headers: Mapping[str, str]) -> None:
    made = one(body, headers=headers)
    assert (made["event_id"], made["event_name"], made["user_data"]) == ("1", "LEAD", {"em": "jane@example.com"})
    assert int(made["event_time"]) == 1768212900


def test_a_get_and_a_post_without_a_body_post_their_query_without_the_key() -> None:
    mapping = {"set": {"event_name": {"const": "LEAD"}, "event_id": "key || id"}}
    for method in ("GET", "POST"):
        assert one(b"", mapping, method=method, query="&id=7")["event_id"] == "7"


def test_xml_is_read_without_its_namespaces_and_an_entity_of_its_own_is_refused() -> None:
    mapping = {"each": "lead", **LEAD}
    assert one(XML.replace("<lead>", '<lead xmlns="urn:x">'), mapping)["event_id"] == "1"
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><lead><id>&a;</id></lead>'
    for text in (bomb, "<lead><id></lead>", "<a>" * 40 + "</a>" * 40):
        with pytest.raises(BadRequest) as refused:
            posted(text, mapping)
        assert refused.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"{}").decode(errors="replace").encode(),
        gzip.compress(b'{"a": "' + b"x" * 99 + b'"}').decode("latin-1").encode(),
    ],
    ids=["replaced", "latin-1"],
)
def test_gzip_that_arrived_as_text_is_415_and_says_what_to_change(body: bytes) -> None:
    with pytest.raises(BadRequest, match="application/octet-stream") as refused:
        posted(body, headers={"content-encoding": "gzip"})
    assert refused.value.status == 415


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (gzip.compress(b"x" * 6_000_001), {}, 413),
        (gzip.compress(json.dumps(SENT).encode())[:-9], {}, 400),
        (b"\x00", {"content-encoding": "br"}, 415),
        (b"", {}, 400),
        ("&".join(f"a{index}=1" for index in range(1_001)), {}, 400),
        (json.dumps([SENT] * 1_001), {}, 400),
        (b"\xff\xfe=1", {"content-type": "application/x-www-form-urlencoded"}, 400),
    ],
    ids=["bomb", "cut off", "brotli", "empty", "fields", "conversions", "latin-1"],
)
def test_what_cannot_be_read_is_refused(body: Any, headers: Mapping[str, str], status: int) -> None:
    with pytest.raises(BadRequest) as refused:
        posted(body, headers=headers)
    assert refused.value.status == status


@pytest.mark.parametrize(
    "path",
    ["a.b", '"a b"."c-d"', "a[0].b", "a[-1]", "a[].b", "a[*].b[].c", "a.*.b", "a[?b == 'x'].c", "a[?b > `3`]", "@",
     "a || b.c", "a[?b.c == 'x' || d].e", "[0]", "[]"],
)  # fmt: skip
@settings(max_examples=20)
@given(data=st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["x", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c", "d", "e"]), inner),
    max_leaves=12,
))  # fmt: skip
def test_a_path_finds_what_jmespath_finds(path: str, data: Any) -> None:
    assert Post(data).at(path_of(path), data) == jmespath.search(path, data)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("length(a)", "a function"),
        ("[a, b]", "several paths"),
        ("{x: a}", "several paths"),
        ("a | b", "a pipe"),
        ("a[0:2]", "a slice"),
        ("a[].b[].c[]", "3 projections"),
        ("a && b", "and expression"),
        ("!a", "not expression"),
        ("first-name", "in double quotes"),
        ("a..b", "not a path"),
        ("", "not a path"),
        ("a" * 257, "257 characters"),
    ],
)
def test_a_path_that_may_cost_more_than_the_post_is_long_is_refused(path: str, told: str) -> None:
    with pytest.raises(Fault, match=told):
        path_of(path)


def test_a_mapping_has_at_most_sixty_paths() -> None:
    several = {"set": {"event_name": {"const": "LEAD"}, "event_id": [f"a{index}" for index in range(61)]}}
    with pytest.raises(Fault, match="at most 60"):
        understood("webhook", SourceSettings(map=several))


def test_a_post_that_would_take_a_million_steps_is_refused() -> None:
    mapping = {"set": {"event_name": {"const": "LEAD"}, "event_id": "a[?b == 'x'].c"}}
    with pytest.raises(BadRequest, match="more values"):
        posted('{"a": [' + "{}," * 400_000 + "{}]}", mapping)


@pytest.mark.parametrize(
    ("value", "body", "becomes"),
    [
        ("a.b", {"a": {"b": 5}}, 5),
        (["a", "b"], {"a": "", "b": "x"}, "x"),
        (["a", "b"], {"a": "[tag:id]", "b": "x"}, "x"),
        (["a", "b"], {"a": [], "b": {}, "c": 1}, None),
        (["a", {"const": "c"}], {}, "c"),
        ({"path": "a", "map": {"One": "1"}, "else": "2"}, {"a": " one "}, "1"),
        ({"path": "a", "map": {"One": "1"}, "else": "2"}, {"a": "three"}, "2"),
        ({"path": "a", "map": {"12": "x"}}, {"a": 12.0}, "x"),
        ({"path": "a", "map": {"true": "x"}}, {"a": True}, "x"),
        ({"join": ["a", "b"], "with": "-"}, {"a": 1, "b": "x"}, "1-x"),
        ({"join": ["a", "b"]}, {"a": 1}, None),
        ("a[?name == 'id'].value", {"a": [{"name": "x", "value": 1}, {"name": "id", "value": ""},
                                          {"name": "id", "value": 2}]}, 2),
        ("$query.id", {}, "q-1"),
        ('$header."x-topic"', {}, "paid"),
        ("$header.authorization", {}, None),
        ("a", {"a": 0}, 0),
    ],
)  # fmt: skip
def test_a_value_of_the_mapping(value: Any, body: Any, becomes: Any) -> None:
    mapping = {"set": {"event_name": {"const": "LEAD"}, "event_id": value}}
    made = one(body, mapping, query="&id=q-1", headers={"x-topic": "paid", "authorization": "Bearer k"})
    assert made.get("event_id") == becomes


@pytest.mark.parametrize(
    ("value", "sent", "becomes"),
    [
        ("at", "2026-01-12 10:15", "2026-01-12 10:15"),
        ({"path": "at", "zone": "UTC"}, "2026-01-12T10:15:00", 1768212900),
        ({"path": "at", "zone": "America/New_York"}, "01/13/2026 05:15 AM", 1768299300),
        # The date order of the sender's entry tells later which day it is.
        ({"path": "at", "zone": "America/New_York"}, "01/12/2026 05:15 AM", "01/12/2026 05:15 AM America/New_York"),
        ({"path": "at", "zone": "UTC"}, "2026-01-12T05:15:00-05:00", 1768212900),
        ({"path": "at", "order": "dmy", "zone": "UTC"}, "12/01/2026 10:15", 1768212900),
        ({"path": "at", "format": "%d.%m.%y %H.%M", "zone": "UTC"}, "12.01.26 10.15", 1768212900),
        ({"path": "at", "format": "%d.%m.%y %H.%M"}, "12.01.26 10.15", "2026-01-12T10:15:00"),
        ({"path": "at", "format": ["%Y", "%Y%m%d%H%M%z"]}, "202601121015+0000", 1768212900),
        ({"path": "at", "zone": "@tz", "zones": {"Eastern": "America/New_York"}}, "2026-01-12 05:15", 1768212900),
        ({"path": "at", "zone": "UTC"}, "1768212900", "1768212900"),
        ({"path": "at", "zone": "UTC"}, "soon", "soon"),
    ],
)
def test_how_a_mapping_says_that_a_time_is_written(value: Any, sent: str, becomes: Any) -> None:
    assert field(value, {"at": sent, "tz": "Eastern"}, "event_time") == becomes


@pytest.mark.parametrize(
    ("value", "body", "becomes"),
    [
        ({"path": "cents", "minor": True}, {"cents": 4250, "cur": "usd"}, 42.5),
        ({"path": "cents", "minor": True}, {"cents": "4200", "cur": "EUR"}, 42),
        ({"path": "cents", "minor": True}, {"cents": 4250, "cur": "JPY"}, 4250),
        ({"path": "cents", "minor": True}, {"cents": 4250, "cur": "KWD"}, 4.25),
        ({"path": "cents", "minor": True, "decimals": {"ISK": 2}}, {"cents": 4250, "cur": "ISK"}, 42.5),
        ({"path": "cents", "minor": "other"}, {"cents": 4250, "cur": "JPY", "other": "USD"}, 42.5),
        ({"path": "cents", "minor": "USD"}, {"cents": 4250, "cur": "JPY"}, 42.5),
        ({"path": "cents", "minor": True}, {"cents": 4250, "cur": ""}, None),
        ({"path": "cents", "minor": True}, {"cents": "much", "cur": "USD"}, None),
        ({"path": "cents", "decimal": ","}, {"cents": "1.234,50", "cur": "EUR"}, "1234.50"),
    ],
)
def test_amounts_in_minor_units_and_with_decimal_commas(value: Any, body: Any, becomes: Any) -> None:
    mapping = {"set": {"event_name": {"const": "PURCHASE"}, "value": value, "currency": "cur"}}
    assert one(body, mapping).get("custom_data", {}).get("value") == becomes


def test_line_items_become_a_basket_by_the_rule_of_every_shop() -> None:
    of = {"id": ["sku", "product"], "quantity": "n", "price": {"path": "cents", "minor": True}}
    mapping = {"set": {"event_name": {"const": "PURCHASE"}, "currency": {"const": "USD"},
                       "contents": {"each": "cart.items", "of": of}}}  # fmt: skip
    items = [{"sku": "A", "n": 2, "cents": 1050}, {"product": 7, "cents": 300}, {"sku": "C"}]
    custom = one({"cart": {"items": items}}, mapping)["custom_data"]
    assert custom["contents"] == [{"id": "A", "quantity": 2, "price": 10.5}, {"id": 7, "quantity": 1, "price": 3}]
    assert (custom["content_ids"], custom["num_items"]) == (["C"], 4)


@pytest.mark.parametrize(
    ("condition", "body", "holds"),
    [
        ({"path": "s", "is": "paid"}, {"s": " Paid "}, True),
        ({"path": "s", "is": "paid"}, {"s": "open"}, False),
        ({"path": "s", "is": 5}, {"s": "5"}, True),
        ({"path": "s", "is": True}, {"s": "yes"}, True),
        ({"path": "s", "is": False}, {"s": "0"}, True),
        ({"path": "s", "is": False}, {}, False),
        ({"path": "s", "in": ["a", "b"]}, {"s": "B"}, True),
        ({"path": "s", "in": ["a", "b"]}, {"s": ["x", "a"]}, True),
        ({"path": "s[].t", "is": "a"}, {"s": [{"t": "x"}, {"t": "a"}]}, True),
        ({"path": "s", "exists": True}, {"s": 0}, True),
        ({"path": "s", "exists": True}, {"s": "{{tag}}"}, False),
        ({"path": "s", "exists": False}, {"s": ""}, True),
        ({"path": "s", "at_least": 30}, {"s": "30"}, True),
        ({"path": "s", "at_least": 30}, {"s": "0:45"}, True),
        ({"path": "s", "at_least": 30}, {"s": "29.5"}, False),
        ({"path": "s", "at_least": 0}, {}, False),
        ({"not": {"path": "s", "is": "a"}}, {"s": "a"}, False),
        ({"any": [{"path": "s", "is": "a"}, {"path": "t", "is": "b"}]}, {"t": "b"}, True),
        ([{"path": "s", "is": "a"}, {"path": "t", "is": "b"}], {"s": "a", "t": "c"}, False),
    ],
)
def test_a_condition_makes_a_post_a_conversion_or_ignores_it(condition: Any, body: Any, holds: bool) -> None:
    made = one(body, {"when": condition, "set": {"event_name": {"const": "LEAD"}}})
    assert isinstance(made, Ignored) is not holds
    assert holds or made.code == "not_a_conversion"


def test_an_ignored_post_says_the_reason_that_the_mapping_states_or_the_condition() -> None:
    conditions = [{"path": "test", "exists": False, "reason": "it is a test"}, {"path": "s", "in": ["paid", "done"]}]
    mapping = {"when": conditions, "set": {"event_name": {"const": "LEAD"}}}
    assert one({"test": 1}, mapping).text == "it is a test"
    assert one({"s": "jane@example.com"}, mapping).text == 'the mapping takes only posts where "s" is one of paid, done'


def test_an_ignored_post_has_the_id_that_its_conversion_would_have() -> None:
    name = {"path": "type", "map": {"sale": "PURCHASE", "view": None}}
    mapping = {"when": {"path": "test", "exists": False}, "set": {"event_name": name, "event_id": {"path": "order.no"}}}
    order = {"order": {"no": "A-17"}}
    for body in (order | {"test": True}, order | {"type": "view"}, order):
        made = one(body, mapping)
        assert (type(made), made.event_id) == (Ignored, "A-17")
    assert one({"test": True}, mapping).event_id is None


def test_the_senders_own_event_names_count_before_those_of_the_mapping() -> None:
    mapping = {"set": {"event_name": {"path": "type", "map": {"Order": "PURCHASE", "Old": None}, "else": "LEAD"}}}
    names = {"order": "SUBSCRIBE", "spam": None}
    found = [one({"type": word}, mapping, event_names=names) for word in ("ORDER", "other", "spam", "old")]
    assert [made["event_name"] for made in found[:2]] == ["SUBSCRIBE", "LEAD"]
    assert [made.code for made in found[2:]] == ["unmapped_event", "unmapped_event"]


def test_each_makes_a_conversion_of_every_element_which_sees_the_envelope() -> None:
    mapping = {
        "each": "batch.calls",
        "when": {"path": "type", "is": "sale"},
        "set": {"event_name": {"const": "PURCHASE"}, "event_id": {"join": ["$.account", "id"], "with": "-"}},
    }
    calls: list[dict[str, Any]] = [{"type": "sale", "id": 1}, {"type": "view"}]
    body = {"account": "acme", "batch": {"consent": "x", "calls": calls}}
    read = posted(body, mapping)
    first, second = read.conversions
    assert (first["event_id"], second.code) == ("acme-1", "not_a_conversion")
    # Signals of consent beside the elements hold for all of them, and those of one for itself alone.
    assert read.shared == {"account": "acme", "batch": {"consent": "x"}}
    assert list(read.spoken) == calls
    (nothing,) = posted({"account": "acme"}, mapping).conversions
    assert nothing.code == "not_a_conversion"


def test_json_within_a_field_is_read_where_the_mapping_says_so() -> None:
    mapping = {"json_in": "raw.body", "set": {"event_name": {"const": "LEAD"}, "event_id": "raw.body.id"}}
    assert one({"raw": {"body": '{"id": 7}'}}, mapping)["event_id"] == 7
    assert "event_id" not in one({"raw": {"body": "no JSON"}}, mapping)


def test_a_mapping_may_change_parts_of_a_ready_made_one() -> None:
    mapping = {"like": "zapier", "set": {"email": "who.mail"}, "when": {"path": "id", "exists": True}}
    made = one({"event": "Sale", "id": 1, "who": {"mail": "jane@example.com"}}, mapping)
    assert (made["event_name"], made["user_data"]) == ("PURCHASE", {"em": "jane@example.com"})
    assert isinstance(one({"event": "Sale"}, mapping), Ignored)


def test_without_a_mapping_fields_are_read_by_their_names() -> None:
    made = one("event_name=LEAD&Email=jane%40example.com&order+id=5&event_time=1768212900", None)
    assert made == {"event_name": "LEAD", "event_time": "1768212900", "user_data": {"em": "jane@example.com"},
                    "custom_data": {"order_id": "5"}}  # fmt: skip


def test_a_post_without_a_time_gets_that_of_its_arrival_and_is_warned_of() -> None:
    read = posted({"person": {"email": "jane@example.com"}})
    assert read.conversions[0]["event_time"] == int(NOW)
    assert {name for name, _ in read.warnings} == {"event_time", "event_id"}


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ({}, "set: is missing"),
        ({"set": {"event_name": {"const": "LEAD"}}, "wen": []}, "did you mean when"),
        ({"set": {"event_name": {"const": "LEAD"}, "emial": "a"}}, "did you mean user_data.em"),
        ({"set": {"event_name": {"const": "LEAD"}, "email": "a", "user_data.em": "b"}}, "second name"),
        ({"set": {"email": "a"}}, "event_name is missing"),
        ({"set": {"event_name": {"cost": "LEAD"}}}, "must have one of const"),
        ({"set": {"event_name": {"const": "LEAD"}, "email": {"path": "a", "mpa": {}}}}, "did you mean map"),
        ({"set": {"event_name": {"const": "LEAD"}, "email": 5}}, "must be a path"),
        ({"set": {"event_name": {"const": "LEAD"}, "email": "a-b"}}, "set.email"),
        ({"set": {"event_name": {"path": "a", "map": {"x": 5}}}}, "event names"),
        ({"set": {"event_name": {"const": "LEAD"}}, "when": {"path": "a"}}, "one of is, in"),
        ({"set": {"event_name": {"const": "LEAD"}}, "when": {"path": "a", "is": "x", "in": []}}, "one of is, in"),
        ({"set": {"event_name": {"const": "LEAD"}}, "signature": "strip"}, "must be one of standard-webhooks"),
        (LEAD | {"signature": {"header": "x", "signed": "{url}"}}, "must hold {body}"),
        ({"set": {"event_name": {"const": "LEAD"}, "event_time": {"path": "a", "zone": "Mars"}}}, "not a time zone"),
        ({"set": {"event_name": {"const": "X"}, "event_time": {"path": "a", "format": "today"}}}, "not a form of"),
        ({"set": {"event_name": {"const": "LEAD"}, "value": {"path": "a", "minor": "a-b"}}}, "not a path"),
        ("strpe", "did you mean stripe"),
        ({"like": "strpe"}, "did you mean stripe"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_told_with_its_place_when_the_entry_is_read(mapping: Any, told: str) -> None:
    entry = {"key": "a-long-key", "sources": {"webhook": {"map": mapping}}}
    (sender,), (fault,) = registry.senders(json.dumps({"shop": entry}))
    assert fault.startswith("entry 1 of the sender keys secret: sources: webhook has a wrong map: ")
    assert told in fault
    assert sender.unread == ("webhook",)


def test_an_entry_may_name_several_webhooks_and_only_webhooks_have_maps() -> None:
    sources: dict[str, Any] = {"webhook/stripe": {"signature_secret": "s"}, "webhook/own": {"map": LEAD}}
    (sender,), faults = registry.senders(json.dumps({"shop": {"key": "a-long-key", "sources": sources}}))
    assert (faults, set(sender.sources)) == ([], set(sources))
    wrong = {"ringba": {"map": LEAD}, "webhook/": {}, "ringba/x": {}, "webhook": {"map": LEAD, "signature_secret": "s"}}
    _, faults = registry.senders(json.dumps({"shop": {"key": "a-long-key", "sources": wrong}}))
    assert len(faults) == len(wrong)


def test_an_address_without_a_mapping_is_404_and_says_which_there_are() -> None:
    inbound = Inbound(b"{}", {}, SourceSettings(), NOW, "webhook/strip", "POST", "https://r/v1/sources/webhook/strip")
    with pytest.raises(BadRequest, match="did you mean stripe") as refused:
        read(inbound)
    assert refused.value.status == 404


def test_the_example_of_the_documentation_becomes_what_it_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "senders" / "webhook.md").read_text(encoding="utf-8")
    sent, mapping, signature = (json.loads(part.partition("```")[0]) for part in page.split("```json")[1:])
    made = one(sent, mapping)
    assert (made["event_name"], made["event_id"]) == ("SCHEDULE", "A-1001")
    assert made["event_time"] == 1768230900  # 10:15 in New York is 15:15 UTC
    assert made["user_data"] == {"em": "jane@example.com", "ph": "(555) 010-0142", "fn": "Jane"}
    assert made["custom_data"] == {"value": 125, "currency": "usd"}
    assert one(sent | {"state": "held"}, mapping).text == "the booking is not confirmed"
    assert understood("webhook", SourceSettings(map=mapping, signature=signature, signature_secret="s")) is not None


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_row_of_a_table_is_read_by_the_mapping_and_a_broken_one_harms_no_other() -> None:
    mapping = {
        "when": {"path": '"Lead state"', "in": ["won"], "reason": "it is not won"},
        "set": {
            "event_name": {"const": "LEAD"},
            "event_id": '"No."',
            "event_time": {"path": {"join": ["Day", "Hour"], "with": " "}, "zone": "America/New_York", "order": "dmy"},
            "email": "Mail",
        },
    }
    text = (
        "Export of leads\n"
        "No.;Lead state;Day;Hour;Mail\n"
        '7;won;02/03/2026;09:00;"a@example.com"\n'
        "8;lost;02/03/2026;09:00;b@example.com\n"
        "9;won;02/03/2026;09:00;c@example.com;surplus\n"
    )
    made = posted(text, mapping, headers={"content-type": "text/csv; charset=utf-8"})
    first, second, third = made.conversions
    assert first == {
        "event_name": "LEAD",
        "event_id": "7",
        "event_time": 1772460000,  # 2026-03-02T14:00:00Z
        "user_data": {"em": "a@example.com"},
    }
    assert isinstance(second, Ignored)
    assert isinstance(third, Invalid)
    assert list(third.errors) == ["line 5"]
    assert ("header", "1 line above the header row was left out") in made.warnings


def test_a_table_without_a_mapping_is_read_by_its_titles() -> None:
    text = "event_name,email,event_time,event_id\nLEAD,a@example.com,1772460000,9\nLEAD,b,2,3,4\n"
    first, second = posted(text, None, headers={"content-type": "text/csv"}).conversions
    assert (first["event_id"], first["user_data"]) == ("9", {"em": "a@example.com"})
    assert isinstance(second, Invalid)
    with pytest.raises(BadRequest, match="no header row"):
        posted(",,\n", None, headers={"content-type": "text/csv"})
