"""`relay console` on a deployed stack, which the running local one is by its AWS endpoint, in a real browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from local.senders import SENDER_KEY, key_of
from relay import console_server
from relay.console import View
from relay.deployment import Where, connect
from tests.bounds import BOUND, BROWSER_BOUND
from tests.e2e.chromium import needs_chromium
from tests.e2e.relay import EVENT, MISSED_CALL, Relay, until

pytestmark = needs_chromium
PARAMETERS = {"DefaultEventGroup": "g"}
TOKEN = "a-token-of-the-test"
MISSED = MISSED_CALL | {"resource_id": "CAL-MISSED"}


@contextmanager
def _page(relay: Relay, browser: Browser, *, allow: bool, width: int = 1280, place: str = "") -> Iterator[Page]:
    """The page at that width, opened as the command opens it; at its end it had no faults."""
    relay.stack._stdout.install()
    view = View(connect(Where(stack="local", region="us-east-1")), allow_redrive=allow, every=1)
    made = console_server.server(TOKEN, view.gets(), view.posts())
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    expect.set_options(timeout=BROWSER_BOUND)
    faults: list[str] = []
    try:
        with browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce") as context:
            context.set_default_timeout(BROWSER_BOUND)
            page = context.new_page()
            page.on("console", lambda message: faults.append(message.text))
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("dialog", lambda dialog: dialog.accept())
            page.goto(f"http://127.0.0.1:{made.server_address[1]}/?token={TOKEN}")
            if place:
                page.goto(f"http://127.0.0.1:{made.server_address[1]}/{place}")
            expect(page.get_by_text("looked at")).to_be_visible()
            yield page
    finally:
        made.shutdown()
        made.server_close()
        thread.join()
    assert faults == []


def _dead(relay: Relay, **reasons: str) -> None:
    relay.sandbox.set_faults({"refuse": {name: {"event_time": why} for name, why in reasons.items()}})
    relay.post_all([EVENT | {"event_id": name} for name in reasons])
    until(lambda: all(relay.known(name) for name in reasons))
    relay.accept()


@pytest.fixture
def no_dead_letters(relay: Relay) -> Iterator[None]:
    """After the test no dead letter is left."""
    yield
    relay.accept()
    relay.redrive()


def _post(relay: Relay, path: str, body: object, key: str = SENDER_KEY) -> str:
    """The id of the request that posts this body."""
    answer = requests.post(
        f"{relay.stack.url}/v1/{path}", json=body, headers={"Authorization": f"Bearer {key}"}, timeout=BOUND
    )
    told: dict[str, str] = answer.json()
    return told["request_id"]


@pytest.mark.usefixtures("no_dead_letters")
def test_totals_dead_letters_and_one_conversion_are_shown_and_kept_up_to_date(relay: Relay, browser: Browser) -> None:
    relay.post_all([EVENT | {"event_id": f"many-{number}"} for number in range(700)])
    until(lambda: relay.conversions("many-699"))
    _dead(relay, old_1="is too old", old_2="is too old", odd_1="is odd")
    with _page(relay, browser, allow=False, place="#id=old_1") as page:
        way = page.get_by_role("region", name="Totals", exact=True).get_by_role("row").nth(1)
        accepted = relay.stack.console.observer.counts["accepted"]
        expect(way).to_contain_text(f"{accepted}")  # of all that was accepted, whatever rows are shown
        expect(page.locator("#reasons h3")).to_have_text(["2 at roku", "1 at roku"])
        expect(page.get_by_role("region", name="What became of it")).to_contain_text("old_1: dead letter")
        expect(page.get_by_role("button", name="Redrive all of roku")).to_be_disabled()
        # It looks again by itself: no button is pressed here.
        _dead(relay, new_1="is new")
        expect(page.locator("#reasons h3")).to_have_count(3)
        expect(way).to_contain_text(f"{accepted + 1}")
        page.get_by_label("Source", exact=True).select_option("callrail")
        expect(page.locator("#senders-none")).to_contain_text("No post seen in this time: callrail.")
        page.get_by_role("button", name="Dark theme").click()
        expect(page.get_by_role("button", name="Light theme")).to_be_visible()


@pytest.mark.usefixtures("no_dead_letters")
def test_one_letter_one_reason_and_all_are_redriven_or_dropped(relay: Relay, browser: Browser) -> None:
    _dead(relay, one_1="is too old", one_2="is too old", odd_2="is odd", new_2="is new")
    with _page(relay, browser, allow=True, width=360) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert page.evaluate("document.documentElement.scrollHeight") < 6 * 800
        old = page.locator(".reason").filter(has_text="is too old")
        old.get_by_role("button", name="Show them").click()
        old.get_by_role("button", name="Redrive the one of one_1").click()
        until(lambda: relay.conversions("one_1"))
        expect(old.locator("h3")).to_have_text("1 at roku")
        assert relay.conversions("one_2") == []
        page.locator(".reason").filter(has_text="is odd").get_by_role("button", name="Drop all of").click()
        expect(page.locator(".reason")).to_have_count(2)
        assert relay.conversions("odd_2") == []
        page.get_by_role("button", name="Redrive all of roku").click()
        until(lambda: relay.conversions("one_2") and relay.conversions("new_2"))
        expect(page.get_by_text("None.", exact=True)).to_be_visible()


def test_what_ended_at_the_door_is_listed_filtered_and_leads_to_one_conversion(relay: Relay, browser: Browser) -> None:
    _post(relay, "events", {"events": [EVENT | {"event_id": "no-time", "event_time": "yesterday"}]})
    _post(relay, "sources/callrail", MISSED)
    refused = _post(relay, "events", {"events": []}, key_of("ringba"))
    with _page(relay, browser, allow=False) as page:
        listed = page.get_by_role("region", name="Ended at the door").get_by_role("listitem")
        story = page.get_by_role("region", name="What became of it")
        expect(listed).to_have_count(3)
        expect(page.locator("#door-sums")).to_contain_text("1 invalid")
        expect(listed.filter(has_text="no-time")).to_contain_text("event_time: not a time local via events, for roku")
        expect(listed.filter(has_text="CAL-MISSED")).to_contain_text("not_answered local via callrail")
        expect(listed.filter(has_text=refused)).to_contain_text("no event (400) ringba via events")
        page.get_by_label("Sender", exact=True).select_option("local")
        expect(listed).to_have_count(2)
        page.get_by_label("Source", exact=True).select_option("callrail")
        expect(listed).to_have_count(1)
        page.get_by_role("link", name="CAL-MISSED").click()
        expect(story).to_contain_text("CAL-MISSED: ignored")
        expect(story).to_contain_text("it is not a conversion by its sender's settings")
        page.get_by_label("Source", exact=True).select_option("beacon")
        expect(page.get_by_text("Nothing in this time.")).to_be_visible()
        for name in ("Sender", "Source"):
            page.get_by_label(name, exact=True).select_option("")
        page.set_viewport_size({"width": 360, "height": 800})
        page.get_by_role("link", name=f"the post {refused}").click()
        expect(story).to_contain_text(f"The request {refused}")
        expect(story).to_contain_text("no event")
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        for asked, heard in (("many-1", "Roku took it"), ("never-1", "never posted: ask its sender")):
            page.get_by_label("Event id, order id or request id").fill(asked)
            page.get_by_role("button", name="What became of it?").click()
            expect(story).to_contain_text(heard)


@pytest.mark.parametrize("place", ["", "api/overview"])
def test_another_page_of_this_machine_sees_nothing(relay: Relay, browser: Browser, place: str) -> None:
    with _page(relay, browser, allow=True) as page, browser.new_context() as other:
        stranger = other.new_page()
        address = page.url.split("#")[0]
        answer = stranger.goto(address + place)
        assert answer is not None
        assert answer.status == 401
