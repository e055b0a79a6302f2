"""A real Chromium, as Debian and Ubuntu package it, driven by playwright."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

# The one without windows first, if it is there: it takes a third less of a processor's time.
_WINDOWED = Path("/usr/bin/chromium")
CHROMIUM = next((path for path in (Path("/usr/bin/chromium-headless-shell"), _WINDOWED) if path.exists()), _WINDOWED)
# Chromium's own traffic stays off, so that all requests are the page's; a container has no sandbox to give it.
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()

needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is missing: apt-get install chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser with an empty profile, without a window; each `new_context()` is a visitor of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()
