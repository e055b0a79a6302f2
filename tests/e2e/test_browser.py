"""The script for web pages in a real Chromium: what a page says reaches Roku, whatever the page does next."""

import pytest

from tests.e2e.chromium import needs_chromium
from tests.e2e.web import BEACON_REFUSED, FIRST_LINE, SEND_FETCH, Web

pytestmark = needs_chromium

# What a browser may make of beacons.
BEACON_MISSING = "Navigator.prototype.sendBeacon = undefined;"
BEACON_BROKEN = "Navigator.prototype.sendBeacon = () => { throw new TypeError('illegal') };"
# The page notes how fetch was called last.
NOTING = "window.how = {}; const send = fetch; fetch = (url, how) => send(url, window.how = how);"
CALL = "relay('PURCHASE', {event_id: '%s', user_data: {em: 'jane@example.com'}})"


def test_three_lines_send_a_conversion(world: Web) -> None:
    call = (
        "relay('PURCHASE', {event_id: 'lines', custom_data: {value: 25, currency: 'USD', order_id: 'order-1'},"
        " user_data: {em: 'jane@example.com'}})"
    )
    url = world.page("/thanks", f"<script>{call}</script>")
    with world.visitor() as visitor:
        visitor.open(url)
        event = world.arrived("lines")
    assert visitor.kinds == ["ping"]
    assert event["event_name"] == "PURCHASE"
    assert event["event_source"] == "website"
    assert event["event_source_url"] == url
    assert event["custom_data"] == {"value": 25, "currency": "USD", "order_id": "order-1"}
    # SHA-256 of jane@example.com
    assert event["user_data"]["em"] == "8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d"
    assert event["user_data"]["client_ip_address"] == "203.0.113.1"
    assert "Chrome" in event["user_data"]["client_user_agent"]


def test_a_call_without_fields_has_an_id_a_time_and_the_page_before(world: Web) -> None:
    before = world.site.put("/before", "<a href='/'>on</a>", {"Referrer-Policy": "unsafe-url"})
    world.page()
    with world.visitor() as visitor:
        page = visitor.open(before)
        page.click("a")
        page.wait_for_url(world.site.origin + "/")
        begun = page.evaluate("Math.floor(Date.now() / 1000)")
        page.evaluate("relay('LEAD')")
        event = world.arrived(visitor.posted[0]["event_id"])
        now = page.evaluate("Date.now()") / 1000
    assert event["referrer_url"] == before
    assert begun <= event["event_time"] <= now
    assert len(event["event_id"]) == 36


@pytest.mark.parametrize(
    ("case", "attributes", "browser", "kind"),
    [
        ("usual", "", "", "ping"),
        ("refused", "", BEACON_REFUSED, "fetch"),
        ("missing", "", BEACON_MISSING, "fetch"),
        ("broken", "", BEACON_BROKEN, "fetch"),
        ("asked", SEND_FETCH, "", "fetch"),
    ],
)
def test_a_beacon_is_sent_or_else_a_fetch_that_outlives_the_page(
    world: Web, case: str, attributes: str, browser: str, kind: str
) -> None:
    name = f"way-{case}"
    with world.visitor() as visitor:
        visitor.context.add_init_script(NOTING + browser)
        page = visitor.open(world.page(attributes=attributes))
        page.evaluate(CALL % name)
        world.arrived(name)
        assert page.evaluate("how.keepalive") is (True if kind == "fetch" else None)
    assert visitor.kinds == [kind]


@pytest.mark.parametrize(
    ("case", "attributes", "browser"),
    [("usual", "", ""), ("refused", "", BEACON_REFUSED), ("asked", SEND_FETCH, "")],
)
@pytest.mark.parametrize("moment", ["click", "pagehide"])
def test_what_is_sent_while_the_page_goes_away_arrives(
    world: Web, moment: str, case: str, attributes: str, browser: str
) -> None:
    name = f"{moment}-{case}"
    call = f"addEventListener('{moment}', () => {CALL % name})"
    world.site.put("/next", "next")
    with world.visitor() as visitor:
        visitor.context.add_init_script(browser)
        page = visitor.open(world.page("/", f"<a href='/next'>next</a><script>{call}</script>", attributes))
        page.click("a")
        page.wait_for_url("**/next")
        world.arrived(name)


@pytest.mark.parametrize(
    ("attributes", "length", "kind", "outlives"),
    [
        ("", 19_000, "ping", None),
        ("", 70_000, "fetch", False),
        (SEND_FETCH, 19_000, "fetch", True),
        (SEND_FETCH, 70_000, "fetch", False),
    ],
)
def test_a_request_may_outlive_its_page_while_64_kib_hold_it(
    world: Web, attributes: str, length: int, kind: str, outlives: bool | None
) -> None:
    name = f"length-{length}-{len(attributes)}"
    with world.visitor() as visitor:
        visitor.context.add_init_script(NOTING)
        page = visitor.open(world.page(attributes=attributes))
        # Three bytes each in UTF-8: of 20,000 characters the most.
        page.evaluate(
            "([name, length]) => relay('LEAD', {event_id: name, note: '\u20ac'.repeat(length)})", [name, length]
        )
        world.arrived(name)
        assert page.evaluate("how.keepalive") is outlives
    # Chromium announces a beacon before it refuses it for its size.
    assert visitor.kinds[-1] == kind


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
        page = visitor.open(world.stranger.put("/", FIRST_LINE + world.script()))
        with page.expect_response("**/v1/beacon*") as refused:
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
    arguments = [f"{world.api}/v1/beacon", "page-key+&#%"]
    with world.visitor() as visitor:
        assert visitor.open(world.page()).evaluate(PREFLIGHTED, arguments) == 202
        other = visitor.open(world.stranger.put("/", "other"))
        assert other.evaluate(PREFLIGHTED, arguments) == "TypeError"
