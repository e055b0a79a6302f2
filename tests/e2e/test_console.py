"""The local console as a person uses it, in a real browser on the whole stack."""

import json
import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, expect

from local.senders import key_of
from tests.bounds import BROWSER_BOUND
from tests.e2e.chromium import needs_chromium
from tests.e2e.console import Console
from tests.e2e.relay import EVENT, Relay, until

pytestmark = needs_chromium
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# What every control must have, by the accessible names that a browser computes of labels, texts and aria-label.
UNNAMED = """() => [...document.querySelectorAll('button, input, select, textarea, summary, a[href], [role=region]')]
    .filter((one) => {
        const by = (one.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id));
        const labels = [...(one.labels ?? []), ...by].map((label) => label?.textContent ?? '').join('');
        return !(labels + (one.getAttribute('aria-label') ?? '') + (one.value ? '' : one.textContent)).trim();
    }).map((one) => one.outerHTML.slice(0, 120))"""

# WCAG 2's contrast of every visible text with what is painted behind it: 4.5, or 3 for large text.
PALE = """() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (color) => {
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (one) => {
        for (let at = one; at; at = at.parentElement) {
            const color = rgba(getComputedStyle(at).backgroundColor);
            if (color[3] === 255) return color;
        }
        return [255, 255, 255, 255];
    };
    const seen = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const one = walk.currentNode.parentElement;
        if (!walk.currentNode.data.trim() || !one.checkVisibility()) continue;
        if (one.closest('.unseen, .skip, :disabled')) continue;
        const style = getComputedStyle(one);
        const [a, b] = [light(rgba(one instanceof SVGElement ? style.fill : style.color)), light(behind(one))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        if (contrast < (large ? 3 : 4.5)) seen.push(`${contrast.toFixed(2)} ${walk.currentNode.data.trim()}`);
    }
    return seen;
}"""


def test_a_sample_is_posted_and_its_arrival_is_seen(console: Console) -> None:
    page = console.page
    console.choose("purchase-clear")
    page.get_by_role("button", name="New event ids").click()
    body = json.loads(page.get_by_label("Body", exact=True).input_value())
    (event_id,) = [event["event_id"] for event in body["events"]]
    assert event_id.startswith("order-1001~")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="Answer 202")).to_be_visible()
    queued = page.get_by_role("region", name=f"{event_id} as queued for roku")
    expect(queued).to_contain_text('"is_hashed": true')
    expect(queued).not_to_contain_text("@")
    console.becomes(event_id, "delivered")
    expect(page.get_by_role("group", name="Roku")).to_contain_text("last: 200")
    expect(page.locator("#news")).to_contain_text(f"{event_id} delivered")

    console.id_button(event_id).click()
    story = page.locator("tr.detail")
    expect(story.locator(".steps")).to_contain_text(re.compile("accepted.*delivering.*delivered", re.DOTALL))
    expect(console.id_button(event_id)).to_have_attribute("aria-expanded", "true")
    page.get_by_role("button", name="Send", exact=True).click()
    console.becomes(event_id, "repeated")


def test_an_invalid_one_shows_its_reason(console: Console) -> None:
    console.choose("clock-ahead")
    console.page.get_by_role("button", name="Send", exact=True).click()
    expect(console.page.get_by_role("heading", name="Answer 400")).to_be_visible()
    expect(console.page.locator("#answer-body")).to_contain_text("more than 60 minutes in the future")
    row = console.becomes("late-5001", "invalid")
    expect(row).to_contain_text("event_time: is more than 60 minutes in the future")


def test_a_refused_id_becomes_a_dead_letter_and_is_redriven_once_it_is_taken_again(console: Console) -> None:
    page = console.page
    page.get_by_label("Event id to refuse").first.fill("order-77")
    page.get_by_role("button", name="Refuse this id").click()
    lift = page.get_by_role("button", name="Take order-77 again")
    expect(lift).to_be_visible()
    console.send(event_id="order-77")
    row = console.becomes("order-77", "rejected")
    expect(row).to_contain_text("refused by the switch")
    letters = console.panel("Dead letters")
    expect(letters.get_by_role("listitem")).to_contain_text("order-77")
    expect(letters).to_contain_text("refused by the switch")
    lift.click()
    expect(lift).to_have_count(0)
    page.get_by_role("button", name="Redrive all").click()
    console.becomes("order-77", "delivered")
    expect(letters).to_contain_text("1 dead letter moved back to the queue")
    expect(page.get_by_role("button", name="Redrive all")).to_be_disabled()


@pytest.mark.parametrize(
    ("switch", "why"),
    [
        ("Outage", "unreachable"),
        ("Key revoked", "key refused"),
        ("Answers 429", "throttled"),
        ("Answers 500", "server error"),
    ],
)
def test_what_could_not_be_sent_waits_and_is_delivered_when_it_can(console: Console, switch: str, why: str) -> None:
    event_id = f"wait-{switch.replace(' ', '-')}"
    console.switch(switch).check()
    expect(console.page.get_by_role("group", name="Roku").locator(".tag")).to_have_count(1)
    console.send(event_id=event_id)
    expect(console.becomes(event_id, "waiting")).to_contain_text(why)
    waiting = console.panel("Waiting")
    expect(waiting.get_by_role("listitem")).to_contain_text(re.compile(rf"{event_id}.*back in \d+ s", re.DOTALL))
    expect(waiting).to_contain_text(f"1 try: {why}")
    # No `uncheck`: it looks again at once, and the page may have drawn its switches again by then, as news came in.
    console.switch(switch).click()
    expect(console.page.get_by_role("button", name="All off")).to_be_disabled()
    waiting.get_by_role("button", name="Try now").click()
    console.becomes(event_id, "delivered")
    expect(waiting).to_contain_text("No message waits")
    assert len(console.relay.conversions(event_id)) == 1


def test_the_keyboard_alone_sends_filters_and_opens(console: Console) -> None:
    page = console.page

    def reach(target: Locator) -> None:
        for _ in range(80):
            if target.evaluate("(one) => one === document.activeElement"):
                outline = target.evaluate("(one) => getComputedStyle(one).outlineStyle")
                assert outline != "none", "the focus cannot be seen"
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {target}")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the conversions")).to_be_focused()
    reach(page.get_by_label("Sample", exact=True))
    page.keyboard.type("without")
    reach(page.get_by_role("button", name="Send", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Answer 202")).to_be_visible()
    reach(page.get_by_label("Find", exact=True))
    page.keyboard.type("download")
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#rows .chip")).to_have_text(re.compile("delivered|repeated"))
    reach(page.locator("#rows .id"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="The event as queued")).to_contain_text("DOWNLOAD")
    reach(console.switch("Answers 500"))
    page.keyboard.press("Space")
    expect(page.get_by_role("group", name="Roku")).to_contain_text("500")
    page.keyboard.press("Space")
    expect(page.get_by_role("group", name="Roku").locator(".tag")).to_have_count(0)


def test_what_senders_have_to_match_by_is_shown_with_what_was_dropped(console: Console) -> None:
    # A sender of whom no other test posts: of each the five most usual reasons are shown.
    event = EVENT | {"event_id": "matching-1", "user_data": {"em": "jane@example.com", "ph": "anonymous"}}
    console.relay.post_all([event], key=key_of("ringba"))
    row = console.panel("Match quality").get_by_role("row").filter(has_text="ringba")
    expect(row).to_contain_text("user_data.ph dropped (withheld number): 1")
    expect(row).to_contain_text("E-mail 100 %Phone 0 %")


def test_rows_are_filtered_by_outcome(console: Console) -> None:
    console.choose("one-good-one-bad")
    console.page.get_by_role("button", name="Send", exact=True).click()
    expect(console.row("good-4001")).to_be_visible()
    console.page.get_by_label("Outcome", exact=True).select_option("invalid")
    expect(console.row("bad-4002")).to_be_visible()
    expect(console.row("good-4001")).to_have_count(0)
    expect(console.page.locator("#shown")).to_have_text(re.compile(r"^\d+ of \d+$"))


def test_an_open_circuit_is_shown_until_its_answers_are_understood(console: Console) -> None:
    console.send(event_id="understood-1")
    console.becomes("understood-1", "delivered")
    expect(console.panel("Open circuits")).to_be_hidden()
    console.switch("Broken answers").check()
    console.send(event_id="broken-1")
    panel = console.panel("Open circuits")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("listitem")).to_contain_text("Roku answered 200 with a body that cannot be read")
    expect(panel.get_by_role("listitem")).to_contain_text("0 probes so far")
    console.relay.put_off_probe()
    console.send(event_id="probe-1")
    console.becomes("probe-1", "waiting")
    console.switch("Broken answers").uncheck()
    for event_id in ("probe-1", "broken-1"):
        chip = console.row(event_id).locator(".chip")
        until(lambda: console.relay.try_now() and chip.text_content() == "delivered")  # noqa: B023
    expect(panel).to_be_hidden()


def test_what_is_posted_elsewhere_appears_by_itself_and_a_new_page_knows_it(console: Console) -> None:
    console.relay.post("from-afar")
    console.becomes("from-afar", "delivered")
    console.page.reload()
    console.becomes("from-afar", "delivered")


def test_text_of_a_sender_is_never_markup(console: Console) -> None:
    console.send(event_id="<img src=x onerror=alert(1)>")
    console.becomes("<img src=x onerror=alert(1)>", "delivered")
    expect(console.page.locator("main img")).to_have_count(0)


@pytest.mark.parametrize("theme", THEMES)
def test_everything_has_a_name_and_can_be_read(relay: Relay, browser: Browser, theme: Literal["light", "dark"]) -> None:
    expect.set_options(timeout=BROWSER_BOUND)
    with browser.new_context(color_scheme=theme, reduced_motion="reduce") as context:
        console = Console(context.new_page(), relay)
        page = console.page
        event_id = f"named-{theme}"
        relay.refuse(event_id)
        for sample in ("optional-fields-dropped", "one-good-one-bad"):
            console.choose(sample)
            page.get_by_role("button", name="Send", exact=True).click()
        console.send(event_id=event_id)
        console.becomes(event_id, "rejected")
        console.switch("Outage").check()
        console.send(event_id=f"{event_id}-2")
        console.becomes(f"{event_id}-2", "waiting")
        console.id_button(event_id).click()
        expect(page.get_by_role("region", name="The event as queued")).to_be_visible()

        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.get_by_role("main")).to_have_count(1)
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.evaluate(UNNAMED) == []
        assert page.evaluate(PALE) == []
        offered, other = ("Light theme", "Dark theme") if theme == "dark" else ("Dark theme", "Light theme")
        button = page.get_by_role("button", name=offered)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        button.click()
        expect(page.get_by_role("button", name=other)).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != ground
        page.reload()
        expect(page.get_by_role("button", name=other)).to_be_visible()
        relay.accept()
        page.get_by_role("button", name="Try now").click()
        console.becomes(f"{event_id}-2", "delivered")
        page.get_by_role("button", name="Redrive all").click()
        console.becomes(event_id, "delivered")
        assert console.faults == []


def test_a_phone_needs_no_sideways_scrolling(relay: Relay, browser: Browser) -> None:
    expect.set_options(timeout=BROWSER_BOUND)
    with browser.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce") as context:
        console = Console(context.new_page(), relay)
        console.send(event_id="a-very-long-event-id-" + "x" * 180)
        # Once while its ids wait in the answer, and once beside a story.
        assert console.page.evaluate("document.documentElement.scrollWidth") == 360
        console.choose("optional-fields-dropped")
        console.page.get_by_role("button", name="Send", exact=True).click()
        console.becomes("sub-3001", re.compile("delivered|repeated"))  # type: ignore[arg-type]
        # Forty more do not make the page longer than a thumb goes, and all can be had.
        console.relay.post_all([EVENT | {"event_id": f"many-{number}"} for number in range(40)])
        expect(console.page.locator("#rows tr")).to_have_count(25)
        assert console.page.evaluate("document.documentElement.scrollHeight") < 10 * 740
        console.page.get_by_role("button", name=re.compile("^Show .* more$")).click()
        expect(console.page.locator("#rows tr")).not_to_have_count(25)
        console.page.get_by_label("Find", exact=True).fill("sub-3001")
        console.row("sub-3001").get_by_role("button").click()
        expect(console.page.locator(".story .json")).to_be_visible()
        assert console.page.evaluate("document.documentElement.scrollWidth") == 360
        assert console.faults == []


def test_a_page_whose_stack_went_away_says_so_and_recovers(relay: Relay, browser: Browser) -> None:
    expect.set_options(timeout=BROWSER_BOUND)
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{relay.stack.url}/")
        expect(page.get_by_text("live", exact=True)).to_be_visible()
        context.set_offline(True)
        relay.stack.console._closed.set()  # the stream ends, and the page cannot reach the stack
        expect(page.get_by_text("reconnecting", exact=True)).to_be_visible()
        relay.stack.console._closed.clear()
        context.set_offline(False)
        expect(page.get_by_text("live", exact=True)).to_be_visible()
        relay.post("after-all")
        expect(page.get_by_role("button", name="after-all")).to_be_visible()


def test_something_moves_where_motion_is_welcome(relay: Relay, browser: Browser) -> None:
    expect.set_options(timeout=BROWSER_BOUND)
    with browser.new_context(reduced_motion="no-preference") as context:
        page = context.new_page()
        page.goto(f"{relay.stack.url}/")
        expect(page.get_by_role("group", name="API")).to_be_visible()
        page.evaluate(
            "new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach((node) =>"
            " node.classList?.contains('dot') && document.body.classList.add('moved-' + node.classList[1]))))"
            ".observe(document.getElementById('edges'), { childList: true })"
        )
        relay.post("in-motion")
        for leg in ("post", "take", "send", "note"):
            expect(page.locator("body")).to_have_class(re.compile(rf"\bmoved-{leg}\b"))
        expect(page.locator(".dot")).to_have_count(0)
