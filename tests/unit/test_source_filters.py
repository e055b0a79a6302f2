"""Filters of a sender's entry: which posts of a shop or a call tracker count, by what the platform says of them."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from pipeline.intake.body import Body, Ignored
from pipeline.intake.sender_entries import read_senders
from pipeline.intake.senders import SourceSettings
from relay.senders.key_meaning import faults
from sources import registry
from sources.filters import FILTERS
from sources.inbound import Inbound
from tests.unit.conversions import NOW

ORDER = {
    "id": 5501,
    "email": "ada@example.net",
    "processed_at": "2026-03-01T10:00:00Z",
    "currency": "USD",
    "total_price": "20.00",
    "source_name": "web",
    "tags": "Wholesale, spring-26",
    "line_items": [{"product_id": 1, "quantity": 1, "price": "20.00"}],
}
POSTS: Mapping[str, dict[str, Any]] = {
    "shopify": ORDER,
    "callrail": {
        "resource_id": "CAL77",
        "answered": True,
        "duration": "80",
        "customer_phone_number": "+12025550143",
        "start_time": "2026-03-01T10:00:00Z",
        "utm_campaign": "Spring TV",
        "tracking_phone_number": "+12025550177",
    },
    "calltrackingmetrics": {
        "id": 901,
        "call_status": "answered",
        "talk_time": 80,
        "caller_number": "+12025550143",
        "unix_time": 1772359200,
        "campaign": "Spring TV",
        "tracking_number": "(202) 555-0177",
    },
    "invoca": {
        "complete_call_id": "AB-1",
        "start_time_utc": "1772359200000",
        "calling_phone_number": "202-555-0143",
        "connect_duration": "80",
        "advertiser_campaign_name": "Spring TV",
        "promo_number": "2025550177",
    },
    "ringba": {
        "event_id": "RGB77",
        "event_time": "1772359200",
        "user_data": {"ph": "+12025550143"},
        "campaign": "Spring TV",
        "number": "1-202-555-0177",
    },
}
TRACKERS = [name for name in POSTS if name != "shopify"]


def settings(source: str, **given: Any) -> SourceSettings:
    """The settings as the sender keys secret gives them."""
    secret = json.dumps({"s": {"key": "a-key-of-nobody", "sources": {source: given}}})
    (sender,), wrong = registry.senders(secret)
    assert wrong == []
    return sender.sources[source]


def posted(source: str, post: Mapping[str, Any], **given: Any) -> Body:
    read = registry.reader(source)
    assert read is not None
    headers = {"x-shopify-topic": "orders/paid"}
    return read(Inbound(json.dumps(post).encode(), headers, settings(source, **given), NOW))


def counts(source: str, post: Mapping[str, Any], **given: Any) -> bool:
    (one,) = posted(source, post, **given).conversions
    if isinstance(one, Ignored):
        assert one.code == "filtered"
        assert one.event_id is not None or source == "ringba"
    return not isinstance(one, Ignored)


@pytest.mark.parametrize("source", TRACKERS)
@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ({"only": {"campaign": "spring tv"}}, True),
        ({"only": {"campaign": ["Autumn", " Spring TV "]}}, True),
        ({"only": {"campaign": "Spring"}}, False),
        ({"without": {"campaign": "SPRING TV"}}, False),
        ({"without": {"campaign": "Spring"}}, True),
        ({"only": {"number": "+1 (202) 555-0177"}}, True),
        ({"only": {"number": 2025550177}}, True),  # what --source callrail.only.number=2025550177 writes
        ({"only": {"number": "+12025550178"}}, False),
        ({"without": {"number": "12025550177"}}, False),
        ({"only": {"campaign": "Spring TV"}, "without": {"number": "202-555-0177"}}, False),
        ({"only": {"campaign": "Spring TV", "number": "202-555-0199"}}, False),
    ],
)
def test_a_call_counts_by_its_campaign_and_the_number_that_was_called(
    source: str, given: dict[str, Any], counted: bool
) -> None:
    assert counts(source, POSTS[source], **given) is counted


@pytest.mark.parametrize(
    ("given", "changes", "counted"),
    [
        ({"only": {"channel": "web"}}, {}, True),
        ({"only": {"channel": ["pos", "shopify_draft_order"]}}, {}, False),
        ({"without": {"channel": "pos"}}, {"source_name": "POS"}, False),
        ({"without": {"channel": 580111}}, {"source_name": "580111"}, False),  # an app's orders have its number
        ({"without": {"tag": "wholesale"}}, {}, False),
        ({"without": {"tag": "whole"}}, {}, True),  # a whole tag, not a part of one
        ({"without": {"tag": "true"}}, {"tags": "true"}, False),
        ({"without": {"tag": True}}, {"tags": "true"}, False),  # as the command line reads it
        ({"only": {"tag": ["vip", "Spring-26"]}}, {}, True),
        ({"only": {"tag": "vip"}}, {"tags": ""}, False),
        ({"only": {"tag": "vip"}}, {"tags": ["VIP"]}, True),
        ({"without": {"subscription": "renewal"}}, {}, True),
        ({"without": {"subscription": "renewal"}}, {"source_name": "subscription_contract"}, False),
        ({"without": {"subscription": "renewal"}}, {"source_name": "subscription_contract_checkout_one"}, False),
        ({"without": {"subscription": "renewal"}}, {"tags": "Subscription, Subscription Recurring Order"}, False),
        ({"without": {"subscription": "renewal"}}, {"tags": "Subscription, Subscription First Order"}, True),
        ({"only": {"subscription": "first"}}, {"tags": "Subscription First Order"}, True),
        ({"only": {"subscription": "first"}}, {"line_items": [{"selling_plan_allocation": {"plan": 1}}]}, True),
        ({"only": {"subscription": "First"}}, {}, False),
        ({"only": {"subscription": ["none", "first"]}}, {"source_name": "subscription_contract"}, False),
        ({"only": {"subscription": "none"}}, {"source_name": None, "tags": None, "line_items": None}, True),
    ],
)
def test_an_order_counts_by_its_channel_its_tags_and_its_subscription(
    given: dict[str, Any], changes: dict[str, Any], counted: bool
) -> None:
    assert counts("shopify", ORDER | changes, **given) is counted


def test_the_reason_names_the_setting_and_holds_no_word_of_the_platform_or_the_sender() -> None:
    for given, told in (
        ({"only": {"campaign": "Autumn"}}, "only.campaign"),
        ({"without": {"campaign": "Spring TV"}}, "without.campaign"),
    ):
        (one,) = posted("callrail", POSTS["callrail"], **given).conversions
        assert isinstance(one, Ignored)
        assert told in one.text
        assert "spring" not in one.text.lower()
        assert "autumn" not in one.text.lower()


def test_a_post_that_does_not_say_what_only_asks_for_is_ignored_with_what_to_do() -> None:
    bare = {name: value for name, value in POSTS["ringba"].items() if name != "number"}
    (one,) = posted("ringba", bare, only={"number": "2025550177"}).conversions
    assert isinstance(one, Ignored)
    assert one.text.startswith("the post has no number: post it")


@pytest.mark.parametrize("empty", [[], "", None])
def test_a_post_whose_place_for_what_only_asks_for_is_empty_is_told_so(empty: object) -> None:
    (one,) = posted("shopify", POSTS["shopify"] | {"tags": empty}, only={"tag": "booked"}).conversions
    assert isinstance(one, Ignored)
    assert one.text == "the post's tag is empty, and only.tag of the sender's entry asks for one that it lists"


def test_a_post_that_has_no_place_for_what_without_lists_counts_with_a_warning() -> None:
    bare = {name: value for name, value in POSTS["ringba"].items() if name != "number"}
    body = posted("ringba", bare, without={"number": "2025550177"})
    assert isinstance(body.conversions[0], dict)
    assert ("without.number", "the post has no number, so nothing was left out: post it") in body.warnings
    assert not posted("ringba", bare | {"number": ""}, without={"number": "2025550177"}).warnings


def test_what_ringba_posts_for_the_filters_goes_no_further() -> None:
    (one,) = posted("ringba", POSTS["ringba"]).conversions
    assert not {"campaign", "number"} & set(one)


def test_an_order_that_is_no_purchase_anyway_says_so_first() -> None:
    (one,) = posted("shopify", ORDER | {"test": True}, without={"channel": "web"}).conversions
    assert isinstance(one, Ignored)
    assert one.code == "test_order"


@pytest.mark.parametrize(
    ("source", "given", "told"),
    [
        (
            "shopify",
            {"only": {"chanel": "web"}},
            "shopify has a filter in only that it does not know: it has channel, ",
        ),
        ("callrail", {"without": {"tag": "x"}}, "callrail has a filter in without that it does not know: it has campa"),
        ("segment", {"only": {"channel": "x"}}, "segment has a filter in only that it does not know: it has none"),
        ("shopify", {"without": {"subscription": "later"}}, "must be one of first, renewal, none"),
        ("webhook", {"map": "stripe", "only": {"tag": "x"}}, "write conditions into its map"),
        ("shopify", {"only": {"tag": []}}, "shopify has a wrong only"),
        ("shopify", {"only": {"tag": ["x", 1.5]}}, "shopify has a wrong only"),
        ("shopify", {"without": {"tag": " "}}, "shopify has a wrong without"),
        ("shopify", {"without": ["web"]}, "shopify has a wrong without"),
    ],
)
def test_a_filter_that_could_do_nothing_makes_the_settings_unusable(
    source: str, given: dict[str, Any], told: str
) -> None:
    secret = json.dumps({"s": {"key": "a-key-of-nobody", "sources": {source: given}}})
    (sender,), (fault,) = registry.senders(secret)
    assert told in fault
    assert sender.unread == (source,)
    assert "chanel" not in fault


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ({"shopify": {"only": {"chanel": "web"}}}, "chanel is not a filter of shopify: did you mean channel?"),
        ({"ringba": {"without": {"numbers": ["1"]}}}, "did you mean number?"),
        ({"shopify": {"without": {"subscription": ["renewals"]}}}, "did you mean renewal?"),
        ({"shopify": {"without": {"subscription": False}}}, "there are first, renewal, none"),
        ({"ga4": {"only": {"tag": "x"}}}, "ga4 has no filters"),
        ({"shopify": {"withot": {"tag": "x"}}}, "did you mean without?"),
    ],
)
def test_keys_add_names_the_filter_that_was_meant(sources: dict[str, Any], told: str) -> None:
    (fault,) = faults({"sources": sources}, destinations=("roku",), allowed_origins="")
    assert told in fault


def test_keys_add_takes_every_filter_that_there_is() -> None:
    for source, known in FILTERS.items():
        given = {name: list(one.words) or ["a value"] for name, one in known.items()}
        entry = {"sources": {source: {"only": given, "without": given}}}
        assert list(faults(entry, destinations=("roku",), allowed_origins="")) == []
        assert read_senders(json.dumps({"s": {"key": "a-key-of-nobody", **entry}}), {source: True})[1] == []
