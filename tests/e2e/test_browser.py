"""The script for web pages in a real Chromium: what a page says reaches Roku, whatever the page does next."""

from collections.abc import Iterator

import pytest

from tests.e2e.chromium import needs_chromium
from tests.e2e.web import FIRST_LINE, Web, web

pytestmark = needs_chromium

# A browser whose fetch does not outlive the page, and what such a browser may make of beacons.
NO_KEEPALIVE = "delete Request.prototype.keepalive;"
BEACON_REFUSED = NO_KEEPALIVE + "navigator.sendBeacon = () => false;"
BEACON_MISSING = NO_KEEPALIVE + "Navigator.prototype.sendBeacon = undefined;"
BEACON_ONLY = NO_KEEPALIVE + "window.fetch = () => { throw new Error('unused') };"
CALL = "relay('PURCHASE', {event_id: '%s', user_data: {em: 'jane@example.com'}})"


@pytest.fixture(scope="module")
def world() -> Iterator[Web]:
    with web() as running:
        yield running


def test_three_lines_send_a_conversion(world: Web) -> None:
    call = (
        "relay('PURCHASE', {event_id: 'lines', custom_data: {value: 25, currency: 'USD', order_id: 'order-1'},"
        " user_data: {em: 'jane@example.com'}})"
    )
    url = world.page("/thanks", f"<script>{call}</script>")
    with world.visitor() as visitor:
        visitor.open(url)
        event = world.arrived("lines")
    assert visitor.requests == 1
    assert event["event_name"] == "PURCHASE"
    assert event["event_source"] == "website"
    assert event["event_source_url"] == url
    assert event["custom_data"] == {"value": 25, "currency": "USD", "order_id": "order-1"}
    # SHA-256 of jane@example.com
    assert event["user_data"]["em"] == "8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d"
    assert event["user_data"]["client_ip_address"] == "127.0.0.1"
    assert "Chrome" in event["user_data"]["client_user_agent"]


def test_a_call_without_fields_has_an_id_a_time_and_the_page_before(world: Web) -> None:
    before = world.site.put("/before", "<a href='/'>on</a>", {"Referrer-Policy": "unsafe-url"})
    world.page()
    with world.visitor() as visitor:
        page = visitor.open(before)
        page.click("a")
        page.wait_for_url(world.site.origin + "/")
        page.evaluate("relay('LEAD')")
        event = world.arrived(visitor.posted[0]["event_id"])
        now = page.evaluate("Date.now()") / 1000
    assert event["referrer_url"] == before
    assert now - 60 < event["event_time"] <= now
    assert len(event["event_id"]) == 36


@pytest.mark.parametrize("browser", ["", BEACON_ONLY, BEACON_REFUSED, BEACON_MISSING])
def test_every_way_of_sending_arrives(world: Web, browser: str) -> None:
    name = f"way-{len(browser)}"
    with world.visitor() as visitor:
        visitor.context.add_init_script(browser)
        visitor.open(world.page()).evaluate(CALL % name)
        world.arrived(name)


@pytest.mark.parametrize("browser", ["", BEACON_ONLY])
@pytest.mark.parametrize("moment", ["click", "pagehide"])
def test_what_is_sent_while_the_page_goes_away_arrives(world: Web, browser: str, moment: str) -> None:
    name = f"{moment}-{len(browser)}"
    call = f"addEventListener('{moment}', () => {CALL % name})"
    world.site.put("/next", "next")
    with world.visitor() as visitor:
        visitor.context.add_init_script(browser)
        page = visitor.open(world.page("/", f"<a href='/next'>next</a><script>{call}</script>"))
        page.click("a")
        page.wait_for_url("**/next")
        world.arrived(name)


@pytest.mark.parametrize(("length", "outlives"), [(10, True), (19_000, True), (70_000, False)])
def test_a_request_may_outlive_its_page_while_64_kib_hold_it(world: Web, length: int, outlives: bool) -> None:
    name = f"length-{length}"
    with world.visitor() as visitor:
        visitor.context.add_init_script("const send = fetch; fetch = (url, how) => send(url, window.how = how)")
        page = visitor.open(world.page())
        # Three bytes each in UTF-8: of 20,000 characters the most.
        page.evaluate(
            "([name, length]) => relay('LEAD', {event_id: name, note: '\u20ac'.repeat(length)})", [name, length]
        )
        assert page.evaluate("how.keepalive") is outlives
        world.arrived(name)


def test_loaded_twice_it_sends_once(world: Web) -> None:
    twice = world.script() + f"<script>{CALL % 'twice'}</script>" + FIRST_LINE + world.script()
    with world.visitor() as visitor:
        page = visitor.open(world.site.put("/twice", FIRST_LINE + twice))
        page.evaluate(CALL % "afterwards")
        visitor.context.set_offline(True)
        page.evaluate(CALL % "offline-twice")
        visitor.context.set_offline(False)
        names = ["twice", "afterwards", "offline-twice"]
        for name in names:
            world.arrived(name)
    assert [event["event_id"] for event in visitor.posted] == names


def test_pages_of_another_origin_are_refused(world: Web) -> None:
    with world.visitor() as visitor:
        # Of a beacon the answer can be seen from here; fetch hides it, as it comes without leave for this origin.
        visitor.context.add_init_script(BEACON_ONLY)
        page = visitor.open(world.stranger.put("/", FIRST_LINE + world.script()))
        with page.expect_response("**/v1/events*") as refused:
            page.evaluate(CALL % "stranger")
        assert refused.value.status == 403
        # What came after it has arrived, so it would have too.
        visitor.open(world.page()).evaluate(CALL % "friend")
        world.arrived("friend")
    assert world.relay.conversions("stranger") == []


PREFLIGHTED = """([url, key]) => fetch(url, {method: "POST",
    headers: {"Content-Type": "application/json", Authorization: "Bearer " + key},
    body: JSON.stringify({event_group_id: "shop", event_name: "LEAD", event_id: "preflight-" + location.port,
                          event_time: Math.floor(Date.now() / 1000)})
}).then(answer => answer.status, error => error.name)"""


def test_a_preflighted_request_is_for_pages_of_the_keys_origins(world: Web) -> None:
    arguments = [f"{world.api}/v1/events", "page-key+&#%"]
    with world.visitor() as visitor:
        assert visitor.open(world.page()).evaluate(PREFLIGHTED, arguments) == 202
        other = visitor.open(world.stranger.put("/", "other"))
        assert other.evaluate(PREFLIGHTED, arguments) == "TypeError"
