"""The server-side Tag Manager template to paste: its structure, its own tests, and what the relay reads of its posts.

The sandboxed JavaScript runs on Node.js in doubles of a server container's API, which has nothing but what Google
documents and refuses whatever the template has no permission for.
"""

import json
import re
from functools import cache
from typing import Any

import pytest
import yaml

from pipeline.intake.received import Received
from pipeline.intake.senders import SourceSettings
from sources.inbound import Inbound
from sources.web import ga4
from tests.integration.pasted import DOCS, NOW, needs_node, received, run
from tests.unit.conversions import sha, written

TEMPLATE = (DOCS / "gtm-server.tpl").read_text(encoding="utf-8")
_NAMES = re.findall(r"^___([A-Z_]+)___$", TEMPLATE, re.MULTILINE)
SECTIONS = dict(
    zip(_NAMES, (part.strip() for part in re.split(r"^___[A-Z_]+___$", TEMPLATE, flags=re.MULTILINE)[1:]), strict=True)
)
CODE = SECTIONS["SANDBOXED_JS_FOR_SERVER"]
PARAMETERS = json.loads(SECTIONS["TEMPLATE_PARAMETERS"])
PERMISSIONS = {one["instance"]["key"]["publicId"]: one for one in json.loads(SECTIONS["SERVER_PERMISSIONS"])}
OWN_TESTS = yaml.safe_load(SECTIONS["TESTS"])

DATA = {"url": "https://relay.example.com", "key": "a-key"}
# As the GA4 client of a server container hands it over ("Common event data").
LEAD = {
    "event_name": "generate_lead",
    "client_id": "ABC_123",
    "ip_override": "203.0.113.9",
    "user_agent": "Mozilla/5.0 (X11)",
    "page_location": "https://www.example.com/contact?utm_source=roku",
    "event_id": "lead-7",
    "value": 50,
    "currency": "USD",
    "user_data": {"email_address": ["ada@example.net"], "address": [{"first_name": "Ada", "country": "US"}]},
}
FAILED, TIMED_OUT = {"reason": "failed"}, {"reason": "timed_out"}

TAGS: dict[str, dict[str, Any]] = {
    "lead": {"event": LEAD},
    "own fields": {
        "event": LEAD,
        "data": {"eventId": "own-1", "eventName": "sign_up", "eventGroup": "group-2", "url": "https://relay.example.com/"},
    },
    "test mode": {"event": LEAD, "data": {"testMode": True}},
    "purchase": {"event": {"event_name": "purchase", "transaction_id": "T-9", "value": 1, "currency": "USD"}},
    "no id": {"event": {"event_name": "sign_up", "ip_override": "203.0.113.9"}, "answers": [TIMED_OUT]},
    "nothing": {"event": {}},
    "gcs": {"event": LEAD, "query": {"gcs": "G100"}},
    "gcd": {"event": LEAD, "query": {"gcd": "11p1p1p1p5"}},
    "granted": {"event": LEAD, "query": {"gcs": "G111", "gcd": "11t1t1t1t5", "npa": "0"}},
    "npa": {"event": LEAD, "query": {"npa": "1"}},
    "dma": {"event": LEAD, "query": {"gcs": "G100", "dma": "1"}},
    "event data first": {"event": {**LEAD, "gcs": "G100"}, "query": {"gcs": "G111"}},
    "container": {"event": {**LEAD, "x-ga-gcs": "G100"}},
    "gpc": {"event": LEAD, "headers": {"sec-gpc": "1"}},
    "no gpc": {"event": LEAD, "headers": {"sec-gpc": "0"}},
    **{f"answer {status}": {"event": LEAD, "answers": [{"statusCode": status}] * 2}
       for status in (200, 202, 210, 400, 401, 403, 413, 429, 500, 503)},
    "failed": {"event": LEAD, "answers": [FAILED] * 2},
    "timed out": {"event": LEAD, "answers": [TIMED_OUT] * 2},
    "recovered": {"event": LEAD, "answers": [FAILED, {"statusCode": 202}]},
    "down and back": {"event": LEAD, "answers": [{"statusCode": 503}, {"statusCode": 202}]},
    **{f"without {name}": {"event": LEAD, "without": name} for name in PERMISSIONS},
}  # fmt: skip
WRONG = {"name": "an assertion that is wrong is told", "code": "assertThat(1).isEqualTo(2);"}
SCENARIOS = [*OWN_TESTS["scenarios"], WRONG]


@cache
def ran() -> tuple[dict[str, Any], dict[str, str]]:
    """What became of each tag that fired, and what was wrong with each of the template's own tests."""
    tags = [{"tag": {**one, "data": DATA | one.get("data", {})}} for one in TAGS.values()]
    tests = [{"test": {"setup": OWN_TESTS["setup"], "code": one["code"]}} for one in SCENARIOS]
    found = run("gtm.cjs", "gtm-server.tpl", [*tags, *tests])
    fired, told = found[: len(tags)], found[len(tags) :]
    return dict(zip(TAGS, fired, strict=True)), dict(zip((one["name"] for one in SCENARIOS), told, strict=True))


def fired(name: str) -> dict[str, Any]:
    found: dict[str, Any] = ran()[0][name]
    return found


def post_of(name: str) -> dict[str, Any]:
    """The one post of a tag that fired."""
    (one,) = fired(name)["posted"]
    found: dict[str, Any] = one
    return found


def read(name: str) -> Received:
    """What becomes for Roku of the one post of a tag."""
    raw = json.dumps(post_of(name)["body"]).encode()
    return received(ga4.read(Inbound(raw, {}, SourceSettings(), NOW)))


def sent(name: str) -> dict[str, Any]:
    """The one event of a tag, as it goes to Roku."""
    made = read(name)
    assert (made.failed, list(made.events)) == ({}, [0])
    return written(made.events[0])


def test_it_has_the_sections_of_a_server_tag_in_their_order() -> None:
    assert _NAMES == [
        "TERMS_OF_SERVICE",
        "INFO",
        "TEMPLATE_PARAMETERS",
        "SANDBOXED_JS_FOR_SERVER",
        "SERVER_PERMISSIONS",
        "TESTS",
        "NOTES",
    ]
    info = json.loads(SECTIONS["INFO"])
    assert (info["type"], info["id"], info["version"]) == ("TAG", "cvt_temp_public_id", 1)
    assert info["containerContexts"] == ["SERVER"]
    assert {"displayName", "description", "securityGroups", "categories", "brand"} <= set(info)


def test_each_field_is_read_and_each_that_is_read_is_a_field() -> None:
    used = set(re.findall(r"\bdata\.(\w+)", CODE)) - {"gtmOnSuccess", "gtmOnFailure"}
    assert sorted(used) == sorted(one["name"] for one in PARAMETERS)
    assert all(one["simpleValueType"] for one in PARAMETERS)  # else data holds an object
    assert {one["name"] for one in PARAMETERS if {"type": "NON_EMPTY"} in one.get("valueValidators", [])} == {
        "url",
        "key",
    }


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://abc.execute-api.us-east-1.amazonaws.com", True),
        ("https://relay.example.com/", True),
        ("http://relay.example.com", False),
        ("relay.example.com", False),
        ("https://relay.example.com/v1/events", False),
        ("https://relay.example.com ", False),
    ],
)
def test_the_address_is_checked_in_the_form(url: str, taken: bool) -> None:
    (rule,) = (one for one in PARAMETERS[0]["valueValidators"] if one["type"] == "REGEX")
    assert bool(re.search(rule["args"][0], url)) is taken


def test_the_code_is_in_the_subset_that_containers_run() -> None:
    # ECMAScript 5.1 with const, let and arrows; there is no new and no this.
    for code in (CODE, OWN_TESTS["setup"], *(one["code"] for one in OWN_TESTS["scenarios"])):
        bare = re.sub(r"'[^'\n]*'", "''", re.sub(r"^\s*//.*$", "", code, flags=re.MULTILINE))
        found = re.findall(
            r"`|\.\.\.|\?\.|\?\?|\*\*|\b(?:new|this|class|async|await|of|function|import|typeof|try)\b", bare
        )
        assert found == []


@needs_node
def test_it_asks_for_exactly_what_its_permissions_open() -> None:
    asked = set(re.findall(r"require\('(\w+)'\)", CODE))
    assert set(fired("lead")["used"]) == asked
    for name in PERMISSIONS:
        assert fired(f"without {name}")["error"].endswith(f"needs the permission {name}")
        assert fired(f"without {name}")["posted"] == []


def test_it_reads_one_header_and_four_parameters_of_the_visitors_request_and_logs_in_preview_alone() -> None:
    def listed(key: str) -> list[str]:
        (one,) = (one for one in PERMISSIONS["read_request"]["instance"]["param"] if one["key"] == key)
        return [item["mapValue"][0]["string"] for item in one["value"]["listItem"]]

    assert listed("headerWhitelist") == ["sec-gpc"]
    assert listed("queryParameterWhitelist") == ["gcs", "gcd", "dma", "npa"]
    (logging,) = PERMISSIONS["logging"]["instance"]["param"]
    assert logging["value"]["string"] == "debug"


@needs_node
@pytest.mark.parametrize("name", [one["name"] for one in OWN_TESTS["scenarios"]])
def test_its_own_tests_hold(name: str) -> None:
    assert ran()[1][name] == ""


@needs_node
def test_its_own_tests_can_fail() -> None:
    assert "1 is not 2" in ran()[1][WRONG["name"]]


@needs_node
def test_it_posts_the_event_to_the_ga4_route_with_the_key_in_a_header() -> None:
    post = post_of("lead")
    assert post["url"] == "https://relay.example.com/v1/sources/ga4"
    assert post["options"]["method"] == "POST"
    assert post["options"]["headers"] == {"Content-Type": "application/json", "Authorization": "Bearer a-key"}
    assert post["body"] == LEAD


@needs_node
def test_a_lead_has_all_that_roku_takes_of_it_and_no_warning() -> None:
    assert read("lead").warnings == []
    assert sent("lead") == {
        "event_id": "lead-7",
        "event_name": "LEAD",
        "event_type": "conversion",
        "event_time": NOW,
        "event_source": "website",
        "event_source_url": "https://www.example.com/contact?utm_source=roku",
        "user_data": {
            "is_hashed": True,
            "em": sha("ada@example.net"),
            "fn": sha("ada"),
            "country": "US",
            "client_ip_address": "203.0.113.9",
            "client_user_agent": "Mozilla/5.0 (X11)",
        },
        "custom_data": {"value": 50.0, "currency": "USD", "utm_source": "roku"},
    }


@needs_node
def test_the_tags_own_fields_go_before_the_event_data() -> None:
    post = post_of("own fields")
    assert post["url"] == "https://relay.example.com/v1/sources/ga4"
    assert post["body"]["event_group_id"] == "group-2"
    event = sent("own fields")
    assert (event["event_id"], event["event_name"]) == ("own-1", "SIGN_UP")


@needs_node
def test_in_test_mode_nothing_counts() -> None:
    assert post_of("test mode")["url"] == "https://relay.example.com/v1/test_events?source=ga4"


@needs_node
def test_an_order_keeps_its_transaction_as_id_and_what_has_none_gets_one_for_both_tries() -> None:
    assert "event_id" not in post_of("purchase")["body"]
    first, second = (one["body"]["event_id"] for one in fired("no id")["posted"])
    assert first == second
    assert first.startswith("gtm-")


@needs_node
def test_an_event_without_a_name_is_ignored_by_the_relay_and_no_failure() -> None:
    assert list(read("nothing").ignored) == [0]
    assert fired("nothing")["told"] == ["success"]


@needs_node
@pytest.mark.parametrize("name", ["gcs", "gcd", "npa", "event data first", "container", "gpc"])
def test_a_refusal_of_the_visitor_limits_the_event(name: str) -> None:
    assert sent(name)["opt_out"] == "true"


@needs_node
@pytest.mark.parametrize("name", ["lead", "granted", "no gpc"])
def test_without_a_refusal_nothing_is_limited(name: str) -> None:
    assert "opt_out" not in sent(name)


@needs_node
def test_a_refusal_under_european_law_is_withheld() -> None:
    assert list(read("dma").withheld) == [0]


@needs_node
@pytest.mark.parametrize(
    ("name", "told", "posts"),
    [
        ("answer 200", "success", 1),
        ("answer 202", "success", 1),
        ("answer 210", "failure", 1),
        ("answer 400", "failure", 1),
        ("answer 401", "failure", 1),
        ("answer 403", "failure", 1),
        ("answer 413", "failure", 1),
        ("answer 429", "failure", 2),
        ("answer 500", "failure", 2),
        ("answer 503", "failure", 2),
        ("failed", "failure", 2),
        ("timed out", "failure", 2),
        ("recovered", "success", 2),
        ("down and back", "success", 2),
    ],
)
def test_the_container_is_told_once_how_it_ended(name: str, told: str, posts: int) -> None:
    found = fired(name)
    assert found["told"] == [told]
    assert len(found["posted"]) == posts
    assert len(found["logged"]) == 1
