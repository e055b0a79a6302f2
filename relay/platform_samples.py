"""The samples of events/sources, which the installed command has too: moved to now, and signed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.intake.access import SOURCES
from pipeline.intake.senders import SourceSettings
from relay.errors import Misuse, Trouble
from sources import registry, signature

_PACKAGED = Path(__file__).parent / "samples"
_CHECKOUT = Path(__file__).resolve().parents[1] / "events" / "sources"
# What a platform posts of an ordinary conversion; its other samples are of odd ones.
_USUAL = {
    "callrail": "callrail-post-call",
    "calltrackingmetrics": "calltrackingmetrics-end",
    "csv": "csv-store-purchases",
    "ga4": "ga4-server-side",
    "invoca": "invoca-post-call",
    "jsonl": "jsonl-offline",
    "meta": "meta-purchase",
    "ringba": "ringba-pixel",
    "segment": "segment-order-completed",
    "shopify": "shopify-order-paid",
    "tealium": "tealium-purchase",
}
_AGE = 60  # seconds: a conversion a minute ago is neither late nor ahead of any clock
# ISO 8601 with a time of day and a zone, and epoch seconds or milliseconds of 2024 to 2030, as the samples write them.
_ISO = r"20[23]\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)"
_MOMENT = re.compile(rf"\b(?:({_ISO})|(1[78]\d{{8}})(\d{{3}})?)\b")


@dataclass(frozen=True, slots=True)
class Sample:
    """One post of a platform to a source's path."""

    source: str
    name: str
    headers: Mapping[str, str]
    body: bytes

    def signed(self, settings: SourceSettings) -> "Sample":
        """The same with the platform's signature, if these settings have a secret to sign with. Raises Trouble."""
        scheme = registry.signature_of(self.source, settings)
        if scheme is None or settings.signature_secret is None:
            return self
        value = signature.made(scheme, settings.signature_secret, self.body)
        if value is None:
            raise Trouble("this platform signs more than the body, which is not imitated here: use its own test button")
        own = {name: text for name, text in self.headers.items() if name.lower() != scheme.header}
        return replace(self, headers=own | {scheme.header: value})


def sources() -> list[str]:
    """The sources of which there is a sample."""
    return sorted({one["path"].removeprefix(SOURCES) for one in _posts().values()})


def load(source: str, name: str | None, group: str | None, now: float) -> Sample:
    """A sample, as if what it tells about had happened a minute before `now` (epoch seconds).

    `group` is the event group that it names, if it names one. Raises Misuse if there is no such source or sample.
    """
    posts = {key: post for key, post in _posts().items() if post["path"] == SOURCES + source}
    if not posts:
        raise Misuse(f"there is no sample of a source {source}: choose {', '.join(sources())}")
    name = name or _USUAL.get(source, min(posts))
    if name not in posts:
        raise Misuse(f"{source} has no sample {name}: choose {', '.join(posts)}")
    post = posts[name]
    text = post["text"] if "text" in post else json.dumps(_in_group(post["body"], group))
    headers = {"Content-Type": "application/json", **post.get("headers", {})}
    return Sample(source, name, headers, moved(text, now - _AGE).encode())


def moved(text: str, to: float) -> str:
    """The text with all its moments shifted by one span, so that the latest is at `to` (epoch seconds)."""
    shift = int(to - max((_seconds(match) for match in _MOMENT.finditer(text)), default=to))

    def later(match: re.Match[str]) -> str:
        iso, seconds, milliseconds = match.groups()
        if seconds:
            return f"{int(seconds) + shift}{milliseconds or ''}"
        return (datetime.fromisoformat(iso) + timedelta(seconds=shift)).isoformat()

    return _MOMENT.sub(later, text)


def _seconds(match: re.Match[str]) -> float:
    return float(match[2]) if match[2] else datetime.fromisoformat(match[1]).timestamp()


def _in_group(body: Any, group: str | None) -> Any:
    """The body with the operator's event group in the place of the sample's; without one the settings' counts."""
    if not isinstance(body, dict) or "event_group_id" not in body:
        return body
    rest = {key: value for key, value in body.items() if key != "event_group_id"}
    return rest | ({"event_group_id": group} if group else {})


def _posts() -> dict[str, dict[str, Any]]:
    folder = _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT
    cases = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
    return {name: case["post"] for name, case in cases.items()}
