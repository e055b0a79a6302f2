"""Doubtful values of a person, decided as docs/decisions.md says, with the reason there."""

import json
from typing import Any

import pytest

from pipeline.intake.senders import Sender, SourceSettings
from sources.inbound import Inbound
from sources.registry import reader
from tests.unit.conversions import NOW, sha, take

ADA = "ada@firma.example"


def sent(user: dict[str, Any], **more: Any) -> tuple[dict[str, Any], list[str]]:
    """The event as Roku gets it, and what is told about which fields."""
    event = {"event_id": "d-1", "event_name": "LEAD", "event_time": NOW, "user_data": user} | more
    text = json.dumps({"event_group_id": "g", "events": [event]})
    taken = take(text, Sender(name="vendor", key="some-key-1", country="US"))
    told = [one["field"] for one in taken.warnings]
    return (json.loads(next(iter(taken.events.values())).line) if taken.events else {}), told


@pytest.mark.parametrize("written", [f"Ada L. <{ADA}>", f"mailto:{ADA}"])
def test_a_name_and_mailto_are_taken_off(written: str) -> None:
    event, told = sent({"em": written})
    assert (event["user_data"]["em"], told) == (sha(ADA), [])


def test_of_several_addresses_or_numbers_the_first_is_taken_and_told() -> None:
    event, told = sent({"em": f"{ADA}; bob@firma.example", "ph": "+13125550142, +13125550143"})
    assert event["user_data"] == {"is_hashed": True, "em": sha(ADA), "ph": sha("13125550142")}
    assert sorted(told) == ["user_data.em", "user_data.ph"]


@pytest.mark.parametrize(
    ("field", "written"),
    [("em", "none@none.com"), ("em", "guest@shop.example"), ("ph", "+12222222222"), ("ph", "7777777777")],
)
def test_what_many_share_identifies_nobody(field: str, written: str) -> None:
    event, told = sent({field: written, "client_ip_address": "203.0.113.9"})
    assert field not in event["user_data"]
    assert told == [f"user_data.{field}"]
    assert sent({field: written})[0] == {}


def test_a_well_known_example_number_of_india_stays() -> None:
    assert sent({"ph": "98765 43210", "country": "IN"})[0]["user_data"]["ph"] == sha("919876543210")


def test_a_bot_is_sent_and_told() -> None:
    agent = "Mozilla/5.0 (compatible; DuckDuckBot/1.1)"
    event, told = sent({"client_ip_address": "203.0.113.9", "client_user_agent": agent})
    assert event["user_data"]["client_user_agent"] == agent
    assert told == ["user_data.client_user_agent"]


def test_a_conversion_of_a_year_ago_is_sent_without_a_word() -> None:
    event, told = sent({"em": ADA}, event_time=NOW - 400 * 86_400)
    assert (event["event_time"], told) == (NOW - 400 * 86_400, [])


@pytest.mark.parametrize(
    ("word", "opted_out"), [("granted", "false"), ("1YNN", "false"), ("1YYN", "true"), ("so", "true")]
)
def test_only_plain_words_say_that_nobody_opted_out(word: str, opted_out: str) -> None:
    assert sent({"em": ADA}, opt_out=word)[0]["opt_out"] == opted_out


@pytest.mark.parametrize("written", ["D&#039;Arcy", "D\\'Arcy", "D%27Arcy"])
def test_a_name_is_what_it_was_before_programs(written: str) -> None:
    assert sent({"em": ADA, "ln": written})[0]["user_data"]["ln"] == sha("d'arcy")


def test_a_postal_code_gets_its_zeros_back_only_where_its_country_is_known() -> None:
    assert sent({"em": ADA, "zp": "7030", "country": "US"})[0]["user_data"]["zp"] == "07030"
    assert sent({"em": ADA, "zp": "7030", "country": "NO"})[0]["user_data"]["zp"] == "7030"


def test_the_usual_names_of_a_persons_fields_are_read() -> None:
    event, told = sent({"email": ADA, "phone": "(312) 555-0142"})
    assert event["user_data"] == {"is_hashed": True, "em": sha(ADA), "ph": sha("13125550142")}
    assert sorted(told) == ["user_data.email", "user_data.phone"]


def test_countries_and_states_have_one_form() -> None:
    user = sent({"em": ADA, "country": "Estados Unidos", "st": "tx"})[0]["user_data"]
    assert (user["country"], user["st"]) == ("US", "Texas")


def test_googles_digest_of_an_address_is_taken_and_that_of_a_number_is_not() -> None:
    person = {"sha256_email_address": sha(ADA), "sha256_phone_number": sha("+13125550142")}
    body = json.dumps({"event": "purchase", "transaction_id": "t-1", "user_data": person}).encode()
    read = reader("ga4")
    assert read is not None
    (conversion,) = read(Inbound(body, {}, SourceSettings(), NOW)).conversions
    event, told = sent(conversion["user_data"])
    assert event["user_data"] == {"is_hashed": True, "em": sha(ADA)}
    assert told == ["user_data.ph"]


@pytest.mark.parametrize(
    ("text", "currency", "value"), [("1.234", "EUR", 1.234), ("1,234", "EUR", 1234), ("1.234", "JPY", 1234)]
)
def test_what_a_separator_means(text: str, currency: str, value: float) -> None:
    event, _ = sent({"em": ADA}, custom_data={"value": text, "currency": currency})
    assert event["custom_data"]["value"] == value


def test_null_is_no_name() -> None:
    assert "ln" not in sent({"em": ADA, "ln": "Null"})[0]["user_data"]
