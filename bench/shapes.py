"""The conversions of real senders that the core is measured with, beside the ordinary purchase and the invalid ones."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bench.conversions import purchase
from handlers import api
from local import senders
from local.cases import Case, read_cases
from pipeline.intake import body
from pipeline.intake.access import Request
from pipeline.intake.body import BadRequest
from sources import registry

_EVENTS = Path(__file__).parent.parent / "events"
_PAGE = "https://shop.example.com/caf%C3%A9/thank%20you?utm_source=news&utm_campaign=summer%20sale&gclid=Cj0KCQ"


def purchases(count: int) -> dict[str, list[dict[str, Any]]]:
    """So many purchases of each shape that a sender's program may give them, and that is clean."""
    made: dict[str, list[dict[str, Any]]] = {"US purchase": [], "nulls": [], "ISO time": []}
    made |= {"amount as text": [], "numeric ids": [], "encoded address": []}
    for number in range(count):
        whole = purchase(number)
        user, custom = whole["user_data"], whole["custom_data"]
        home = {"ct": "Austin", "st": "TX", "zp": "78701", "country": "US"}
        made["US purchase"].append(whole | {"user_data": user | home})
        made["nulls"].append(
            whole | {"partner_name": None, "user_data": user | dict.fromkeys(("ge", "ct", "external_id"))}
        )
        made["ISO time"].append(whole | {"event_time": f"2025-12-31T{number % 24:02}:{number % 60:02}:00Z"})
        made["amount as text"].append(whole | {"custom_data": custom | {"value": f"{custom['value']:.2f}"}})
        made["numeric ids"].append(
            whole | {"user_data": user | {"external_id": number + 1}, "custom_data": custom | {"order_id": number + 1}}
        )
        made["encoded address"].append(whole | {"event_source_url": f"{_PAGE}{number}"})
    return made


def samples() -> dict[str, list[dict[str, Any]]]:
    """What the samples of events/ have posted, by the source that read it."""
    known, _ = registry.senders(json.dumps(senders.senders(senders.SENDER_KEY, ["https://shop.example.com"])))
    by_name = {one.name: one for one in known}
    found: dict[str, list[dict[str, Any]]] = {}
    for case in read_cases(_EVENTS):
        request = _request(case)
        source = (request.source or "api").partition("/")[0]
        sender = by_name.get(case.key, by_name["local"])
        try:
            read = body.read(request.body) if request.source is None else api.reader_of_source(request)(request, sender)
        except BadRequest:
            continue
        found.setdefault(source, []).extend(_plain(read.conversions))
    return {source: conversions for source, conversions in found.items() if conversions}


def repeated(conversions: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """These in turn, as often as it takes."""
    return [conversions[number % len(conversions)] for number in range(count)]


def _plain(conversions: list[Any]) -> Iterator[dict[str, Any]]:
    """Those with a person whose data is text: the floor hashes nothing else."""
    for conversion in conversions:
        user = conversion.get("user_data") if isinstance(conversion, dict) else None
        if isinstance(user, dict):
            yield conversion | {"user_data": {k: str(v) if type(v) is int else v for k, v in user.items() if v}}


def _request(case: Case) -> Request:
    parts = urlsplit(case.path)
    headers = {name.lower(): value for name, value in case.headers.items()}
    return Request("POST", parts.path, headers, dict(parse_qsl(parts.query)), case.body, "203.0.113.7", "bench")
