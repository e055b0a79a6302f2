"""What each signal limits, in each place of a post: the most restrictive one wins."""

from typing import Any

import pycountry
import pytest

from pipeline.consent import europe
from pipeline.consent.decision import NOTHING, Heard, Limit
from pipeline.consent.settings import Consent
from pipeline.intake.body import Body
from pipeline.intake.hearing import hear
from tests.unit.conversions import conversion
from tests.unit.test_consent_strings import ALL_REFUSED

PLAIN = Consent()
ROKU = 71  # its id in the IAB's list of vendors
US_OUT, US_OK = "DBABLA~CVQVAAAAAACA", "DBABLA~CVQqAAAAAACA"
ALL_ALLOWED = "CQeEcwAQeEcwAAfABBENAtEgAP_AAAAAAAYgF5wAgAjgLzAAAAAA"
ONLY_755 = "CQeEcwAQeEcwAAfABBENAtEgALIAAAAAAAYgF5wAQF5gAAAA"


def post(*events: Any, settings: Consent = PLAIN, **request: Any) -> Body:
    """A post of these conversions, heard."""
    about = {name: request.pop(name) for name in ("shared", "spoken") if name in request}
    posting = Body(None, {}, list(events), [], **about)
    return hear(posting, settings, **{"headers": {}, "query": {}, "vendors": (ROKU,)} | request)


def heard(fields: dict[str, Any], settings: Consent = PLAIN, **request: Any) -> Heard:
    """What one conversion with these further fields is limited to."""
    return post(conversion() | fields, settings=settings, **request).heard.get(0, NOTHING)


# Each row of the table: signal, the field as senders write it, what it limits.
LIMITED: list[tuple[str, dict[str, Any]]] = [
    ("opt_out", {"opt_out": True}),
    ("opt_out", {"opt_out": "true"}),
    ("opt_out", {"opt_out": "Yes"}),
    ("opt_out", {"opt_out": "maybe"}),
    ("opt_out", {"opt_out": "{{opt_out}}"}),
    ("opt_out", {"opt_out": "1YYN"}),
    ("opt_out", {"optOut": 1}),
    ("opt_out", {"do_not_sell": ["12", "14"]}),
    ("opt_out", {"do_not_sell": "true"}),
    ("opt_out", {"dns": True}),
    ("opt_out", {"consent_state": {"ccpa": {"data_sale_opt_out": {"consented": True}}}}),
    ("opt_out", {"event": {"data": {"is_opted_out": True}}}),
    ("us_privacy", {"us_privacy": "1YYN"}),
    ("us_privacy", {"usPrivacy": "1NYN"}),
    ("us_privacy", {"regs": {"ext": {"us_privacy": "1-Y-"}}}),
    ("us_privacy", {"regs.us_privacy": "1YYN"}),
    ("us_privacy", {"ccpa": "1YYY"}),
    ("us_privacy", {"IABUSPrivacy_String": "1YYN"}),
    ("us_privacy", {"us_privacy": "${US_PRIVACY}"}),
    ("gpp", {"gpp": US_OUT}),
    ("gpp", {"gpp": US_OK, "gpp_sid": [8]}),
    ("gpp", {"gpp": "DBABLA~CVQ"}),
    ("gpp", {"regs": {"gpp": US_OUT, "gpp_sid": [7]}}),
    ("gpp", {"gpp": "D" * 9_000}),
    ("limited_data_use", {"data_processing_options": ["LDU"]}),
    ("limited_data_use", {"data_processing_options": "LDU"}),
    ("limited_data_use", {"data_processing_options": '["LDU"]'}),
    ("limited_data_use", {"data_processing_options": True}),
    ("limited_data_use", {"data_processing_options": ["SOMETHING"]}),
    ("limited_data_use", {"user": {"data_processing_options": {"modes": ["LDU"], "region": "US-CA"}}}),
    ("limited_data_use", {"dataProcessingOptions": {"options": "LIMITED_DATA_USE"}}),
    ("limited_data_use", {"custom_data": {"opt_out_type": "LDP"}}),
    ("limited_data_use", {"pd[opt_out_type]": "LDP"}),
    ("limited_data_use", {"limited_data_use": True}),
    ("limited_data_use", {"rdp": 1}),
    ("limited_data_use", {"npa": "1"}),
    ("limited_data_use", {"non_personalized_ads": True}),
    ("consent_mode", {"consent": {"ad_user_data": "DENIED"}}),
    ("consent_mode", {"consent": {"adPersonalization": "CONSENT_DENIED"}}),
    ("consent_mode", {"consent": '{"ad_user_data": "DENIED"}'}),
    ("consent_mode", {"consent_state": {"ad_storage": False, "ad_user_data": True}}),
    ("consent_mode", {"ad_user_data": "perhaps"}),
    ("consent_mode", {"x-ga-gcs": "G100"}),
    ("consent_mode", {"x-ga-gcd": "11p1p1p1p5"}),
    ("consent_mode", {"dataLayer": [["consent", "default", {"ad_user_data": "denied"}]]}),
    ("consent_category", {"context": {"consent": {"categoryPreferences": {"Advertising": False}}}}),
    ("consent_category", {"context": {"consent": {"categoryPreferences": {"C0001": True, "C0004": False}}}}),
    ("consent_category", {"context": {"consent": {"categoryPreferences": {"Werbung": False}}}}),
    ("consent_category", {"OnetrustActiveGroups": ",C0001,C0002,"}),
    ("consent_category", {"OnetrustActiveGroups": ",1,2,4,"}),
    ("consent_category", {"OptanonConsent": "isGpcEnabled=0&groups=C0001%3A1%2CC0004%3A0"}),
    ("consent_category", {"tci.purposes_with_consent_all": ["C0001", "C0002"]}),
    ("consent_category", {"tci": {"purposes_with_consent_all": ["C0001"]}}),
    ("consent_category", {"consent_categories": []}),
    ("consent_category", {"consent_categories": ["analytics"]}),
    ("consent_category", {"consent": {"marketing": False}}),
    ("consent", {"customerPrivacy": {"saleOfDataAllowed": False}}),
    ("consent", {"customerPrivacy": {"marketingAllowed": False}}),
    ("consent", {"visitorConsent": {"saleOfData": "no"}}),
    ("consent", {"note_attributes": [{"name": "sale_of_data", "value": "denied"}]}),
    ("consent", {"consent": "denied"}),
    ("consent", {"Consent": "Declined"}),
    ("consent", {"consent": "withdrawn"}),
    ("consent", {"consent": "I do"}),
    ("consent_category", {"consent": "C0001,C0003"}),
    ("gpp", {"consent": "DBABLA~CVQVAAAAAACA"}),
    ("us_privacy", {"consent": "1YYN"}),
    ("consent", {"legalConsentOptions": {"consent": {"consentToProcess": False}}}),
    ("tracking_permission", {"att_status": 2}),
    ("tracking_permission", {"att_status": "0"}),
    ("tracking_permission", {"device": {"trackingStatus": "denied"}}),
    ("tracking_permission", {"device": {"adTrackingEnabled": False}}),
    ("tracking_permission", {"advertiser_tracking_enabled": 0}),
    ("limit_ad_tracking", {"device_info": {"limit_ad_tracking": True}}),
    ("limit_ad_tracking", {"device": {"lmt": 1}}),
    ("limit_ad_tracking", {"lat": 1}),
    ("do_not_track", {"device": {"dnt": 1}}),
    ("global_privacy_control", {"gpc": "1"}),
    ("global_privacy_control", {"globalPrivacyControl": True}),
    ("global_privacy_control", {"global_privacy_control_opt_out": "true"}),
    ("global_privacy_control", {"OptanonConsent": "isGpcEnabled=1&groups=C0001:1,C0004:1"}),
]
WITHHELD: list[tuple[str, dict[str, Any]]] = [
    ("tcf", {"gdpr": 1, "gdpr_consent": ALL_REFUSED}),
    ("tcf", {"tcString": ALL_REFUSED}),
    ("tcf", {"gdpr": 1}),
    ("tcf", {"gdpr": 1, "gdpr_consent": "C?"}),
    ("tcf", {"user": {"ext": {"consent": ALL_REFUSED}}, "regs": {"ext": {"gdpr": 1}}}),
    ("tcf", {"gpp": f"DBABMA~{ALL_REFUSED}", "gpp_sid": "2"}),
    ("tcf", {"IABTCF_PurposeConsents": "1001000"}),
    ("consent_mode", {"consent": {"ad_user_data": "denied", "region": ["DE", "FR-75"]}}),
    ("consent_mode", {"gcs": "G100", "dma": "1"}),
    ("consent_mode", {"gcs": "G100", "data_processing_country": "DE"}),
    ("consent_mode", {"consent": {"ad_user_data": "denied", "region": ["Austria", "nld"]}}),
    ("consent_category", {"consent_categories": [], "policy": "gdpr"}),
    ("consent_category", {"consent_categories": ["analytics"], "policy": "gdpr"}),
    ("consent_category", {"consent_state": {"gdpr": {"advertising": {"consented": False}}}}),
]
ALLOWED: list[dict[str, Any]] = [
    {},
    {"opt_out": False},
    {"opt_out": "no"},
    {"opt_out": "granted"},
    {"opt_out": "1YNN"},
    {"opt_out": ""},
    {"us_privacy": "1YNN"},
    {"us_privacy": "1---"},
    {"us_privacy": ""},
    {"ccpa": "California"},
    {"gpp": US_OK, "gpp_sid": "7"},
    {"gpp": "DBAA", "gpp_sid": "-1"},
    {"gdpr": 0, "gdpr_consent": ALL_REFUSED},
    {"gdpr": 1, "gdpr_consent": ALL_ALLOWED},
    {"gdpr": "0"},
    {"gdpr": 1, "gpp": f"DBABMA~{ALL_ALLOWED}"},
    {"consent": {"ad_user_data": "granted", "ad_storage": "granted", "analytics_storage": "denied"}},
    {"consent": {"ad_user_data": "CONSENT_STATUS_UNSPECIFIED"}},
    {
        "dataLayer": [
            ["consent", "default", {"ad_user_data": "denied"}],
            ["consent", "update", {"ad_user_data": "granted"}],
        ]
    },
    {"consent": {"default": {"ad_storage": "denied"}, "update": {"ad_storage": "granted"}}},
    {"consent": True},
    {"consent": "Granted"},
    {"consent": "accepted"},
    {"consent": ",C0001,C0004,"},
    {"x-ga-gcs": "G111"},
    {"data_processing_options": []},
    {"data_processing_options": [], "data_processing_options_country": 1, "data_processing_options_state": 1000},
    {"limited_data_use": False, "rdp": 0, "opt_out_type": ""},
    {"context": {"consent": {"categoryPreferences": {"Advertising": True, "Analytics": False}}}},
    {"context": {"consent": {"categoryPreferences": {"Werbung": True}}}},
    {"context": {"consent": {"categoryPreferences": {}}}},
    {"OnetrustActiveGroups": ",C0001,C0002,C0004,"},
    {"OptanonConsent": "isGpcEnabled=0&groups=C0001:1,C0004:1"},
    {"consent_categories": [], "policy": "ccpa"},
    {"consent_categories": ["analytics", "display_ads"], "policy": "gdpr"},
    {"do_not_sell": [], "policy": "ccpa"},
    {"consent_state": {"ccpa": {"data_sale_opt_out": {"consented": False}}, "gdpr": {"ads": {"consented": True}}}},
    {"buyer_accepts_marketing": False, "accepts_marketing": False},
    {"customer": {"email_marketing_consent": {"state": "unsubscribed"}, "sms_marketing_consent": None}},
    {"hs_email_optout": True, "HasOptedOutOfEmail": True, "email_opt_out": 1},
    {"legalConsentOptions": {"consent": {"consentToProcess": True, "communications": [{"value": False}]}}},
    {"customerPrivacy": {"saleOfDataAllowed": True, "marketingAllowed": True, "analyticsProcessingAllowed": False}},
    {"att_status": 3},
    {"att_status": "NOT_APPLICABLE"},
    {"advertiser_tracking_enabled": 1},
    {"lmt": 0, "dnt": 0, "gpc": False},
    {"place": {"lat": 1, "lng": 2}},
    {"location": {"lat": 1}},
    {"lat": 40.7},
    {"contents": [{"id": "1", "opt_out": True}]},
    {"att": "AT&T"},
]


@pytest.mark.parametrize(("signal", "fields"), LIMITED)
def test_a_refusal_limits_the_use_of_the_conversion(signal: str, fields: dict[str, Any]) -> None:
    one = heard(fields)
    assert (one.limit, one.signals) == (Limit.LIMIT, (signal,))


@pytest.mark.parametrize(("signal", "fields"), WITHHELD)
def test_a_refusal_under_european_law_withholds_the_conversion(signal: str, fields: dict[str, Any]) -> None:
    one = heard(fields)
    assert (one.limit, one.signals) == (Limit.WITHHOLD, (signal,))
    assert heard(fields, Consent(european_refusal="limit")).limit is Limit.LIMIT


@pytest.mark.parametrize(
    "country",
    [
        *("Portugal", " the netherlands ", "SVN", "Suomi", "Österreich", "372", 40, "040", "United Kingdom (UK)"),
        *("PL-14", "fr_FR", "Réunion", "EU", "European Union", ["Greece"]),
    ],
)
@pytest.mark.parametrize(
    "place_of",
    [
        lambda country: {"user_data": conversion()["user_data"] | {"country": country}},
        lambda country: {"user_data": conversion()["user_data"] | {"Country-Code": country}},
        lambda country: {"user_data": conversion()["user_data"] | {"address": {"country": country}}},
        lambda country: {"data_processing_country": country},
        lambda country: {"billing_country": country},
    ],
)
def test_a_country_in_europe_is_known_in_any_form_and_place(place_of: Any, country: Any) -> None:
    refused = place_of(country) | {"ad_user_data": "denied"}
    assert heard(refused).limit is Limit.WITHHOLD
    assert heard(place_of(country) | {"ad_user_data": "granted"}).limit is Limit.NOTHING


@pytest.mark.parametrize("country", ["Portland", "US-CA", "Canada", "840", "DE facto", 1, None, True, [], {"a": "b"}])
def test_no_other_country_is_in_europe(country: Any) -> None:
    assert heard({"data_processing_country": country, "ad_user_data": "denied"}).limit is Limit.LIMIT


def test_the_numbers_and_letters_of_european_countries_are_those_of_iso_3166() -> None:
    for (
        code
    ) in "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO GB CH".split():
        listed = pycountry.countries.lookup(code)
        assert all(map(europe.is_in, (code, listed.alpha_3, listed.numeric, int(listed.numeric), listed.name)))
    outside = [one for one in pycountry.countries if not europe.is_in(one.alpha_2)]
    assert not any(europe.is_in(one.numeric) or europe.is_in(one.alpha_3) for one in outside)
    assert len(pycountry.countries) - len(outside) == 32 + 7


@pytest.mark.parametrize("fields", ALLOWED)
def test_what_allows_or_says_nothing_limits_nothing(fields: dict[str, Any]) -> None:
    assert heard(fields).limit is Limit.NOTHING
    assert heard(fields).warnings == ()


@pytest.mark.parametrize("fields", [fields for _, fields in LIMITED + WITHHELD] + ALLOWED)
def test_a_conversion_says_what_was_decided_by_its_opt_out_alone(fields: dict[str, Any]) -> None:
    """So that no destination drops a field of consent as one that it does not know."""
    plain = conversion()
    (made,) = post(plain | fields).conversions
    if heard(fields).limit is not Limit.NOTHING:
        assert made["opt_out"] == "true"
    kept = set(made) - set(plain) - {"opt_out"}
    assert kept <= {"policy", "location", "place", "lat", "att", "contents", "dma", "data_processing_country", "event",
                    "dataLayer", "customer", "legalConsentOptions", "note_attributes", "user", "ccpa"}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "signals"),
    [
        ({"opt_out": "false", "us_privacy": "1YYN"}, ("us_privacy",)),
        ({"opt_out": "true", "us_privacy": "1YNN"}, ("opt_out",)),
        ({"us_privacy": "1YNN", "usPrivacy": "1YYN"}, ("us_privacy",)),
        ({"us_privacy": "1YYN", "gpp": US_OUT, "gpc": 1}, ("global_privacy_control", "us_privacy", "gpp")),
        ({"user_data": conversion()["user_data"] | {"us_privacy": "1YYN"}, "us_privacy": "1YNN"}, ("us_privacy",)),
    ],
)
def test_of_several_signals_the_most_restrictive_wins(fields: dict[str, Any], signals: tuple[str, ...]) -> None:
    assert heard(fields).signals == signals


@pytest.mark.parametrize(
    "request_of",
    [
        {"headers": {"sec-gpc": "1"}},
        {"headers": {"sec-gpc": "0, 1"}},
        {"query": {"us_privacy": "1YYN"}},
        {"query": {"gpp": US_OUT, "gpp_sid": "7"}},
        {"shared": {"regs": {"us_privacy": "1YYN"}}},
        {"spoken": [{"context": {"consent": {"categoryPreferences": {"Advertising": False}}}}] * 2},
        {"page": "https://www.example.com/?us_privacy=1YYN"},
        {"shared": {"landing_site": "/products/tea?us_privacy=1YYN"}},
        {"spoken": [{"page_location": "https://www.example.com/?gpc=1"}] * 2},
    ],
)
def test_what_the_request_says_counts_for_each_conversion(request_of: dict[str, Any]) -> None:
    made = post(conversion(), conversion(), **request_of)
    assert [made.heard[index].limit for index in range(2)] == [Limit.LIMIT, Limit.LIMIT]


@pytest.mark.parametrize("value", ["0", "true", "11", ""])
def test_the_header_of_global_privacy_control_is_exactly_1(value: str) -> None:
    assert heard({}, headers={"sec-gpc": value}).limit is Limit.NOTHING


def test_do_not_track_as_a_header_is_not_read() -> None:
    assert heard({}, headers={"dnt": "1"}).limit is Limit.NOTHING


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("us_privacy=1YYN", Limit.LIMIT),
        ("us%5Fprivacy=1YYN", Limit.LIMIT),
        ("a=b&gpp=" + US_OUT, Limit.LIMIT),
        ("pd[opt_out_type]=LDP", Limit.LIMIT),
        ("gpc=1", Limit.LIMIT),
        (f"gdpr=1&gdpr_consent={ALL_REFUSED}", Limit.WITHHOLD),
        ("gdpr=1", Limit.NOTHING),
        ("us_privacy=${US_PRIVACY}", Limit.NOTHING),
        ("lat=1&lmt=1&att=2", Limit.NOTHING),
        ("utm_source=roku", Limit.NOTHING),
    ],
)
def test_a_pages_address_can_refuse_and_never_allow(query: str, limit: Limit) -> None:
    address = {"event_source_url": f"https://www.example.com/thanks?{query}"}
    assert heard(address).limit is limit
    assert heard(address | {"us_privacy": "1YYN"}).limit >= Limit.LIMIT


@pytest.mark.parametrize(
    ("settings", "preferences", "limit"),
    [
        (Consent(categories=("Werbung",)), {"Werbung": False}, Limit.LIMIT),
        (Consent(categories=("Werbung",)), {"Werbung": True, "Advertising": False, "Profile": False}, Limit.NOTHING),
        (Consent(categories=("werbung", "Partner Ads")), {"Werbung": True, "partner_ads": False}, Limit.LIMIT),
        (Consent(categories=("Werbung",)), {"Statistik": True}, Limit.LIMIT),
        (PLAIN, {"Advertising": True, "Remarketing": False}, Limit.LIMIT),
    ],
)
def test_the_senders_entry_names_the_category_that_counts(
    settings: Consent, preferences: dict[str, bool], limit: Limit
) -> None:
    one = heard({"context": {"consent": {"categoryPreferences": preferences}}}, settings)
    assert one.limit is limit
    named = bool(settings.categories) and "Werbung" in preferences
    assert (limit is Limit.NOTHING or named) or "consent.categories" in one.warnings[0][1]


def test_a_sender_of_europe_has_european_refusals() -> None:
    assert heard({"opt_out": True}, Consent(law="eu")).limit is Limit.WITHHOLD
    assert heard({"opt_out": False}, Consent(law="eu")).limit is Limit.NOTHING


def test_where_european_law_applies_each_refusal_is_one_under_it() -> None:
    fields = {"gdpr": 1, "gdpr_consent": ALL_ALLOWED, "OnetrustActiveGroups": ",C0001,"}
    assert heard(fields).limit is Limit.WITHHOLD


def test_a_vendor_without_consent_is_named() -> None:
    one = heard({"gdpr": 1, "gdpr_consent": ONLY_755})
    assert (one.limit, one.lacking) == (Limit.NOTHING, frozenset({ROKU}))
    assert heard({"gdpr": 1, "gdpr_consent": ONLY_755}, Consent(european_refusal="limit")).limit is Limit.LIMIT


@pytest.mark.parametrize(
    ("fields", "limit"),
    [({}, Limit.LIMIT), ({"us_privacy": "1---"}, Limit.LIMIT), ({"us_privacy": "1YNN"}, Limit.NOTHING)],
)
def test_an_operator_may_want_a_limit_where_nobody_said_anything(fields: dict[str, Any], limit: Limit) -> None:
    one = heard(fields, Consent(also_limits=("no_signal",)))
    assert (one.limit, one.signals) == (limit, ("no_signal",) if limit else ())


@pytest.mark.parametrize(
    ("setting", "fields"),
    [("ad_storage", {"gcs": "G100"}), ("ad_storage", {"ad_storage": "denied"}), ("not_asked", {"att_status": 0})],
)
def test_an_operator_may_take_a_doubtful_signal_for_none(setting: str, fields: dict[str, Any]) -> None:
    assert heard(fields).limit is Limit.LIMIT
    assert heard(fields, Consent(does_not_limit=(setting,))).limit is Limit.NOTHING


def test_what_cannot_be_read_is_told_by_field_and_reason() -> None:
    ((field, text),) = heard({"us_privacy": "yes"}).warnings
    assert field == "us_privacy"
    assert "1YNN" in text
    assert "counts as a refusal" in text


def test_more_fields_of_one_kind_than_anybody_has_limit() -> None:
    assert heard({"values": [{"us_privacy": "1YNN"}] * 13}).limit is Limit.LIMIT
    assert heard({"values": [{"us_privacy": "1YNN"}] * 12}).limit is Limit.NOTHING


def test_a_repeat_within_a_post_is_as_strict_as_the_strictest_of_them() -> None:
    plain = conversion() | {"event_id": "7"}
    other = conversion() | {"event_id": "8"}
    made = post(plain, other, plain | {"event_id": 7, "us_privacy": "1YYN"}, plain | {"us_privacy": "1YNN"})
    assert [one.get("opt_out") for one in made.conversions] == ["true", None, "true", "true"]
    assert {index: one.signals for index, one in made.heard.items()} == dict.fromkeys((0, 2, 3), ("us_privacy",))


class Counted(dict[str, Any]):
    """Counts how often somebody goes through all that is in it."""

    walks = 0

    def items(self) -> Any:
        self.walks += 1
        return super().items()

    def values(self) -> Any:
        self.walks += 1
        return super().values()

    def __iter__(self) -> Any:
        self.walks += 1
        return super().__iter__()


def test_what_a_body_says_beside_its_events_is_gone_through_once_for_all_of_them() -> None:
    walks = []
    for events in (1, 500):
        shared = Counted({"device": {"country": "US"}, "more": 1})
        posting = post(
            *[conversion(event_id=f"e-{place}") | {"opt_out": "true"} for place in range(events)], shared=shared
        )
        assert len(posting.heard) == events
        walks.append(shared.walks)
    assert walks[0] == walks[1] > 0
