"""CallRail's webhooks: the body, key and signature of its documentation, and the stages of one call."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from pipeline.intake.body import BadRequest
from sources.calls.callrail import read
from tests.unit.arbitrary import check_spoiled
from tests.unit.call_posts import FIELDS, conversion, event, ignored, post
from tests.unit.conversions import sha

# apidocs.callrail.com, "Validating Payloads": this key signs this body so, byte for byte.
KEY, SIGNATURE = "072e77e426f92738a72fe23c4d1953b4", "UZAHbUdfm3GqL7qzilGozGzWV64="
DOCUMENTED = (
    b'{"answered":false,"business_phone_number":"","call_type":"voicemail","company_id":155920786,"company_name":"'
    b'Boost Marketing","company_time_zone":"America/Los_Angeles","created_at":"2018-02-19T13:41:00.252-05:00","cus'
    b'tomer_city":"Rochester","customer_country":"US","customer_name":"Kaylah Mills","customer_phone_number":"+121'
    b'48654559","customer_state":"PA","device_type":"","direction":"inbound","duration":"13","first_call":false,"f'
    b'ormatted_call_type":"Voicemail","formatted_customer_location":"Rochester, PA","formatted_business_phone_numb'
    b'er":"","formatted_customer_name":"Kaylah Mills","prior_calls":16,"formatted_customer_name_or_phone_number":"'
    b'Kaylah Mills","formatted_customer_phone_number":"214-865-4559","formatted_duration":"13s","formatted_trackin'
    b'g_phone_number":"404-555-8514","formatted_tracking_source":"Google Paid","formatted_value":"--","good_lead_c'
    b'all_id":715587840,"good_lead_call_time":"2016-06-17T10:23:33.363-04:00","id":766970532,"lead_status":"previo'
    b'usly_marked_good_lead","note":"","recording":"https://app.callrail.com/calls/766970532/recording/redirect?ac'
    b'cess_key=aaaaccccddddeeee","recording_duration":8,"source_name":"Google AdWords","start_time":"2018-02-19T13'
    b':41:00.236-05:00","tags":[],"total_calls":17,"tracking_phone_number":"+14045558514","transcription":"","valu'
    b'e":"","voicemail":true,"tracker_id":354024023,"keywords":"","medium":"","referring_url":"","landing_page_url'
    b'":"","last_requested_url":"","referrer_domain":"","conversational_transcript":"","utm_source":"google","utm_'
    b'medium":"cpc","utm_term":"","utm_content":"","utm_campaign":"Google AdWords","utma":"","utmb":"","utmc":"","'
    b'utmv":"","utmz":"","ga":"","gclid":"","integration_data":[{"integration":"Webhooks","data":null}],"keywords_'
    b'spotted":"","recording_player":"https://app.callrail.com/calls/766970532/recording?access_key=aaaabbbbccccdd'
    b'dd","speaker_percent":"","call_highlights":[],"callercity":"Rochester","callercountry":"US","callername":"Ka'
    b'ylah Mills","callernum":"+12148654559","callerstate":"PA","callsource":"google_paid","campaign":"","custom":'
    b'"","datetime":"2018-02-19 18:41:00","destinationnum":"","ip":"","kissmetrics_id":"","landingpage":"","referr'
    b'er":"","referrermedium":"","score":1,"tag":"","trackingnum":"+14045558514","timestamp":"2018-02-19T13:41:00.'
    b'236-05:00"}'
)
STARTED = 1_519_065_660  # 2018-02-19T18:41:00Z

CALL: dict[str, Any] = {
    "resource_id": "CAL0192f3a4b5c6d7e8",
    "answered": True,
    "voicemail": False,
    "call_type": "answered",
    "direction": "inbound",
    "duration": "95",
    "first_call": True,
    "customer_phone_number": "+15550100142",
    "customer_name": "Jane Doe",
    "start_time": "2025-12-31T18:00:00.000-05:00",
    "spam": False,
    "tags": [],
    "value": "",
}
# "Pre-call" and "call routing complete" say so of every call.
PRE_CALL = CALL | {"answered": False, "call_type": "missed", "duration": "0"}


def test_the_documented_body_becomes_an_event() -> None:
    assert event(read, DOCUMENTED, headers={"signature": SIGNATURE}, signature_secret=KEY, answered_only=False) == {
        "event_id": "766970532",
        "event_name": "CONTACT",
        "event_type": "conversion",
        "event_time": STARTED,
        "event_source": "phone_call",
        "user_data": {
            "is_hashed": True,
            "ph": sha("12148654559"),
            "ct": "Rochester",
            "st": "Pennsylvania",
            "country": "US",
        },
        "custom_data": {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "Google AdWords"},
        "partner_name": "CallRail",
    }


def test_the_documented_call_went_to_voicemail() -> None:
    assert ignored(read, DOCUMENTED).code == "not_answered"
    assert conversion(read, DOCUMENTED, answered_only=False, event_names={"voicemail": "LEAD"})["event_name"] == "LEAD"


@pytest.mark.parametrize(
    ("body", "headers", "secret"),
    [
        (DOCUMENTED, {}, KEY),
        (DOCUMENTED, {"signature": SIGNATURE.lower()}, KEY),
        (DOCUMENTED, {"signature": SIGNATURE}, KEY[:-1]),
        (DOCUMENTED + b"\n", {"signature": SIGNATURE}, KEY),
        (b"not even JSON", {"signature": SIGNATURE}, KEY),
    ],
)
def test_another_signature_is_401_before_anything_is_read(body: bytes, headers: dict[str, str], secret: str) -> None:
    with pytest.raises(BadRequest) as refused:
        post(read, body, headers=headers, signature_secret=secret)
    assert refused.value.status == 401


def test_the_signature_covers_the_bytes_as_they_came() -> None:
    raw = json.dumps(CALL, indent=1).encode()
    made = base64.b64encode(hmac.new(b"k", raw, hashlib.sha1).digest()).decode()
    assert conversion(read, raw, headers={"signature": made}, signature_secret="k")["event_id"] == CALL["resource_id"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"answered": False, "duration": "0", "call_type": "missed"}, "not_finished"),
        ({"answered": False, "duration": 0}, "not_finished"),
        ({"answered": True, "duration": "0"}, "not_finished"),
        ({"answered": False, "duration": ""}, "not_finished"),
        ({"answered": False, "duration": "15", "call_type": "abandoned"}, "not_answered"),
        ({"answered": "false", "duration": "15"}, "not_answered"),
        ({"answered": False, "duration": "15", "voicemail": True}, "not_answered"),
        ({"answered": False, "duration": "15", "call_type": "voicemail", "voicemail": ""}, "not_answered"),
        ({"spam": True}, "spam"),
        ({"spam": "true"}, "spam"),
        ({"direction": "outbound"}, "outbound"),
        ({"direction": "Outbound"}, "outbound"),
    ],
)
def test_what_is_no_conversion(changes: dict[str, Any], code: str) -> None:
    assert ignored(read, CALL | changes).code == code


@pytest.mark.parametrize(
    "body",
    [
        {"resource_id": "FRM1", "form_data": {"email": "jane@example.com"}, "customer_email": "jane@example.com"},
        {"resource_id": "SCT1", "content": "Hello", "source_number": "+15550100142", "direction": "inbound"},
        {},
    ],
)
def test_forms_and_text_messages_are_no_calls(body: dict[str, Any]) -> None:
    told = ignored(read, body)
    assert (told.code, told.event_id) == ("not_a_call", body.get("resource_id"))


def test_the_stages_of_a_call_are_one_event() -> None:
    settings: dict[str, Any] = {
        "event_names": {"first": "LEAD", "tag:sale": "PURCHASE", "lead_status:good_lead": "SCHEDULE"}
    }
    assert ignored(read, PRE_CALL, **settings).code == "not_finished"
    ended = conversion(read, CALL, **settings)
    assert (ended["event_name"], ended["event_id"]) == ("LEAD", CALL["resource_id"])
    assert conversion(read, CALL | {"note": "called back", "tags": ["vip"]}, **settings) == ended
    sold = post(read, CALL | {"tags": ["vip", "Sale"], "lead_status": "good_lead"}, **settings).conversions
    assert [(one["event_name"], one["event_id"]) for one in sold] == [
        ("LEAD", CALL["resource_id"]),
        ("PURCHASE", f"{CALL['resource_id']}-PURCHASE"),
        ("SCHEDULE", f"{CALL['resource_id']}-SCHEDULE"),
    ]


@pytest.mark.parametrize("changes", [{"voicemail": True}, {"call_type": "voicemail"}, {"voicemail": "true"}])
def test_voicemail_is_a_kind_of_its_own(changes: dict[str, Any]) -> None:
    names = {"voicemail": "LEAD", "missed": "SEARCH", "first": "SCHEDULE"}
    body = CALL | {"answered": False, "duration": "15"}
    assert conversion(read, body | changes, event_names=names, answered_only=False)["event_name"] == "LEAD"
    assert conversion(read, body, event_names=names, answered_only=False)["event_name"] == "SEARCH"


def test_the_resource_id_is_the_one_that_all_posts_have() -> None:
    assert conversion(read, CALL | {"id": 766970532})["event_id"] == CALL["resource_id"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 1_767_222_000),  # 18:00 at -05:00 is 23:00 UTC
        ({"start_time": "", "datetime": "2025-12-31 23:00:00"}, 1_767_222_000),
        (
            {"start_time": "", "timestamp": "2025-12-31T23:00:00Z", "datetime": "2025-01-01 00:00:00"},
            1_767_222_000,
        ),
    ],
)
def test_times(changes: dict[str, Any], expected: int) -> None:
    assert event(read, CALL | changes)["event_time"] == expected


def test_the_zone_of_datetime_is_known_and_needs_no_warning() -> None:
    given = conversion(read, CALL | {"start_time": None, "datetime": "2025-12-31 23:00:00"})
    assert given["event_time"] == "2025-12-31 23:00:00Z"


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("$250.00", 250.0),
        ("250", 250),
        (99.5, 99.5),
        ("1,250.50", 1250.5),
        ("", None),
        ("--", None),
        (None, None),
        ("n/a", None),
        ("about 20", None),
    ],
)
def test_values(value: Any, sent: float | None) -> None:
    made = event(read, CALL | {"value": value}, currency="USD")
    assert made.get("custom_data", {}).get("value") == sent
    assert ("custom_data" in made and made["custom_data"].get("currency")) == ("USD" if sent is not None else False)


def test_the_value_field_can_be_another() -> None:
    assert event(read, CALL | {"custom": "12.5"}, value_field="custom")["custom_data"] == {"value": 12.5}
    assert event(read, CALL | {"a.b": "12.5"}, value_field="a.b")["custom_data"] == {"value": 12.5}


def test_web_data_goes_along() -> None:
    web = {
        "landing_page_url": "https://www.example.com/offer?ttclid=t-1&gclid=other",
        "referring_url": "https://www.example.com/",
        "ip": "203.0.113.7",
        "utm_source": "roku",
        "gclid": "Cj0K",
        "wbraid": "w-1",
    }
    made = conversion(read, CALL | web)
    assert made["event_source_url"] == "https://www.example.com/offer?ttclid=t-1&gclid=other"
    assert made["referrer_url"] == "https://www.example.com/"
    assert made["user_data"]["client_ip_address"] == "203.0.113.7"
    assert made["custom_data"] == {"utm_source": "roku"}
    assert made["click_ids"] == {"gclid": "Cj0K", "wbraid": "w-1", "ttclid": "t-1"}


def test_the_settings_name_the_event_group() -> None:
    assert post(read, CALL, event_group="g").event_group_id == "g"
    assert post(read, PRE_CALL).event_group_id is None


# The caller id's name is often a business, or has the last name first: a wrong digest is worse than none.
@pytest.mark.parametrize("name", ["Jane Doe", "DOE JANE", "Example Roofing"])
def test_the_callers_name_is_not_sent(name: str) -> None:
    assert {"fn", "ln"}.isdisjoint(conversion(read, CALL | {"customer_name": name})["user_data"])


def test_the_direction_is_read_in_any_case() -> None:
    assert conversion(read, CALL | {"direction": "Inbound"})["event_name"] == "CONTACT"


def test_a_value_field_that_is_not_there_is_told() -> None:
    assert [field for field, _ in post(read, CALL, value_field="valeu").warnings] == ["value_field"]
    assert post(read, CALL, value_field="value").warnings == []


def test_an_amount_in_euros_is_not_sent_as_dollars() -> None:
    posting = post(read, CALL | {"value": "€250.00"}, currency="USD")
    assert posting.conversions[0]["custom_data"] == {"value": "€250.00", "currency": "EUR"}
    assert [field for field, _ in posting.warnings] == ["custom_data.currency"]


@pytest.mark.parametrize("field", [None, "sale.value"])
def test_junk_in_any_one_place_is_read_or_refused(field: str | None) -> None:
    whole = dict.fromkeys(FIELDS["callrail"].split(), "x") | CALL | {"tags": ["sale", {"name": "x"}], "value": "5"}
    names = {"first": "LEAD", "tag:sale": "PURCHASE", "signal:sale": "PURCHASE"}
    check_spoiled(whole, lambda body: post(read, body, event_names=names, value_field=field, currency="USD"))
