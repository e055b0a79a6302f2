"""Websites that use the relay, their visitors in a real browser, and what reached Roku."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Request as PageRequest

from local import aws
from local.http_server import Answer, Request, Server
from tests.bounds import BROWSER_BOUND
from tests.e2e.chromium import chromium
from tests.e2e.relay import Relay, running, until

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEY = "page-key+&#%"  # every character of a key reaches the query whole
FRAME_KEY = "frame-key-1"  # of sandboxed frames, which have no origin
GROUP = "shop"
FIRST_LINE = "<script>window.relay=window.relay||function(){(relay.q=relay.q||[]).push(arguments)}</script>"

SEND_FETCH = 'data-send="fetch"'  # a page that must hear each answer
BEACON_REFUSED = "navigator.sendBeacon = () => false;"
EVENTS = "**/v1/beacon*"

# How the browser itself tells the console of a request that failed: no script can prevent it.
_NETWORK = ("Failed to load resource", "Access to fetch at", "Connecting to", "Fetch API cannot load")


class Site:
    """A web server on an origin of its own; a path that nobody has put answers 404."""

    def __init__(self) -> None:
        """Takes any free port."""
        self._pages: dict[str, tuple[str, Mapping[str, str]]] = {}
        self._server = Server(0, self._respond)
        self._server.start()
        self.origin = f"http://127.0.0.1:{self._server.port}"
        self.close = self._server.stop

    def put(self, path: str, html: str, headers: Mapping[str, str] | None = None) -> str:
        """Serve this page, and return its URL."""
        self._pages[path] = (html, headers or {})
        return self.origin + path

    def _respond(self, request: Request) -> Answer:
        html, headers = self._pages.get(urlsplit(request.target).path, ("", None))
        if headers is None:
            return Answer(404, [], b"")
        return Answer(200, [("content-type", "text/html; charset=utf-8"), *headers.items()], html.encode())


@dataclass  # without slots: playwright leaves a note on it
class Visitor:
    """One person's browser: its pages, what they posted to the API, and what went wrong in them."""

    context: BrowserContext
    kinds: list[str] = field(default_factory=list)  # of each request: "ping" is a beacon, "fetch" is fetch
    posted: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note what every page of this visitor does."""
        self.context.on("request", self._note)
        self.context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self.context.on("console", lambda message: self._said(message.type, message.text))

    def open(self, url: str) -> Page:
        """A new page, loaded with its scripts."""
        page = self.context.new_page()
        page.goto(url)
        return page

    def _note(self, request: PageRequest) -> None:
        if "/v1/beacon" in request.url and request.method == "POST":
            self.kinds.append(request.resource_type)
            self.posted += json.loads(request.post_data or "{}").get("events", [])

    def _said(self, kind: str, text: str) -> None:
        if not text.startswith(_NETWORK):
            self.faults.append(f"{kind}: {text}")


@dataclass(frozen=True, slots=True)
class Web:
    """The relay, a site whose origin the browser key allows, one that it does not, and a browser."""

    relay: Relay
    site: Site
    stranger: Site
    browser: Browser

    @property
    def api(self) -> str:
        """The relay's URL."""
        return self.relay.stack.url

    def script(self, attributes: str = "", api: str | None = None, group: str = GROUP) -> str:
        """The second of the lines that a page pastes."""
        key = KEY.replace("&", "&amp;")
        source = f"{api or self.api}/v1/relay.js"
        return f'<script async src="{source}" data-key="{key}" data-group="{group}" {attributes}></script>'

    def page(self, path: str = "/", body: str = "", attributes: str = "") -> str:
        """The URL of a page of the site that has pasted the lines, with more behind them."""
        return self.site.put(path, FIRST_LINE + self.script(attributes) + body)

    @contextmanager
    def visitor(self, **options: Any) -> Iterator[Visitor]:
        """A new visitor; at the end nothing must have gone wrong in the pages."""
        context = self.browser.new_context(**options)
        context.set_default_timeout(BROWSER_BOUND)
        try:
            visitor = Visitor(context)
            visitor.watch()
            yield visitor
        finally:
            context.close()
        assert visitor.faults == []

    def arrived(self, event_id: str) -> dict[str, Any]:
        """The event as Roku counted it, as soon as it did."""
        (conversion,) = until(lambda: self.relay.conversions(event_id))
        return dict(conversion["event"])


def say(page: Page, name: str, **fields: Any) -> None:
    """The page tells the relay of a purchase with this event id."""
    page.evaluate("fields => relay('PURCHASE', fields)", {"event_id": name, **fields})


@contextmanager
def web() -> Iterator[Web]:
    """All of it, with a browser key for the site."""
    with ExitStack() as ends:
        relay = ends.enter_context(running())
        site, stranger = (ends.enter_context(closing(Site())) for _ in range(2))
        _let_in(relay, site.origin)
        yield Web(relay, site, stranger, ends.enter_context(chromium()))


def _let_in(relay: Relay, origin: str) -> None:
    secrets: SecretsManagerClient = aws.client("secretsmanager", relay.stack.aws_endpoint)
    name = relay.stack.deployment.names["SenderKeysSecret"]
    senders = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])
    senders["page"] = {"key": KEY, "browser": True, "origins": [origin]}
    senders["frame"] = {"key": FRAME_KEY, "browser": True, "origins": ["null"]}
    secrets.put_secret_value(SecretId=name, SecretString=json.dumps(senders))
    secrets.close()
