"""Rokt's page of its Event API, sentence by sentence: each test is named after one, in our own words."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.contract.destination import Prepared, Routing
from rokt.destination import declared
from rokt.keys import pair_in
from rokt.request import path
from rokt.settings import Settings
from tests.unit.conversions import NOW, sha
from tests.unit.rokt_conversions import CLEAR, EVENT_API, conversion, finished, outcome, said, withheld

IN_CLEAR = Settings(api="events", account_id="12345", **CLEAR)
RTID = "1bc29b36f623ba82aaf6724fd3b16718"


def sent(name: str, settings: Settings = IN_CLEAR, **posted: Any) -> str | None:
    """What stands under this name for a conversion."""
    return said(conversion(**posted), settings).get(name)


def user(**fields: Any) -> dict[str, Any]:
    """The user data with an address beside these."""
    return {"em": "john@email.com"} | fields


def test_the_keys_take_the_form_rpub_and_rsec() -> None:
    assert pair_in("rpub-1:rsec-2", "events").key == "rpub-1"


def test_content_type_is_json_charset_is_utf_8_and_the_version_is_2020_05_21() -> None:
    # Content-Type is of the connection: tests/integration/test_rokt_client.py.
    assert IN_CLEAR.form.headers == {"Charset": "utf-8", "Rokt-Version": "2020-05-21"}


def test_the_authorization_is_base64_of_both_keys_joined_by_a_colon() -> None:
    header = pair_in("rpub-1:rsec-2", "events").authorization()
    assert base64.b64decode(header.removeprefix("Basic ")) == b"rpub-1:rsec-2"


def test_events_are_posted_to_v2_events_with_the_account_id_and_an_array() -> None:
    body = declared(EVENT_API).assemble(Routing("g"), ['{"clientEventId":"1"}'])
    assert path(body) == "/v2/events"
    assert json.loads(body) == {"accountId": "12345", "events": [{"clientEventId": "1"}]}


def test_an_event_has_client_event_id_event_time_event_type_and_object_data_of_names_and_texts() -> None:
    event = finished(conversion(custom_data={"value": 9.5, "num_items": 2}), EVENT_API)
    assert list(event) == ["clientEventId", "eventTime", "eventType", "objectData"]
    assert datetime.fromisoformat(event["eventTime"]) == datetime.fromtimestamp(NOW, UTC)
    assert event["eventType"] == "conversion"
    assert all(pair.keys() == {"name", "value"} and isinstance(pair["value"], str) for pair in event["objectData"])


@pytest.mark.parametrize(
    "enough",
    [{"user_data": {"em": "john@email.com"}}, {"user_data": {"em": sha("a")}}, {"user_data": {}, "rtid": RTID}],
)
def test_you_must_include_one_of_email_hashed_email_and_rokt_id(enough: dict[str, Any]) -> None:
    assert isinstance(outcome(conversion(**enough), EVENT_API), Prepared)
    assert "em or rtid" in withheld(conversion(user_data={"external_id": "7"}), EVENT_API)


def test_email_is_plain_text_in_lower_case_and_without_trailing_spaces() -> None:
    assert sent("email", user_data={"em": "John@Email.com "}) == "john@email.com"


def test_emailsha256_is_the_hash_of_it_in_lower_case_and_without_trailing_spaces() -> None:
    expected = "fab1e2e699b3b927cbf875046a64f2225df02d5cb306f3857424c2bbb87be61f"  # the page's example
    assert sent("emailsha256", EVENT_API, user_data={"em": "John@Email.com "}) == expected
    assert sent("email", EVENT_API, user_data={"em": "John@Email.com "}) is None


def test_passbackconversiontrackingid_is_the_rokt_id() -> None:
    assert sent("passbackconversiontrackingid", rtid=RTID) == RTID


@pytest.mark.parametrize(("value", "amount"), [(100.25, "100.25"), ("99.80", "99.8"), (0, "0")])
def test_amount_is_the_value_of_the_transaction_and_allows_decimal_points(value: object, amount: str) -> None:
    assert sent("amount", custom_data={"value": value}) == amount


def test_currency_is_a_currency_code() -> None:
    assert sent("currency", custom_data={"currency": "usd"}) == "USD"


@pytest.mark.parametrize(("count", "quantity"), [(4, "4"), ("4", "4"), ("four", None)])
def test_quantity_is_an_integer(count: object, quantity: str | None) -> None:
    assert sent("quantity", custom_data={"num_items": count}) == quantity


@pytest.mark.parametrize("kind", ["ticketpurchase", "seatupgrade", "signup", "hotel_booking"])
def test_conversiontype_differentiates_conversion_events(kind: str) -> None:
    assert sent("conversiontype", event_name=kind) == kind


def test_productname_may_be_several_with_commas_between() -> None:
    names = "Maroon 5 t-shirt, Warriors vs. Raptors"
    assert sent("productname", custom_data={"content_name": names}) == names


@pytest.mark.parametrize("sku", ["230847", "tshirt-blue-39487", "398fhdnff"])
def test_sku_is_only_one(sku: str) -> None:
    assert sent("sku", custom_data={"content_ids": [sku]}) == sku
    assert sent("sku", custom_data={"content_ids": [sku, "other"]}) is None


@pytest.mark.parametrize(("name", "value"), [("paymenttype", "VISA"), ("margin", "10.12")])
def test_paymenttype_and_margin_are_what_the_sender_says(name: str, value: str) -> None:
    assert sent(name, attributes={name: value}) == value


def test_transactionid_identifies_a_unique_transaction_by_which_rokt_deduplicates() -> None:
    assert sent("transactionid", custom_data={"order_id": "ABC789"}) == "ABC789"
    assert sent("transactionid", attributes={"transactionid": "ABC789"}) == "ABC789"


def test_confirmationref_is_the_alternate_id_by_which_rokt_deduplicates_without_a_transactionid() -> None:
    assert sent("confirmationref", custom_data={"order_id": "XYZ123"}) == "XYZ123"
    event = finished(conversion(), EVENT_API)
    assert {"name": "confirmationref", "value": event["clientEventId"]} in event["objectData"]


def test_firstname_and_lastname_are_the_customers() -> None:
    assert sent("firstname", user_data=user(fn="John")) == "John"
    assert sent("lastname", user_data=user(ln="Smith")) == "Smith"


@pytest.mark.parametrize(
    ("number", "mobile"),
    [("3053211654", "3053211654"), ("+1 (323) 867-5309", "3238675309"), ("+61 412 345 678", "+61412345678")],
)
def test_mobile_is_the_number_of_the_converting_customer(number: str, mobile: str) -> None:
    assert sent("mobile", user_data=user(ph=number)) == mobile


def test_names_and_mobile_are_listed_only_in_clear() -> None:
    pairs = said(conversion(user_data=user(fn="John", ln="Smith", ph="3053211654")), EVENT_API)
    assert not {"firstname", "lastname", "mobile", "firstnamesha256", "lastnamesha256", "mobilesha256"} & pairs.keys()


def test_ipaddress_is_the_customers() -> None:
    assert sent("ipaddress", user_data=user(client_ip_address="172.3.51.182")) == "172.3.51.182"


def test_any_additional_fields_are_accepted() -> None:
    assert sent("email_optin", attributes={"email_optin": True}) == "true"
    assert sent("coupon", custom_data={"coupon": "SPRING"}) == "SPRING"
    assert sent("loyalty_tier", user_attributes={"loyalty_tier": "gold"}) == "gold"


def test_one_of_transactionid_and_confirmationref_is_the_same_as_the_web_sdks() -> None:
    pairs = said(conversion(custom_data={"order_id": "ORD-7"}), EVENT_API)
    assert pairs["transactionid"] == pairs["confirmationref"] == "ORD-7"
