"""The script for web pages in a real Chromium: what it takes from a page, what the pixel hears, what harms neither."""

import pytest

from browser.script import served
from tests.e2e.chromium import needs_chromium
from tests.e2e.relay import until
from tests.e2e.web import EVENTS, FIRST_LINE, SEND_FETCH, Web, say

pytestmark = needs_chromium

# As Roku's own snippet does until its loader has come: rkp(COMMAND, ...) is a function that notes its arguments.
PIXEL = "<script>window.told = []; function rkp() { told.push([...arguments]) }</script>"
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
REFUSED = """
    for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, {get() { throw new DOMException("denied", "SecurityError") }});
    Crypto.prototype.randomUUID = () => { throw new Error("no entropy") };
"""
LANDING = (
    "?utm_source=roku&utm_medium=ctv&utm_campaign=spring%20sale&utm_id=7"
    "&gclid=G-1&rtid=R-1&cartid=9&email=jane%40example.com"
)


def test_the_pixel_and_the_relay_get_the_same_id(world: Web) -> None:
    with world.visitor() as visitor:
        page = visitor.open(world.page(body=PIXEL))
        page.evaluate(
            "relay('PURCHASE', {custom_data: {value: 25, currency: 'USD'}, user_data: {em: 'jane@example.com'}})"
        )
        ((*words, told),) = page.evaluate("told")
        world.arrived(told["event_id"])
    assert words == ["event", "PURCHASE"]
    # Nothing of the person: the relay hashes it, the pixel would have it as it is.
    assert told == {"event_id": told["event_id"], "value": 25, "currency": "USD"}


@pytest.mark.parametrize(
    ("case", "attributes", "code", "called"),
    [
        ("usual", "", "", True),
        ("renamed", 'data-pixel="pixel"', "window.pixel = rkp; window.rkp = undefined", True),
        ("off", 'data-pixel="off"', "", False),
        ("absent", "", "window.rkp = undefined", False),
        ("broken", "", "window.rkp = (...call) => { told.push(call); throw new Error('broken') }", True),
    ],
)
def test_the_pixel_may_have_another_name_be_off_absent_or_broken(
    world: Web, case: str, attributes: str, code: str, called: bool
) -> None:
    name = f"pixel-{case}"
    with world.visitor() as visitor:
        page = visitor.open(world.page("/pixel", f"{PIXEL}<script>{code}</script>", attributes))
        say(page, name)
        world.arrived(name)
        assert [call[2]["event_id"] for call in page.evaluate("told")] == [name] * called


def test_the_campaign_of_the_landing_page_reaches_roku_two_pages_later(world: Web) -> None:
    world.page("/two", "<a href='/three'>three</a>")
    world.page("/three")
    with world.visitor() as visitor:
        page = visitor.open(world.page("/landing", "<a href='/two'>two</a>") + LANDING)
        for path in ("/two", "/three"):
            page.click("a")
            page.wait_for_url("**" + path)
        say(page, "campaign", custom_data={"utm_medium": "own"}, click_ids={"gclid": "G-2"})
        event = world.arrived("campaign")
        (posted,) = visitor.posted
        assert page.evaluate("Object.values(sessionStorage).join().includes('example.com')") is False
    # The page's own word counts before the landing page's.
    assert event["custom_data"] == {"utm_source": "roku", "utm_medium": "own", "utm_campaign": "spring sale"}
    assert posted["click_ids"] == {"gclid": "G-2", "rtid": "R-1"}
    assert set(posted["custom_data"]) == {"utm_source", "utm_medium", "utm_campaign"}  # Roku takes no utm_id


def test_the_last_campaign_counts_and_only_in_its_own_session(world: Web) -> None:
    url = world.page()
    with world.visitor() as visitor:
        page = visitor.open(url + LANDING)
        page.goto(url + "?utm_source=mail")
        page.goto(url)
        say(page, "last-campaign")
        say(visitor.open(url), "other-tab")
        assert world.arrived("last-campaign")["custom_data"] == {"utm_source": "mail"}
        assert "custom_data" not in world.arrived("other-tab")


def test_under_global_privacy_control_it_opts_out_and_remembers_nothing(world: Web) -> None:
    with world.visitor() as visitor:
        visitor.context.add_init_script(GPC)
        page = visitor.open(world.page(body=PIXEL) + LANDING)
        say(page, "gpc", opt_out="false")
        event = world.arrived("gpc")
        (posted,) = visitor.posted
        assert page.evaluate("sessionStorage.length + localStorage.length") == 0
        assert page.evaluate("told") == []
    assert posted["opt_out"] == event["opt_out"] == "true"
    assert "click_ids" not in posted


def test_the_browsers_signal_alone_opts_out_too(world: Web) -> None:
    with world.visitor(extra_http_headers={"Sec-GPC": "1"}) as visitor:
        say(visitor.open(world.page()), "sec-gpc")
        event = world.arrived("sec-gpc")
    assert "opt_out" not in visitor.posted[0]
    assert event["opt_out"] == "true"


def test_what_a_consent_tool_says_is_handed_on(world: Web) -> None:
    with world.visitor() as visitor:
        say(visitor.open(world.page()), "asked", us_privacy="1YYN", gpp="DBABLA~CVQqAAAAAACA", gpp_sid=[7])
        event = world.arrived("asked")
    assert event["opt_out"] == "true"
    assert "us_privacy" not in event


def test_an_opt_out_of_the_page_keeps_the_pixel_out(world: Web) -> None:
    with world.visitor() as visitor:
        page = visitor.open(world.page(body=PIXEL))
        say(page, "opted-out", opt_out="true")
        assert world.arrived("opted-out")["opt_out"] == "true"
        assert page.evaluate("told") == []


def test_a_browser_that_refuses_everything_breaks_nothing(world: Web) -> None:
    with world.visitor() as visitor:
        visitor.context.add_init_script(REFUSED)
        page = visitor.open(world.page() + LANDING)
        page.evaluate("relay('LEAD')")
        event = world.arrived(visitor.posted[0]["event_id"])
    assert event["custom_data"]["utm_source"] == "roku"


ODD = """() => {
    const circle = {value: 25}; circle.circle = circle
    relay("PURCHASE", {event_id: "circle", user_data: {em: "jane@example.com"}, custom_data: circle, click_ids: 10n})
    relay("PURCHASE", {event_id: "thrown", get custom_data() { throw new Error("no") }, event_time: null})
    relay("PURCHASE", {event_id: "cut", user_data: undefined, event_source: "", event_source_url: () => 1})
    for (const odd of [undefined, null, 0, "", "text", [], [[1]], document, window, Symbol("s"), 1n, () => 1, NaN])
        { relay(odd); relay("LEAD", odd); relay(odd, odd) }
    relay()
}"""


def test_odd_arguments_cost_the_field_not_the_conversion(world: Web) -> None:
    with world.visitor() as visitor:
        page = visitor.open(world.page())
        page.evaluate(ODD)
        circle, thrown, cut = (world.arrived(name) for name in ("circle", "thrown", "cut"))
        say(page, "after-odd")
        world.arrived("after-odd")
    assert "em" in circle["user_data"]
    assert "custom_data" not in circle
    assert thrown["event_time"] > 0
    assert (cut["event_source"], cut["event_source_url"]) == ("website", world.site.origin + "/")


def test_what_the_page_changes_afterwards_changes_nothing(world: Web) -> None:
    with world.visitor() as visitor:
        page = visitor.open(world.page())
        visitor.context.set_offline(True)
        page.evaluate("window.data = {value: 1}; relay('LEAD', {event_id: 'copy', custom_data: data}); data.value = 2")
        visitor.context.set_offline(False)
        assert world.arrived("copy")["custom_data"] == {"value": 1}


@pytest.mark.parametrize(("down", "attributes"), [("**/v1/*", ""), (EVENTS, ""), (EVENTS, SEND_FETCH)])
def test_when_the_api_is_down_the_page_is_unharmed(world: Web, down: str, attributes: str) -> None:
    html = "<p>hello</p><script>relay('LEAD'); window.done = 1</script>"
    with world.visitor() as visitor:
        visitor.context.route(down, lambda route: route.abort())
        page = visitor.open(world.page("/down", html, attributes))
        say(page, "down")
        assert page.evaluate("done") == 1
        assert page.inner_text("p") == "hello"
        if attributes:  # of a beacon nobody hears that it failed
            until(lambda: page.evaluate("localStorage.length") == 1)


@pytest.mark.parametrize("how", ['type="module" src="%s"', 'src="%s" data-pixel="off"'])
def test_a_page_that_includes_it_wrongly_is_unharmed(world: Web, how: str) -> None:
    # As a module it cannot see its own tag; without data-key it is refused.
    tag = how % f"{world.api}/v1/relay.js"
    with world.visitor() as visitor:
        page = visitor.open(world.site.put("/wrong", f"{FIRST_LINE}<script {tag}></script><p>hello</p>"))
        say(page, "wrong")
        assert page.inner_text("p") == "hello"


@pytest.mark.parametrize("attributes", ["", SEND_FETCH])
def test_a_page_that_forbids_the_connection_is_unharmed(world: Web, attributes: str) -> None:
    policy = f"default-src 'none'; script-src 'unsafe-inline' {world.api}; connect-src 'self'"
    html = FIRST_LINE + world.script(attributes) + "<p>hello</p>"
    with world.visitor() as visitor:
        page = visitor.open(world.site.put("/strict", html, {"Content-Security-Policy": policy}))
        say(page, "forbidden")
        assert page.inner_text("p") == "hello"
        if attributes:  # of a beacon nobody hears that it was stopped
            until(lambda: page.evaluate("localStorage.length") == 1)


def test_no_cookie_goes_along_by_fetch_where_relay_and_page_share_an_origin(world: Web) -> None:
    url = world.site.put("/same", FIRST_LINE + world.script(SEND_FETCH, api=world.site.origin))
    with world.visitor() as visitor:
        visitor.context.add_cookies([{"name": "session", "value": "secret", "url": url}])
        visitor.context.route(
            "**/v1/relay.js", lambda route: route.fulfill(body=served().content, content_type="text/javascript")
        )
        page = visitor.open(url)
        with page.expect_request(EVENTS) as request:
            say(page, "cookie")
        assert "cookie" not in request.value.all_headers()


@pytest.mark.parametrize("policy", ["no-referrer", "same-origin"])
def test_a_page_that_hides_its_address_from_others_still_has_its_origin_by_fetch(world: Web, policy: str) -> None:
    url = world.site.put(f"/{policy}", FIRST_LINE + world.script(SEND_FETCH), {"Referrer-Policy": policy})
    with world.visitor() as visitor:
        say(visitor.open(url), policy)
        assert world.arrived(policy)["event_source_url"] == url


def test_it_is_loaded_with_its_integrity_checked(world: Web) -> None:
    hashed = "crypto.subtle.digest('SHA-384', bytes).then(d => btoa(String.fromCharCode(...new Uint8Array(d))))"
    digest = f"fetch('{world.api}/v1/relay.js').then(answer => answer.arrayBuffer()).then(bytes => {hashed})"
    with world.visitor() as visitor:
        # The page of another origin than the key's may read the script too: it is public.
        integrity = visitor.open(world.stranger.put("/", "other")).evaluate(digest)
        script = world.script(f'crossorigin integrity="sha384-{integrity}"')
        say(visitor.open(world.site.put("/integrity", FIRST_LINE + script)), "integrity")
        world.arrived("integrity")
