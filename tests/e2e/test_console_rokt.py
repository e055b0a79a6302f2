"""The console's second lane: what Rokt gets, refuses and is not given, beside Roku, in a real browser."""

import json
import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.chromium import needs_chromium
from tests.e2e.console import Console
from tests.e2e.relay import BOTH

PARAMETERS = BOTH

pytestmark = needs_chromium


def _row(console: Console, event_id: str, destination: str) -> Locator:
    rows = console.page.locator("#rows tr:not(.detail)").filter(has=console.id_button(event_id))
    return rows.filter(has_text=f"→ {destination}").first


def _becomes(console: Console, event_id: str, **outcomes: str) -> None:
    for destination, outcome in outcomes.items():
        expect(_row(console, event_id, destination).locator(".chip")).to_have_text(outcome)


def _node(console: Console, name: str) -> Locator:
    return console.page.get_by_role("group", name=name, exact=True)


def test_a_sample_is_delivered_to_both_each_in_its_own_form(console: Console) -> None:
    page = console.page
    console.choose("purchase-with-click-id")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="Answer 202")).to_be_visible()
    queued = {
        name: json.loads(page.get_by_role("region", name=f"order-9001 as queued for {name}").inner_text())
        for name in ("roku", "rokt")
    }
    assert queued["roku"]["event_name"] == "PURCHASE"
    (event,) = queued["rokt"]["events"]
    assert event["data"]["custom_attributes"]["confirmationref"] == "9001"
    assert queued["rokt"]["user_identities"]["other2"] == "1bc29b36f623ba82aaf6724fd3b16718"
    # Each hashed by its own rules: Roku's without the tag, Rokt's with it.
    assert queued["roku"]["user_data"]["em"] != queued["rokt"]["user_identities"]["other"]
    assert "@" not in json.dumps(queued)
    _becomes(console, "order-9001", roku="delivered", rokt="delivered")
    expect(_node(console, "Roku")).to_contain_text("last: 200")
    expect(_node(console, "Rokt")).to_contain_text("last: 202")
    expect(_node(console, "Ledger (Rokt)")).to_contain_text(re.compile(r"[1-9]\d*remembered"))
    # The latest news, which is of the one that came last.
    expect(page.locator("#news")).to_contain_text(re.compile(r"order-9001 delivered \(rok[ut]\)"))
    page.reload()  # and nothing is posted after it
    _becomes(console, "order-9001", roku="delivered", rokt="delivered")


def test_rokt_is_out_while_roku_goes_on_and_gets_its_own_when_it_is_back(console: Console) -> None:
    sandbox = console.panel("Rokt sandbox")
    sandbox.get_by_role("switch", name="Outage").check()
    expect(_node(console, "Rokt")).to_contain_text("outage")
    console.send(event_id="away-1")
    _becomes(console, "away-1", roku="delivered", rokt="waiting")
    waiting = console.panel("Waiting for Rokt")
    expect(waiting.get_by_role("listitem")).to_contain_text(re.compile(r"away-1.*back in \d+ s", re.DOTALL))
    expect(waiting).to_contain_text("unreachable")
    expect(console.panel("Waiting for Roku")).to_contain_text("No message waits")
    sandbox.get_by_role("switch", name="Outage").uncheck()
    expect(sandbox.get_by_role("button", name="All off")).to_be_disabled()
    waiting.get_by_role("button", name="Try now").click()
    _becomes(console, "away-1", rokt="delivered")
    assert len(console.relay.rokt_conversions("away-1")) == len(console.relay.conversions("away-1")) == 1


@pytest.mark.parametrize("way", ["named", "vague"])
def test_an_id_that_rokt_refuses_is_its_dead_letter_alone_and_is_redriven(console: Console, way: str) -> None:
    sandbox, letters = console.panel("Rokt sandbox"), console.panel("Dead letters for Rokt")
    bad, good = f"bad-{way}", f"good-{way}"
    if way == "vague":  # the answer does not say which event it means
        sandbox.get_by_label("How an error names its event").select_option("none")
        sandbox.get_by_role("switch", name="Vague errors").check()
        expect(_node(console, "Rokt")).to_contain_text("names by none")
    sandbox.get_by_label("Event id to refuse").first.fill(bad)
    sandbox.get_by_role("button", name="Refuse this id").click()
    lift = sandbox.get_by_role("button", name=f"Take {bad} again")
    expect(lift).to_be_visible()
    console.send(event_id=bad, more=[{"event_id": good}])
    _becomes(console, bad, roku="delivered", rokt="rejected")
    _becomes(console, good, roku="delivered", rokt="delivered")
    expect(letters.get_by_role("listitem")).to_contain_text(re.compile(rf"{bad}.*PURCHASE.*refused by", re.DOTALL))
    expect(console.panel("Dead letters for Roku")).to_contain_text("None.")
    lift.click()
    expect(lift).to_have_count(0)
    letters.get_by_role("button", name="Redrive all").click()
    _becomes(console, bad, rokt="delivered")
    expect(letters).to_contain_text("1 dead letter moved back to the queue")
    assert len(console.relay.rokt_conversions(bad)) == 1


def test_a_samples_own_refusals_reach_the_sandbox_that_they_are_of(console: Console) -> None:
    console.choose("rejected-by-rokt")
    console.page.get_by_role("button", name="Send", exact=True).click()
    _becomes(console, "order-9302", roku="delivered", rokt="rejected")
    _becomes(console, "order-9301", roku="delivered", rokt="delivered")
    console.relay.accept()
    console.panel("Dead letters for Rokt").get_by_role("button", name="Redrive all").click()
    _becomes(console, "order-9302", rokt="delivered")


def test_what_is_withheld_from_either_alone_is_told_with_its_name(console: Console) -> None:
    page = console.page
    console.choose("opted-out")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#answer-body")).to_contain_text("withheld for rokt: the person opted out")
    _becomes(console, "order-9201", roku="delivered", rokt="withheld")
    expect(_node(console, "API")).to_contain_text("1 withheld")
    console.choose("audience-update")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="Answer 202")).to_be_visible()
    _becomes(console, "member-9102", roku="withheld", rokt="delivered")


def test_a_phone_shows_both_lanes_without_sideways_scrolling(console: Console) -> None:
    page = console.page
    page.set_viewport_size({"width": 360, "height": 740})
    places = [_node(console, name).bounding_box() for name in ("Queue (Roku)", "Roku", "Queue (Rokt)", "Rokt")]
    tops = [place["y"] for place in places if place]
    assert len(tops) == 4
    assert tops == sorted(tops)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
