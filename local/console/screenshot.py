"""`python -m local.console.screenshot`: starts a stack, brings it into a telling state and takes docs/console.png."""

import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from local.stack import ROOT, Choices, Stack

CHROMIUM = Path("/usr/bin/chromium")
PICTURE = ROOT / "docs" / "console.png"
_SIZE = {"width": 1280, "height": 900}
_DELIVERED = ("purchase-clear", "optional-fields-dropped", "lead-mixed-hashing", "ringba-guide", "browser-beacon")


def main() -> int:
    """Take the picture, and say where it is."""
    with Stack(Choices(port=0, aws_port=0, sandbox_port=0, window=0)) as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        # Without motion nothing is caught half-way.
        context = browser.new_context(viewport=_SIZE, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{stack.url}/")
        for sample in _DELIVERED:
            _send(page, sample)
            _count(page, "delivered", _DELIVERED.index(sample) + 1)
        _send(page, "rejected-by-roku")  # one of its two
        _count(page, "rejected", 1)
        _send(page, "one-good-one-bad")
        _count(page, "delivered", len(_DELIVERED) + 2)
        _send(page, "purchase-clear")  # a repeat
        _count(page, "deduplicated", 1)
        page.get_by_role("switch", name="Outage").check()
        _send(page, "vendor-purchase")
        _count(page, "waiting", 1)
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
