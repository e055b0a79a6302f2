"""One post of a platform, as its source's module gets it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.intake import body as bodies
from pipeline.intake.body import BadRequest
from pipeline.intake.senders import SourceSettings
from pipeline.intake.unwrapping import unwrapped

# name=value, as in an address. No JSON begins so, whatever a template left out of it.
FORM = re.compile(rb"\s*[A-Za-z_][\w.%\[\]+-]{0,200}=").match


@dataclass(frozen=True, slots=True)
class Inbound:
    """A body as it came, its headers (names in lower case), the sender's settings, and when (epoch seconds).

    `source` is the word in the path, `url` the address that was called, with its query.
    """

    body: bytes
    headers: Mapping[str, str]
    settings: SourceSettings
    received_at: float
    source: str = ""
    method: str = "POST"
    url: str = ""


def refuse_form(inbound: Inbound) -> None:
    """Raise BadRequest, with the fix, for the fields of a web form in the place of JSON."""
    if FORM(inbound.body):
        raise BadRequest(
            400, "the body is form-encoded (name=value&...): set the format of the platform's webhook to JSON"
        )


def parsed(inbound: Inbound, warnings: list[tuple[str, str]]) -> Any:
    """The body's JSON value; what was fixed goes to `warnings`. Raises BadRequest."""
    refuse_form(inbound)
    return unwrapped(bodies.parse(inbound.body, warnings), warnings, strict=True)


def json_object(inbound: Inbound, warnings: list[tuple[str, str]]) -> dict[str, Any]:
    """The body as one JSON object; what was fixed goes to `warnings`. Raises BadRequest."""
    data = parsed(inbound, warnings)
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if not isinstance(data, dict):
        raise BadRequest(400, "the body must be one JSON object, as the platform posts it")
    return data
