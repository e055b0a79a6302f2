"""Meta's Conversions API as its libraries call it, and Snap's: the key, and the answer that they read. Pure.

Contract: Meta's page "Conversions API: Get Started" (access_token, events_received), and its libraries' code: they
judge by the body, not by the status. Any answer without `error` is a success to them.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pipeline.intake.access import Request
from pipeline.intake.body import BadRequest
from pipeline.intake.senders import SourceSettings
from sources.inbound import Inbound, unpacked
from sources.mapped.content import content
from sources.web import meta

read = meta.read

_TOKEN, _PARAMETER, _TRY_AGAIN = 190, 100, 2  # Meta's codes of errors
_MOST_MESSAGES, _LONGEST = 100, 300


def key_in(request: Request) -> str | None:
    """The access token, of the query or the body. A body that cannot be read has none."""
    token: Any = request.query.get("access_token")
    if not token and request.body:
        with suppress(BadRequest):
            fields = content(unpacked(Inbound(request.body, request.headers, SourceSettings(), 0)), [])
            token = fields.get("access_token") if isinstance(fields, dict) else None
    return (token.strip() or None) if isinstance(token, str) else None


def said(status: int, body: dict[str, Any], taken: int) -> tuple[int, dict[str, Any]]:
    """200 for whatever was read, with how many events were queued and why the others were not; else `error`."""
    if not was_read(status, body):
        return status, error(status, body)
    told = list(messages(body).values())
    return 200, {"events_received": taken, "messages": told, "fbtrace_id": body["request_id"]}


def was_read(status: int, body: Mapping[str, Any]) -> bool:
    """Whether the post was read, and nothing of it must be sent again."""
    return status < 300 or (status == 400 and body["events_received"] > 0)


def error(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """A refusal in Meta's form."""
    code = _TOKEN if status == 401 else _PARAMETER if status < 500 else _TRY_AGAIN
    told = {"message": body["description"], "type": "OAuthException", "code": code, "is_transient": status >= 500}
    return {"error": told | {"fbtrace_id": body["request_id"]}}


def messages(body: Mapping[str, Any]) -> dict[int, str]:
    """Why events were not taken, by their place in the post."""
    told: dict[int, str] = {}
    for one in body["failed_events"]:
        errors = "; ".join(f"{name}: {text}" for name, text in one["errors"].items())
        told.setdefault(one["index"], f"data[{one['index']}] {errors}"[:_LONGEST])
    for one in (*body.get("ignored", ()), *body.get("withheld", ())):
        told.setdefault(one["index"], f"data[{one['index']}] {one['reason']}"[:_LONGEST])
    return dict(sorted(told.items())[:_MOST_MESSAGES])
