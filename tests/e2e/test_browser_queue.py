"""The script for web pages in a real Chromium: what cannot be sent waits, and is the same event when it is sent."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.bounds import BOUND
from tests.e2e.chromium import needs_chromium
from tests.e2e.relay import until
from tests.e2e.web import BEACON_REFUSED, EVENTS, FIRST_LINE, SEND_FETCH, Visitor, Web, say

pytestmark = needs_chromium

# All that waits in localStorage: [event, ...], whatever the key and the event group.
WAITING = "[].concat(...Object.values(localStorage).map(JSON.parse))"
NO_STORAGE = """for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(window, name, {get() { throw new DOMException("denied", "SecurityError") }})"""
DAY = 86_400  # seconds


def waiting(page: Page) -> list[str]:
    """The ids of what waits."""
    return [event["event_id"] for event in page.evaluate(WAITING)]


def offline_event(visitor: Visitor, url: str, name: str) -> dict[str, Any]:
    """What waits after a visitor without network said so and went away."""
    page = visitor.open(url)
    visitor.context.set_offline(True)
    say(page, name)
    (event,) = page.evaluate(WAITING)
    page.close()
    visitor.context.set_offline(False)
    return dict(event)


def test_what_was_said_offline_is_sent_when_the_network_is_back(world: Web) -> None:
    with world.visitor() as visitor:
        page = visitor.open(world.page())
        visitor.context.set_offline(True)
        say(page, "offline")
        assert visitor.posted == []
        visitor.context.set_offline(False)
        world.arrived("offline")
        until(lambda: waiting(page) == [])
        # Nothing is left on the visitor's disk, not even a name.
        assert page.evaluate("localStorage.length") == 0


def test_it_is_sent_by_the_next_page_with_its_id_and_time(world: Web) -> None:
    with world.visitor() as visitor:
        said = offline_event(visitor, world.page(), "next-page")
        page = visitor.open(world.page("/another"))
        event = world.arrived("next-page")
        until(lambda: waiting(page) == [])
    assert event["event_time"] == said["event_time"]
    assert event["event_source_url"] == said["event_source_url"] == world.site.origin + "/"


def test_without_storage_it_waits_in_the_page(world: Web) -> None:
    with world.visitor() as visitor:
        visitor.context.add_init_script(NO_STORAGE)
        page = visitor.open(world.page())
        visitor.context.set_offline(True)
        say(page, "in-memory")
        visitor.context.set_offline(False)
        world.arrived("in-memory")


@pytest.mark.parametrize(
    ("case", "attributes", "browser"), [("asked", SEND_FETCH, ""), ("refused", "", BEACON_REFUSED)]
)
def test_when_the_connection_of_a_fetch_fails_it_waits(world: Web, case: str, attributes: str, browser: str) -> None:
    name = f"failed-{case}"
    with world.visitor() as visitor:
        visitor.context.add_init_script(browser)
        page = visitor.open(world.page(attributes=attributes))
        page.route(EVENTS, lambda route: route.abort())
        say(page, name)
        until(lambda: waiting(page) == [name])
        page.unroute(EVENTS)
        page.reload()
        world.arrived(name)


def test_what_waited_is_gone_only_after_its_answer(world: Web) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    with world.visitor() as visitor:
        page = visitor.open(world.page())
        page.route(EVENTS, hold)
        visitor.context.set_offline(True)
        say(page, "held")
        visitor.context.set_offline(False)
        until(lambda: page.evaluate("1") and held)
        # A beacon of the same event takes nothing away either: whether it arrives is not heard.
        say(page, "held")
        until(lambda: page.evaluate("1") and held[1:])
        assert waiting(page) == ["held"]
        # Not a beacon, although the page wants beacons: nobody would hear the answer.
        assert visitor.kinds == ["fetch", "ping"]
        for route in held:
            route.continue_()
        until(lambda: waiting(page) == [])
        world.arrived("held")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, []) for status in (202, 210, 400)),
        *((status, ["told"]) for status in (401, 403, 429, 500, 503)),
    ],
)
def test_what_was_not_taken_waits_unless_the_event_is_at_fault(world: Web, status: int, expected: list[str]) -> None:
    def answer(route: Route) -> None:
        route.fulfill(status=status, headers={"Access-Control-Allow-Origin": world.site.origin}, body="{}")

    with world.visitor() as visitor:
        page = visitor.open(world.page(attributes=SEND_FETCH))
        page.route(EVENTS, lambda route: route.abort())
        say(page, "told")
        until(lambda: waiting(page) == ["told"])
        page.unroute(EVENTS)
        page.route(EVENTS, answer)
        with page.expect_response(EVENTS):
            page.reload()
        say(page, "and-now")  # the page is still able to
        until(lambda: waiting(page) == expected + ["and-now"] * len(expected))


def test_twenty_events_wait_and_no_more(world: Web) -> None:
    with world.visitor() as visitor:
        page = visitor.open(world.page())
        visitor.context.set_offline(True)
        for number in range(25):
            say(page, f"many-{number}")
        kept = [f"many-{number}" for number in range(5, 25)]
        assert waiting(page) == kept
        visitor.context.set_offline(False)
        for name in kept:
            world.arrived(name)
    # In one request.
    assert [event["event_id"] for event in visitor.posted] == kept


@pytest.mark.parametrize(("age", "sent"), [(7 * DAY + 60, False), (7 * DAY - 2 * int(BOUND), True)])
def test_after_seven_days_it_is_given_up(world: Web, age: int, sent: bool) -> None:
    with world.visitor() as visitor:
        page = visitor.open(world.page())
        now = page.evaluate("Math.floor(Date.now() / 1000)")
        visitor.context.set_offline(True)
        say(page, f"aged-{age}", event_time=now - age)
        assert waiting(page) == [f"aged-{age}"]
        visitor.context.set_offline(False)
        say(page, f"after-{age}")
        world.arrived(f"after-{age}")
        page.reload()
        until(lambda: waiting(page) == [])
    assert (f"aged-{age}" in [event["event_id"] for event in visitor.posted]) == sent


def test_what_waits_for_one_event_group_is_not_sent_to_another(world: Web) -> None:
    other = world.site.put("/other", FIRST_LINE + world.script(group="other"))
    with world.visitor() as visitor:
        offline_event(visitor, world.page(), "own-group")
        page = visitor.open(other)
        say(page, "other-group")
        world.arrived("other-group")
        assert waiting(page) == ["own-group"]
        visitor.open(world.page())
        world.arrived("own-group")
    groups = {taken["event_id"]: taken["event_group_id"] for taken in world.relay.sandbox.events()}
    assert (groups["own-group"], groups["other-group"]) == ("shop", "other")


def test_what_somebody_else_wrote_into_the_storage_harms_nothing(world: Web) -> None:
    with world.visitor() as visitor:
        page = visitor.open(world.page())
        visitor.context.set_offline(True)
        say(page, "stored")
        (name,) = page.evaluate("Object.keys(localStorage)")
        visitor.context.set_offline(False)
        world.arrived("stored")
        for number, text in enumerate(["", "null", "7", "{}", "[null]", '"text"', "no JSON"]):
            page.evaluate("([name, text]) => { localStorage[name] = text }", [name, text])
            page.reload()
            say(page, f"beside-{number}")
        for number in range(7):
            world.arrived(f"beside-{number}")
