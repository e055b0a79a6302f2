"""The local console's page in a browser, as a person works it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.bounds import BROWSER_BOUND
from tests.e2e.relay import EVENT_TIME, Relay


class Console:
    """The page, and what went wrong in it."""

    def __init__(self, page: Page, relay: Relay) -> None:
        self.page, self.relay = page, relay
        self.faults: list[str] = []
        page.on("console", lambda message: self.faults.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("requestfailed", lambda request: self._failed(request.url))
        page.on("response", lambda answer: self._answered(answer.status, answer.url))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', (event) => console.error('CSP', event.violatedDirective))"
        )
        page.goto(f"{relay.stack.url}/")
        expect(page.get_by_text("live", exact=True)).to_be_visible()

    def _failed(self, url: str) -> None:
        if not url.endswith("/stream"):  # it ends with the page
            self.faults.append(f"failed: {url}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400:
            self.faults.append(f"{status}: {url}")

    def row(self, event_id: str) -> Locator:
        """The newest row of that event id."""
        return self.page.locator("#rows tr:not(.detail)").filter(has=self.id_button(event_id)).first

    def id_button(self, event_id: str) -> Locator:
        return self.page.get_by_role("button", name=event_id, exact=True)

    def becomes(self, event_id: str, outcome: str) -> Locator:
        row = self.row(event_id)
        expect(row.locator(".chip")).to_have_text(outcome)
        return row

    def choose(self, sample: str) -> None:
        self.page.get_by_label("Sample", exact=True).select_option(label=sample)

    def send(self, *, more: Sequence[dict[str, Any]] = (), **event: Any) -> None:
        """Post a body of one's own, with this event, and perhaps some more."""
        self.choose("your own body")
        usual = {"event_name": "PURCHASE", "event_time": EVENT_TIME, "user_data": {"em": "jane@example.com"}}
        events = [usual | one for one in (event, *more)]
        self.page.get_by_label("Body", exact=True).fill(json.dumps({"event_group_id": "g", "events": events}))
        self.page.get_by_role("button", name="Send", exact=True).click()
        expect(self.page.get_by_role("heading", name="Answer 2")).to_be_visible()

    def switch(self, name: str) -> Locator:
        return self.page.get_by_role("switch", name=name)

    def panel(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)


@contextmanager
def opened(relay: Relay, browser: Browser) -> Iterator[Console]:
    """The page of that stack, whose sandboxes fail in nothing before and after; at the end it had no faults."""
    expect.set_options(timeout=BROWSER_BOUND)
    with browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as context:
        context.set_default_timeout(BROWSER_BOUND)
        relay.accept()
        console = Console(context.new_page(), relay)
        yield console
        relay.accept()
        assert console.faults == []
