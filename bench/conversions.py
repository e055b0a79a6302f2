"""The conversions that are measured: an ordinary PURCHASE of 902 bytes, each with another person, and invalid ones."""

import json
import random
from typing import Any

GROUP = "example_website_123"
NOW = 1_767_225_600  # 2026-01-01T00:00:00Z
RAW_BYTES = 902

_FIRST = "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara".split()
_LAST = "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Wilson Moore".split()
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)


def purchase(number: int) -> dict[str, Any]:
    """The ordinary PURCHASE: em, ph, fn, ln, db, IP address, user agent, two URLs, two contents, value; 902 bytes."""
    first, last = _FIRST[number % 12], _LAST[number // 12 % 12]
    whole: dict[str, Any] = {
        "event_id": f"order-{number:08d}",
        "event_name": "PURCHASE",
        "event_type": "conversion",
        "event_time": NOW - number % 86_400,
        "event_source": "website",
        "event_source_url": f"https://shop.example.com/checkout/thank-you?order={number:08d}",
        "referrer_url": "https://shop.example.com/checkout/payment?step=3",
        "user_data": {
            "em": f"{first}.{last}.{number:06d}@example.com",
            "ph": f"+1 (555) {number % 900 + 100:03d}-{number * 7 % 10_000:04d}",
            "fn": first,
            "ln": last,
            "db": f"19{50 + number % 50}-0{1 + number % 9}-{10 + number % 18}",
            "client_ip_address": f"203.0.113.{100 + number % 156}",
            "client_user_agent": _AGENT,
        },
        "custom_data": {
            "value": 100 + number % 900 + 0.25,
            "currency": "USD",
            "order_id": f"order-{number:08d}",
            "num_items": 3,
            "contents": [
                {"id": f"sku-{number:06d}", "quantity": "2", "price": 24.5},
                {"id": f"sku-{number + 1:06d}", "quantity": "1", "price": 51.25},
            ],
        },
    }
    # The names differ in length: the page that the visitor came from evens it out.
    whole["referrer_url"] += "&ref=" + "x" * (RAW_BYTES - len(dump(whole)) - len("&ref="))
    return whole


def invalid(number: int) -> dict[str, Any]:
    """A purchase that cannot be delivered, for one of four reasons in turn."""
    whole = purchase(number)
    match number // 10 % 4:
        case 0:
            del whole["event_time"]
        case 1:
            whole["user_data"] = {"em": "not an address", "fn": "Jane", "ln": "Doe"}
        case 2:
            whole["event_name"] = "PURCHASED"
        case 3:
            whole["event_time"] = "yesterday"
    return whole


def unusual(number: int) -> dict[str, Any]:
    """A purchase that is delivered as any other, and of which one field needs a closer look: a blank behind a name."""
    whole = purchase(number)
    whole["user_data"]["fn"] += " "
    return whole


def purchases(count: int, *, share_invalid: float = 0.0, first: int = 0) -> list[dict[str, Any]]:
    """So many conversions, every n-th of them invalid so that their share is as told (0, 0.1 or 1)."""
    every = round(1 / share_invalid) if share_invalid else 0
    return [
        invalid(number) if every and (number + 1) % every == 0 else purchase(number)
        for number in range(first, first + count)
    ]


def mixed(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Purchases of mixed size, 0.3 to 7 kB once finished, always the same: a quarter bare, some with long carts."""
    chance = random.Random(seed)  # noqa: S311 - it makes sizes
    made = []
    for number in range(count):
        whole = purchase(number)
        draw = chance.random()
        if draw < 0.25:
            del whole["custom_data"], whole["referrer_url"]
            whole["user_data"] = {"em": whole["user_data"]["em"]}
        elif draw > 0.9:
            whole["custom_data"]["contents"] *= chance.randint(2, 60)
        made.append(whole)
    return made


def post_body(conversions: list[dict[str, Any]]) -> bytes:
    """What a sender posts."""
    return dump({"event_group_id": GROUP, "events": conversions})


def dump(value: object) -> bytes:
    """Compact JSON, as browsers and most senders write it."""
    return json.dumps(value, separators=(",", ":")).encode()
