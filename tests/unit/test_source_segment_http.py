"""Segment's HTTP API: what libraries post becomes what Segment's own webhook of the same calls would become."""

import gzip
import json
from typing import Any

import pytest

from pipeline.intake.access import Door, Request, admit, authenticate, presented_key
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.senders import Sender, SourceSettings
from sources import doors
from sources.inbound import Inbound
from sources.web import segment, segment_http
from tests.unit.conversions import NOW

ORDER = {
    "type": "track",
    "event": "Order Completed",
    "messageId": "m-77",
    "userId": 815,
    "timestamp": "2025-12-30T09:15:00.250Z",
    "properties": {"order_id": "A-9", "total": 31.4, "currency": "EUR", "products": [{"sku": "S1", "price": 31.4}]},
    "context": {"traits": {"email": "kim@example.net"}},
}
OTHERS = [{"type": kind, "userId": "u"} for kind in ("identify", "page", "screen", "group", "alias")]


def posted(data: object, path: str = "/v1/batch", **settings: Any) -> Body:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return segment_http.read(Inbound(body, {}, SourceSettings(**settings), NOW, "segment", path=path))


def by_webhook(call: dict[str, Any], **settings: Any) -> Any:
    (made,) = segment.read(
        Inbound(json.dumps(call).encode(), {}, SourceSettings(**settings), NOW, "segment")
    ).conversions
    return made


def test_a_batch_is_read_call_by_call_as_the_webhook_reads_them() -> None:
    settings: dict[str, Any] = {"currency": "EUR", "event_names": {"Seat Booked": "LEAD"}}
    calls: list[dict[str, Any]] = [ORDER, *OTHERS, ORDER | {"event": "Seat Booked", "messageId": "m-78"}]
    made = posted({"batch": calls, "sentAt": "2025-12-30T09:15:01Z", "writeKey": "k"}, **settings).conversions
    assert made == [by_webhook(call, **settings) for call in calls]
    assert [one["event_id"] for one in made if isinstance(one, dict)] == ["m-77", "m-78"]


@pytest.mark.parametrize("path", ["/v1/track", "/v1/t", "/v1/batch", "/v1/b", "/v1/import"])
def test_one_call_alone_is_the_same_at_each_path(path: str) -> None:
    assert posted(ORDER, path).conversions == [by_webhook(ORDER)]


@pytest.mark.parametrize("word", ["identify", "page", "screen", "group", "alias"])
def test_the_path_says_the_type_that_a_call_does_not(word: str) -> None:
    for path in (f"/v1/{word}", f"/v1/{word[0]}"):
        ((none,),) = [posted({"userId": "u", "event": "Order Completed"}, path).conversions]
        assert isinstance(none, Ignored)
        assert none.code == "not_a_track_call"


def test_the_batchs_context_is_that_of_each_call_and_the_calls_own_goes_before() -> None:
    beside = {"context": {"ip": "192.0.2.44", "traits": {"email": "other@example.net"}}}
    first, second = posted({"batch": [ORDER, ORDER | {"context": {"ip": "192.0.2.45"}}]} | beside).conversions
    assert first["user_data"] == {"em": "kim@example.net", "external_id": 815, "client_ip_address": "192.0.2.44"}
    assert second["user_data"]["client_ip_address"] == "192.0.2.45"


@pytest.mark.parametrize(
    ("call", "beside", "time"),
    [
        ({"originalTimestamp": "2025-12-01T00:00:01Z", "sentAt": "2025-12-01T00:00:09Z"}, {}, "2025-12-01T00:00:01Z"),
        ({"sentAt": "2025-12-01T00:00:09Z"}, {"sentAt": "2025-12-01T00:00:10Z"}, "2025-12-01T00:00:09Z"),
        ({}, {"sentAt": "2025-12-01T00:00:10Z"}, "2025-12-01T00:00:10Z"),
        ({}, {}, int(NOW)),
    ],
)
def test_a_call_without_a_timestamp_has_the_next_best(call: dict[str, Any], beside: dict[str, Any], time: Any) -> None:
    plain = {name: value for name, value in ORDER.items() if name != "timestamp"}
    (made,) = posted({"batch": [plain | call], **beside}).conversions
    assert made["event_time"] == time


def test_a_visitors_wrong_clock_is_corrected_and_a_servers_is_left() -> None:
    # NOW is 2026-01-01T00:00:00Z: sent at 03:00 by a clock that is three hours ahead, an hour after the click.
    call = ORDER | {"timestamp": "2026-01-01T02:00:00Z", "sentAt": "2026-01-01T03:00:00Z"}
    assert NOW == 1767225600
    assert posted(call, "/v1/t").conversions[0]["event_time"] == "2025-12-31T23:00:00+00:00"
    assert posted(call, "/v1/track").conversions[0]["event_time"] == "2026-01-01T02:00:00Z"
    for near in ("2026-01-01T00:00:59Z", "2025-12-31T23:59:01Z", "yesterday", "2026-01-01T03:00:00", None):
        assert posted(call | {"sentAt": near}, "/v1/t").conversions[0]["event_time"] == "2026-01-01T02:00:00Z"


def test_segments_old_names_are_read() -> None:
    old = {"action" if name == "type" else "options" if name == "context" else name: ORDER[name] for name in ORDER}
    assert posted({"batch": [old]}).conversions == [by_webhook(ORDER)]


def test_gzip_is_known_by_its_first_bytes() -> None:
    assert posted(gzip.compress(json.dumps({"batch": [ORDER]}).encode())).conversions == [by_webhook(ORDER)]
    with pytest.raises(BadRequest) as refused:
        posted(gzip.compress(b" " * 6_000_001))
    assert refused.value.status == 413


def test_2500_calls_are_taken_of_which_most_are_none_and_no_more() -> None:
    calls = [*OTHERS * 499, *[ORDER] * 5]
    assert len(calls) == 2_500
    made = posted({"batch": calls}).conversions
    assert [type(one) for one in made[-6:]] == [Ignored, dict, dict, dict, dict, dict]
    with pytest.raises(BadRequest, match="2501 calls; at most 2500"):
        posted({"batch": [*calls, ORDER]})


@pytest.mark.parametrize("odd", ["x", 7, None, [], True])
def test_a_call_that_is_no_object_stays_in_its_place_and_costs_no_other(odd: Any) -> None:
    assert posted({"batch": [ORDER, odd, ORDER]}).conversions == [by_webhook(ORDER), odd, by_webhook(ORDER)]


@pytest.mark.parametrize("data", [7, "text", {"batch": {"type": "track"}}, {"batch": None}])
def test_a_body_of_no_calls_is_refused_with_its_form(data: Any) -> None:
    with pytest.raises(BadRequest, match="batch"):
        posted(data)


def test_an_empty_batch_is_no_fault() -> None:
    assert posted({"batch": []}).conversions == []


def test_gzip_in_several_members_is_one_body_and_nothing_may_be_behind_it() -> None:
    text = json.dumps({"batch": [ORDER]}).encode()
    members = gzip.compress(text[:20]) + gzip.compress(text[20:])
    for padding in (b"", b"\0\0"):
        assert posted(members + padding).conversions == [by_webhook(ORDER)]
    for behind in (b"x", text, gzip.compress(b" ") * 100):
        with pytest.raises(BadRequest, match="behind the end") as refused:
            posted(members + behind)
        assert refused.value.status == 400
    with pytest.raises(BadRequest, match="when it is unpacked"):
        posted(gzip.compress(b" " * 4_000_000) + gzip.compress(b" " * 2_000_001))


@pytest.mark.parametrize("name", ["context", "integrations"])
def test_what_is_said_beside_a_batch_is_bounded_for_it_counts_with_each_call(name: str) -> None:
    for calls, letters in ((2_000, 2_900), (1, 2_000_000)):  # below 6 MB in all
        posting = posted({"batch": [ORDER] * calls, name: {"app": {"name": "x" * letters}}})
        assert len(posting.conversions) == calls
    for said in ({"app": {"name": "x" * 3_000}}, {f"k{place}": {"v": 1} for place in range(300)}):
        with pytest.raises(BadRequest, match="which count for each of its 2000 calls") as refused:
            posted({"batch": [ORDER] * 2_000, name: said})
        assert refused.value.status == 400


def test_a_sender_that_signs_is_told_that_libraries_do_not() -> None:
    with pytest.raises(BadRequest, match="without signature_secret") as refused:
        posted(ORDER, signature_secret="a-secret")
    assert refused.value.status == 401


@pytest.mark.parametrize(
    "shut", [{"All": False}, {"All": False, "Roku": False, "Amplitude": True}, {"All": True, "Rokt": False}]
)
def test_a_call_that_may_go_to_no_destination_goes_to_none(shut: dict[str, Any]) -> None:
    (none,) = posted(ORDER | {"integrations": shut}).conversions
    assert isinstance(none, Ignored)
    assert (none.code, none.event_id) == ("filtered", "m-77")
    (none,) = posted({"batch": [ORDER], "integrations": shut}).conversions
    assert isinstance(none, Ignored)


@pytest.mark.parametrize("open_to", [{"All": True}, {"All": False, "Roku": True}, {"All": False, "Rokt": {"a": 1}}, {}])
def test_a_call_that_names_a_destination_of_ours_goes(open_to: dict[str, Any]) -> None:
    (made,) = posted(ORDER | {"integrations": open_to}).conversions
    assert isinstance(made, dict)


def request(body: bytes = b"", path: str = "/v1/batch", **headers: str) -> Request:
    return Request("POST", path, headers, {}, body, None, None, door=doors.door_of(path))


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Basic a2V5LW9mLXNob3A6", "key-of-shop"),  # key-of-shop:
        ("basic a2V5LW9mLXNob3A=", "key-of-shop"),  # without the colon
        ("Basic OmtleS1vZi1zaG9w", "key-of-shop"),  # :key-of-shop
        ("Basic Og==", None),
        ("Basic %%%", None),
        ("Basic /////w==", None),
        ("Basic", None),
    ],
)
def test_the_key_is_the_user_name_of_basic_authentication(header: str, key: str | None) -> None:
    assert presented_key(request(authorization=header)) == (key or ("Basic" if header == "Basic" else None))


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (json.dumps({"batch": [ORDER], "writeKey": " shop-1 "}).encode(), "shop-1"),
        (json.dumps(ORDER | {"write_key": "shop-1"}).encode(), "shop-1"),
        (json.dumps([7, ORDER | {"writeKey": "shop-1"}]).encode(), "shop-1"),
        (gzip.compress(b'{"writeKey": "shop-1"}', mtime=0), "shop-1"),
        (json.dumps({"batch": [ORDER | {"properties": {"writeKey": "x"}}]}).encode(), None),
        (b'{"writeKey": 7}', None),
        (b"{", None),
        (b"\x1f\x8b", None),
        (b"", None),
    ],
)
def test_the_key_may_be_in_the_body_alone(body: bytes, key: str | None) -> None:
    assert segment_http.key_in(request(body)) == key


@pytest.mark.parametrize(
    ("status", "received", "answered"),
    [(200, 3, 200), (202, 3, 200), (210, 3, 200), (400, 3, 200), (400, 0, 400), (401, 0, 401), (503, 3, 503)],
)
def test_whatever_was_read_gets_exactly_200(status: int, received: int, answered: int) -> None:
    said, body = segment_http.said(status, {"code": status, "description": "why", "events_received": received})
    assert said == answered
    if said == 200:
        assert body == {"success": True}
    else:
        assert (body["success"], body["code"], body["message"]) == (False, status, "why")


def test_pages_and_servers_have_doors_of_their_own() -> None:
    server, page = Sender("shop"), Sender("page", browser=True, origins=("https://shop.example",))
    servers = [f"/v1/{word}" for word in "batch track identify page screen group alias import".split()]
    pages = [f"/v1/{word}" for word in "b t i p s g a".split()]
    assert {doors.door_of(path) for path in servers} == {Door("segment")}
    assert {doors.door_of(path) for path in pages} == {Door("segment", of_pages=True)}
    assert not any(map(doors.door_of, ["/v1/events", "/v1/beacon", "/v1/x", "/v2/batch", "/v1", "/v1/sources/segment"]))
    for path in servers:
        admit(server, request(path=path))
        with pytest.raises(BadRequest, match="this is a browser key, which opens nothing else"):
            admit(page, request(path=path))
    for path in pages:
        admit(page, request(path=path))
        with pytest.raises(BadRequest, match="this is a server's key"):
            admit(server, request(path=path))
        with pytest.raises(BadRequest, match="origin"):
            authenticate(request(path=path, origin="https://evil.example"), "k", page, ())
