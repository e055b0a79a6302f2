"""The Rokt sandbox's rules, field by field, against the documents: the second opinion has to be right itself."""

import copy
import json
from typing import Any

import pytest

from local.rokt_sandbox import Faults, conversions, event_api
from local.rokt_sandbox.answers import judge_objects, read_batch
from local.sandbox.checks import EMPTY_DIGESTS

NOW = 1_767_225_600  # 2026-01-01T00:00:00Z
EMAIL_DIGEST = "fab1e2e699b3b927cbf875046a64f2225df02d5cb306f3857424c2bbb87be61f"  # the Event API page's example
UUID = "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a"
ABSENT = object()

# The Conversions API's object with all of its documented members.
OBJECT: dict[str, Any] = {
    "environment": "production",
    "source_request_id": "1",
    "user_identities": {"email": "john@email.com", "other": EMAIL_DIGEST, "customerid": "7", "other2": "rtid"},
    "user_attributes": {
        "firstname": "John",
        "firstnamesha256": EMAIL_DIGEST,
        "mobile": "3053211654",
        "billingzipcode": "10014-1234",
        "billingzipsha256": EMAIL_DIGEST,
        "dob": "19831215",
        "gender": "m",
        "own": ["a", 1, True],
    },
    "device_info": {"http_header_user_agent": "M", "ios_advertising_id": UUID, "ios_idfv": UUID},
    "integration_attributes": {"1277": {"passbackconversiontrackingid": "rtid"}},
    "ip": "203.0.113.9",
    "events": [
        {
            "event_type": "custom_event",
            "data": {
                "event_name": "conversion",
                "custom_event_type": "transaction",
                "source_message_id": "1",
                "timestamp_unixtime_ms": 1705579200000,
                "custom_attributes": {
                    "conversiontype": "PURCHASE",
                    "confirmationref": "A",
                    "amount": 0,
                    "currency": "USD",
                },
            },
        },
        {
            "event_type": "custom_event",
            "data": {
                "event_name": "audiencemembershipupdate",
                "custom_event_type": "other",
                "source_message_id": "aud_1",
                "timestamp_unixtime_ms": 1705579200000,
                "custom_attributes": {"audience_name": "vip", "status": "add"},
            },
        },
    ],
}
EVENT: dict[str, Any] = {
    "clientEventId": "x" * 36,
    "eventTime": "2026-01-01T00:00:00Z",
    "eventType": "conversion",
    "objectData": [{"name": "email", "value": "john@email.com"}, {"name": "conversiontype", "value": "signup"}],
}


def changed(whole: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy in which what stands at this path is another value; ABSENT takes it out."""
    made = copy.deepcopy(whole)
    *parents, name = path.split("/")
    place: Any = made
    for parent in parents:
        place = place[int(parent)] if parent.isdigit() and isinstance(place, list) else place[parent]
    if value is ABSENT:
        del place[name]
    else:
        place[name] = value
    return made


def test_the_documented_object_is_right() -> None:
    assert conversions.check(OBJECT, size=1_000) == []
    assert len(EMPTY_DIGESTS) == 10


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("environment", "test"),
        ("environment", ABSENT),
        ("source_request_id", ""),
        ("source_request_id", 7),
        ("surprise", 1),
        ("user_identities", []),
        ("user_identities/email", "John@Email.com"),
        ("user_identities/email", EMAIL_DIGEST),
        ("user_identities/other", "john@email.com"),
        ("user_identities/other", EMAIL_DIGEST.upper()),
        ("user_identities/other", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("user_identities/other3", "x"),
        ("user_attributes/firstname", EMAIL_DIGEST),
        ("user_attributes/firstnamesha256", "John"),
        ("user_attributes/mobile", "13053211654"),
        ("user_attributes/mobile", "+1305"),
        ("user_attributes/billingzipcode", "SW1A 1AA"),
        ("user_attributes/dob", "1983-12-15"),
        ("user_attributes/dob", "19830230"),
        ("user_attributes/gender", "male"),
        ("user_attributes/own", {"a": 1}),
        ("user_attributes/own", [{}]),
        ("user_attributes/own", "write to john@email.com"),
        ("device_info/ios_advertising_id", "5e2d9c1a"),
        ("device_info/android_advertising_id", "00000000-0000-0000-0000-000000000000"),
        ("device_info/model", "x"),
        ("integration_attributes/1277", {}),
        ("integration_attributes/1278", {}),
        ("ip", "203.0.113"),
        ("events", []),
        ("events", [{}] * 101),
        ("events/0/event_type", "commerce_event"),
        ("events/0/data/event_name", "purchase"),
        ("events/0/data/custom_event_type", "other"),
        ("events/1/data/custom_event_type", "transaction"),
        ("events/0/data/source_message_id", ABSENT),
        ("events/1/data/source_message_id", "1"),
        ("events/0/data/timestamp_unixtime_ms", 1705579200),
        ("events/0/data/timestamp_unixtime_ms", "1705579200000"),
        ("events/0/data/custom_attributes/conversiontype", ABSENT),
        ("events/0/data/custom_attributes/amount", "99.99"),
        ("events/0/data/custom_attributes/amount", -1),
        ("events/0/data/custom_attributes/currency", "usd"),
        ("events/0/data/custom_attributes/own", {"a": 1}),
        ("events/0/data/custom_attributes/own", [1]),
        ("events/1/data/custom_attributes/status", "remove"),
        ("events/1/data/custom_attributes/audience_name", ABSENT),
    ],
)
def test_each_wrong_field_of_an_object_is_found(path: str, value: object) -> None:
    (found, *_) = conversions.check(changed(OBJECT, path, value), size=1_000)
    assert found[0].split(".")[1].split("[")[0] == path.split("/", maxsplit=1)[0]


def test_an_object_needs_an_identifier() -> None:
    nobody = changed(
        changed(changed(OBJECT, "user_identities", {}), "integration_attributes", ABSENT), "device_info", {}
    )
    assert [path for path, _ in conversions.check(nobody, size=1)] == [".user_identities"]
    for part in ({"device_info": {"http_header_user_agent": "M"}}, {"device_info": {"ios_advertising_id": UUID}}):
        assert conversions.check(nobody | part, size=1) == []
    assert conversions.check(changed(nobody, "ip", ABSENT) | {"device_info": {"http_header_user_agent": "M"}}, size=1)


def test_an_object_has_at_most_128_kb() -> None:
    assert conversions.check(OBJECT, size=128_000) == []
    assert conversions.check(OBJECT, size=128_001)


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("clientEventId", "x" * 37, "36"),
        ("clientEventId", 7, "text"),
        ("eventTime", "2026-01-01T00:05:00Z", None),
        ("eventTime", "2026-01-01T00:05:01Z", "ahead"),
        ("eventTime", "2024-07-01T00:00:00Z", None),
        ("eventTime", "2024-06-30T23:59:59Z", "18 months"),
        ("eventTime", "2026-01-01T00:00:00+01:00", "UTC"),
        ("eventTime", "2026-02-30T00:00:00Z", "real"),
        ("eventTime", 1767225600, "UTC"),
        ("objectData/0/value", 7, "text"),
        ("objectData/0/value", "x" * 65_537, "text"),
        ("objectData/0/name", "x" * 257, "text"),
        ("objectData", {}, "text"),
        ("metaData", [], "nothing else"),
    ],
)
def test_one_malformed_event_refuses_the_whole_request(path: str, value: object, fault: str | None) -> None:
    body = {"accountId": "12345", "events": [EVENT, changed(EVENT, path, value)]}
    said = event_api.check_request(body, now=NOW)
    assert (said is None) if fault is None else (said is not None and fault in said)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"accountId": "", "events": [EVENT]},
        {"accountId": "1", "events": []},
        {"accountId": "1", "events": [EVENT] * 101},
        {"accountId": "1", "events": [EVENT], "more": 1},
    ],
)
def test_a_request_of_another_form_is_refused(body: object) -> None:
    assert event_api.check_request(body, now=NOW)


@pytest.mark.parametrize(
    "pair",
    [
        ("rokt.x", "1"),
        ("ROKT.x", "1"),
        ("email", "x@y.zz"),  # twice
        ("emailsha256", "x"),
        ("amount", "1e3"),
        ("amount", "-1"),
        ("quantity", "1.5"),
        ("currency", "usd"),
        ("mobile", "13053211654"),
        ("ipaddress", "x"),
        ("note", "write to john@email.com"),
    ],
)
def test_each_wrong_pair_of_an_event_is_found(pair: tuple[str, str]) -> None:
    assert event_api.check(EVENT) is None
    pairs = [*EVENT["objectData"], {"name": pair[0], "value": pair[1]}]
    assert event_api.check(changed(EVENT, "objectData", pairs))


@pytest.mark.parametrize("index", [0, 1])
def test_an_event_needs_an_identifier_and_a_type(index: int) -> None:
    assert event_api.check(changed(EVENT, "objectData", [EVENT["objectData"][index]]))


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_a_position_lies_within_the_object_that_it_means(ascii_only: bool, separators: tuple[str, str]) -> None:
    wrong = changed(changed(OBJECT, "ip", "x"), "user_attributes/firstname", "Zoë")
    text = json.dumps([OBJECT, wrong, OBJECT], ensure_ascii=ascii_only, separators=separators)
    batch = read_batch(text.encode(), "/v2/bulkevents", "conversions")
    answer = judge_objects(batch, Faults(naming="position"), bulk=True)
    (error,) = json.loads(answer.body)["errors"]
    position = int(error["message"].rstrip(".").rpartition(" ")[2])
    middle = json.dumps(wrong, ensure_ascii=ascii_only, separators=separators)
    assert text.index(middle) < position <= text.index(middle) + len(middle)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"NaN", b"[1e999]", b'{"a":1,"a":2}', b"[" * 99_999])
@pytest.mark.parametrize("path", ["/v2/events", "/v2/bulkevents"])
def test_what_is_not_json_is_a_fault_of_the_body_and_never_an_exception(body: bytes, path: str) -> None:
    assert "JSON" in (read_batch(body, path, "conversions").fault or "")
    assert "JSON" in (read_batch(body, path, "events").fault or "")


@pytest.mark.parametrize(
    "told", [{"refuse": ["x"]}, {"refuse": {"x": {}}}, {"naming": "full"}, {"echo": 1}, {"thin": "id"}, {"times": 0}]
)
def test_a_fault_that_makes_no_sense_is_not_taken(told: object) -> None:
    with pytest.raises(ValueError, match="fault"):
        Faults.read(told)
