"""Campaigns and click ids in the addresses of pages."""

from typing import Any

import pytest

from sources.campaigns import CLICK_IDS, UTM, campaign
from sources.fieldnames import find


@pytest.mark.parametrize(
    ("address", "utm", "click_ids"),
    [
        # Google's documents on custom campaigns and on auto-tagging name these parameters.
        (
            "https://www.example.com/?utm_source=summer-mailer&utm_medium=email&utm_campaign=summer-sale&gclid=abc",
            {"utm_source": "summer-mailer", "utm_medium": "email", "utm_campaign": "summer-sale"},
            {"gclid": "abc"},
        ),
        ("/collections/all?utm_source=roku&rtid=r-1", {"utm_source": "roku"}, {"rtid": "r-1"}),
        ("?utm_term=tv+ads&utm_content=a%20b", {"utm_term": "tv ads", "utm_content": "a b"}, {}),
        ("https://example.com/?utm_source=first&utm_source=second", {"utm_source": "first"}, {}),
        ("https://example.com/?utm_source={{source}}&gclid=", {}, {}),
        ("https://example.com/?email=jane@example.com&UTM_SOURCE=x#utm_source=y", {}, {}),
        ("https://[::1?utm_source=x", {}, {}),
        ("https://example.com/?utm_source=x&" + 16_384 * "a", {}, {}),
        ("https://example.com/?utm_source=x&" + "&".join(["a=1"] * 199), {"utm_source": "x"}, {}),
        ("https://example.com/?utm_source=x&" + "&".join(["a=1"] * 200), {}, {}),
        ("", {}, {}),
        (None, {}, {}),
        (5, {}, {}),
    ],
)
def test_the_campaign_of_an_address(address: Any, utm: dict[str, str], click_ids: dict[str, str]) -> None:
    assert campaign(address) == (utm, click_ids)


def test_files_know_the_same_names() -> None:
    assert [find(name) for name in UTM] == [("custom_data", name) for name in UTM]
    assert [find(name) for name in CLICK_IDS] == [("click_ids", name) for name in CLICK_IDS]
