"""`python -m local.console.screenshot`: starts a stack, brings it into a telling state and takes docs/console.png."""

import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from local.choices import ROOT, Choices
from local.stack import Stack

CHROMIUM = Path("/usr/bin/chromium")
PICTURE = ROOT / "docs" / "console.png"
_SIZE = {"width": 1280, "height": 900}
_BOTH = {"DeliverToRokt": "true"}
_DELIVERED = ("purchase-clear", "segment-order-completed", "shopify-order-paid", "ga4-datalayer")  # to both


def main() -> int:
    """Take the picture, and say where it is."""
    choices = Choices.free(window=0, parameters=_BOTH)
    with Stack(choices) as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        # Without motion nothing is caught half-way.
        context = browser.new_context(viewport=_SIZE, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{stack.url}/")
        for place, sample in enumerate(_DELIVERED, 1):
            _send(page, sample)
            _count(page, "delivered", 2 * place)
        delivered = 2 * len(_DELIVERED)
        _send(page, "rejected-by-rokt")  # one of its two, by Rokt alone
        _count(page, "delivered", delivered + 3)
        _count(page, "rejected", 1)
        _send(page, "opted-out")
        _count(page, "delivered", delivered + 4)
        _count(page, "withheld", 1)
        _send(page, "purchase-clear")  # a repeat
        _count(page, "repeated", 2)
        # Roku is away, and Rokt goes on.
        page.get_by_role("region", name="Roku sandbox").get_by_role("switch", name="Outage").check()
        _send(page, "purchase-with-click-id")
        _count(page, "waiting", 1)
        _count(page, "delivered", delivered + 5)
        page.get_by_label("Sample", exact=True).select_option(label="purchase-clear")
        page.evaluate("document.getElementById('answer').hidden = true; document.activeElement.blur()")
        expect(page.locator(".edge.lit")).to_have_count(0)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} kB")
    return 0


def _count(page: Page, outcome: str, number: int) -> None:
    expect(page.locator(f"#rows .chip[data-outcome={outcome}]")).to_have_count(number)


def _send(page: Page, sample: str) -> None:
    page.get_by_label("Sample", exact=True).select_option(label=sample)
    page.get_by_role("button", name="Send", exact=True).click()


if __name__ == "__main__":
    sys.exit(main())
