"""What docs/senders tells people to paste into pages and into Shopify, pasted into a real Chromium."""

import re
from html import escape
from pathlib import Path

from tests.e2e.chromium import needs_chromium
from tests.e2e.web import FIRST_LINE, FRAME_KEY, GROUP, KEY, Web

pytestmark = needs_chromium

DOCS = Path(__file__).resolve().parents[2] / "docs" / "senders" / "browser.md"
HOST = "https://ID.execute-api.REGION.amazonaws.com"


def block(language: str, part: str) -> str:
    """The one block of code in this language that holds this part."""
    found = re.findall(rf"^```{language}\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (text,) = [text for text in found if part in text]
    return str(text)


def filled(text: str, world: Web, key: str) -> str:
    """The text with the placeholders of the documentation filled in."""
    assert HOST in text
    return text.replace(HOST, world.api).replace("A-LONG-RANDOM-KEY", key).replace("YOUR_EVENT_GROUP_ID", GROUP)


def test_the_three_lines(world: Web) -> None:
    lines = filled(block("html", 'relay("PURCHASE", {event_id: "order-1"'), world, KEY.replace("&", "&amp;"))
    with world.visitor() as visitor:
        visitor.open(world.site.put("/thanks", lines))
        event = world.arrived("order-1")
    assert event["custom_data"] == {"value": 25, "currency": "USD", "order_id": "order-1"}


def test_the_tag_of_a_tag_manager(world: Web) -> None:
    tag = filled(block("html", "createElement"), world, KEY)
    with world.visitor() as visitor:
        visitor.open(world.site.put("/tag", f"{tag}<script>relay('LEAD', {{event_id: 'tag'}})</script>"))
        world.arrived("tag")


def test_the_content_security_policy(world: Web) -> None:
    lines = block("text", "connect-src").replace(HOST, world.api).splitlines()
    policy = "; ".join(["default-src 'none'", "require-trusted-types-for 'script'", *lines])
    url = world.site.put("/policy", FIRST_LINE + world.script(), {"Content-Security-Policy": policy})
    with world.visitor() as visitor:
        visitor.open(url).evaluate("relay('LEAD', {event_id: 'policy'})")
        world.arrived("policy")
    # Its hash is that of the first line, which both have alike.
    assert FIRST_LINE in DOCS.read_text(encoding="utf-8")


def test_what_is_pasted_into_the_console_of_the_local_stack(world: Web) -> None:
    with world.visitor() as visitor:
        visitor.open(f"{world.api}/v1/relay.js").evaluate("() => {" + block("js", "local-browser-key") + "}")
        world.arrived("first-try")


# What Shopify gives a custom pixel, and one purchase. The page hears what the pixel's post was answered.
SHOPIFY = """
    const allowed = {marketingAllowed: true, saleOfDataAllowed: true}
    const init = {customerPrivacy: allowed, context: {document: {location: {origin: "https://shop.example.com"}}}}
    const api = {customerPrivacy: {subscribe() {}}}
    const browser = {sessionStorage: {getItem: async () => null, setItem: async () => {}}}
    const checkout = {order: {id: "gid://shopify/OrderIdentity/7755"}, email: "jane@example.com", lineItems: []}
    const bought = {name: "checkout_completed", timestamp: new Date().toISOString(), data: {checkout}}
    const analytics = {subscribe: (name, callback) => name == bought.name && setTimeout(callback, 0, bought)}
    const post = window.fetch
    window.fetch = (...call) => post(...call).then(answer => (parent.postMessage(answer.status, "*"), answer))
"""


def test_shopifys_pixel_in_a_sandboxed_frame_without_an_origin_posts_the_order_and_hears_the_answer(world: Web) -> None:
    pixel = filled(DOCS.with_name("shopify-pixel.js").read_text(encoding="utf-8"), world, FRAME_KEY)
    frame = escape(f"<script>{SHOPIFY}</script><script>{{{pixel}}}</script>", quote=True)
    html = f"""<script>window.heard = []; addEventListener("message", said => heard.push(said.data))</script>
        <iframe sandbox="allow-scripts" srcdoc="{frame}"></iframe>"""
    with world.visitor() as visitor:
        page = visitor.open(world.site.put("/shop", html))
        page.wait_for_function("heard.length")
        assert page.evaluate("heard") == [202]
        event = world.arrived("7755")
    assert (event["event_name"], event["event_source_url"]) == ("PURCHASE", "https://shop.example.com")
