"""One post of a platform, as its source's module gets it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline import body as bodies
from pipeline.body import Refusal
from pipeline.senders import SourceSettings


@dataclass(frozen=True, slots=True)
class Inbound:
    """A body as it came, its headers (names in lower case), the sender's settings, and when (epoch seconds)."""

    body: bytes
    headers: Mapping[str, str]
    settings: SourceSettings
    received_at: float


def json_object(inbound: Inbound, warnings: list[tuple[str, str]]) -> dict[str, Any]:
    """The body as one JSON object; what was mended goes to `warnings`. Raises Refusal."""
    data = bodies.parse(inbound.body, warnings)
    if not isinstance(data, dict):
        raise Refusal(400, "the body must be one JSON object, as the platform posts it")
    return data
