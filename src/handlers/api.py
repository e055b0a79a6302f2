"""What the functions behind the HTTP API share: API Gateway's event in, an answer in Roku's shape out."""

import base64
import binascii
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial, wraps
from typing import Any

from pydantic_core import to_json

from handlers import clients, sender_keys, telemetry
from pipeline.aws.secrets import SecretUnavailable
from pipeline.intake import access
from pipeline.intake.access import Request
from pipeline.intake.body import BadRequest, Body
from pipeline.intake.reply import reply
from pipeline.intake.senders import Sender, SourceSettings
from pipeline.values import hints
from pipeline.values.words import SenderName
from sources import doors, registry
from sources.inbound import Inbound

_HALF_A_PAIR = re.compile("[\ud800-\udfff]").sub
_NAMES = ", ".join(registry.SOURCES)

# What a function behind the API says: the status and the body: JSON, the text of XML, or None for none.
Said = tuple[int, dict[str, Any] | str | None]
# What reads a post of this sender. Raises BadRequest.
Reader = Callable[[Request, Sender], Body]


@dataclass(slots=True)
class Call:
    """One call of a function: the line of the log that it ends with, the headers of its answer, and the answer's form.

    `said` makes what another API's libraries expect of our status, our body and how many events are queued (`taken`).
    """

    line: telemetry.Line
    headers: dict[str, str] = field(default_factory=dict)
    said: Callable[[int, dict[str, Any], int], tuple[int, dict[str, Any]]] | None = None
    taken: int = 0


def answering(
    take: Callable[[dict[str, Any], Any, Call], Said],
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The function as Lambda calls it: it writes its line, and turns errors into answers. It never raises.

    What is wrong with the request is a 4xx that says how to fix it, what is wrong with us is a 503.
    """

    @wraps(take)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        # The id is the API's, so that its own line is found with ours.
        call = Call(telemetry.Line(event["requestContext"]["requestId"]))
        hints.begin()
        try:
            status, body = take(event, context, call)
        except BadRequest as refusal:
            status, body = refusal.status, reply(refusal.status, 0, description=refusal.description)
        except SecretUnavailable as error:
            telemetry.failed(error, **call.line.fields)
            status, body = 503, reply(503, 0, description="the sender keys cannot be read: send the request again")
        except Exception as error:  # noqa: BLE001 - a sender must get an answer that makes it try again, and no data may reach the log
            telemetry.failed(error, **call.line.fields)
            status, body = 503, reply(503, 0, description="nothing was taken: send the request again")
        if isinstance(body, dict) and "code" in body:  # a platform's own form of acknowledgement has none
            body = body | {"request_id": call.line.request_id}
            if call.said is not None:
                status, body = call.said(status, body, call.taken)
        call.line.write(status=status)
        return _answer(status, body, call.headers)

    return handler


def path_of(event: Mapping[str, Any]) -> str:
    """The request's path, without the stage that API Gateway puts before it."""
    stage = event["requestContext"].get("stage", "$default")
    path: str = event["rawPath"]
    return path if stage == "$default" else path.removeprefix(f"/{stage}")


def request_of(event: Mapping[str, Any]) -> Request:
    """The request of an event of API Gateway's HTTP API (payload format 2.0). Raises BadRequest."""
    http = event["requestContext"]["http"]
    text = event.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, UnicodeEncodeError):
        raise BadRequest(400, "the body cannot be decoded: send UTF-8 text") from None
    path = path_of(event)
    return Request(
        method=_whole(http["method"]),
        path=path,
        headers={name.lower(): _whole(value) for name, value in (event.get("headers") or {}).items()},
        query={name: _whole(value) for name, value in (event.get("queryStringParameters") or {}).items()},
        body=body,
        source_ip=http.get("sourceIp"),
        user_agent=_whole(http.get("userAgent") or ""),
        url=_url(event),
        door=doors.door_of(path),
    )


def _url(event: Mapping[str, Any]) -> str:
    """The address that was called, as far as API Gateway tells it."""
    query = _whole(event.get("rawQueryString") or "")
    host = event["requestContext"].get("domainName") or ""
    return f"https://{host}{_whole(event['rawPath'])}" + (f"?{query}" if query else "")


def nothing_here() -> BadRequest:
    """The refusal of a path that nothing reads."""
    own = f"{access.EVENTS}, {access.BEACON}, /v1/test_events or {access.SOURCES}SOURCE ({_NAMES})"
    libraries = "Segment's libraries to /v1/batch or /v1/track, Meta's to /v25.0/ID/events"
    return BadRequest(404, f"there is nothing here: post to {own}; {libraries}")


def sender_of(request: Request, call: Call, counts: Counter[str]) -> Sender | None:
    """The sender of the request; None if a browser only asks whether its page may post.

    Raises BadRequest, and SecretUnavailable. Gives the answer its headers and the line its sender.
    """
    allowed = ("POST", "OPTIONS", "GET", "HEAD") if registry.takes_get(request.source) else ("POST", "OPTIONS")
    if request.method not in allowed:
        call.headers["Allow"] = ", ".join(allowed)
        raise BadRequest(405, f"{request.method} is not supported: use POST")
    key, origins = access.presented_key(request), _allowed_origins()
    if key is None and request.door is not None:
        key = doors.wire_of(request.door).key_in(request)
    secret = clients.secret(os.environ["SENDER_KEYS_SECRET"])
    senders, sender = sender_keys.look_up(key, secret, origins, counts)
    call.headers |= access.cors(request, senders)
    if request.method == "OPTIONS":
        return None
    sender = access.authenticate(request, key, sender, origins)
    call.line.fields["sender"] = SenderName(sender.name)
    access.admit(sender, request)
    return sender


def preflight(call: Call) -> Said:
    """What the browser is told that asks whether its page may post."""
    if not call.headers:
        return 403, reply(403, 0, description="no browser key may be used from this origin")
    return 204, None


def reader_of_source(request: Request) -> Reader:
    """What reads the posts to a source's path. Raises BadRequest if it is not one."""
    read = registry.reader(request.source) if request.source else None
    if request.door is not None:
        read = doors.wire_of(request.door).read
    if read is None:
        raise nothing_here()
    return partial(_read, read)


def _read(read: registry.Reader, request: Request, sender: Sender) -> Body:
    source, now = request.source or "", clients.now()
    settings = sender.sources.get(source, SourceSettings())
    return read(
        Inbound(request.body, request.headers, settings, now, source, request.method, request.url, request.path)
    )


@cache
def _allowed_origins() -> tuple[str, ...]:
    return tuple(filter(None, (origin.strip() for origin in os.environ["ALLOWED_ORIGINS"].split(","))))


def _whole(text: str) -> str:
    """The text with each half of a surrogate pair, which no UTF-8 can hold, replaced by U+FFFD."""
    return text if text.isascii() else _HALF_A_PAIR("\ufffd", text)


def _answer(status: int, body: Mapping[str, Any] | str | None, headers: Mapping[str, str]) -> dict[str, Any]:
    if body is None:
        return {"statusCode": status, "headers": dict(headers), "body": "", "isBase64Encoded": False}
    extra = {"Retry-After": "5"} if status == 503 else {}
    kind, text = ("text/xml", body) if isinstance(body, str) else ("application/json", to_json(body).decode())
    return {
        "statusCode": status,
        "headers": {"Content-Type": kind, "Cache-Control": "no-store", **extra, **headers},
        "body": text,
        "isBase64Encoded": False,
    }
