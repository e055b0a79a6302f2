"""What the functions behind the HTTP API share: API Gateway's event in, an answer in Roku's shape out."""

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic_core import to_json

from handlers import clients, sender_keys, telemetry
from pipeline import hints, reception
from pipeline.body import Posting, Refusal
from pipeline.destination import Destination
from pipeline.reception import Reception, Request
from pipeline.reply import reply
from pipeline.secrets import SecretUnavailable
from pipeline.senders import Sender
from pipeline.words import SenderName
from sources import registry

EVENTS, BEACON, SOURCES = "/v1/events", "/v1/beacon", "/v1/sources/"
_HALF_A_PAIR = re.compile("[\ud800-\udfff]").sub
_NAMES = ", ".join(registry.MODULES)

Answer = dict[str, Any]
# Reads a request's body; raises Refusal.
Reader = Callable[[Request, Sender], Posting]
# Decides on status and body, from what the request became for each destination.
Decide = Callable[[Mapping[str, Reception], Sender, Request], tuple[int, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the stack's parameters say to the functions behind the API."""

    sender_keys_secret: str
    default_event_group: str | None
    allowed_origins: tuple[str, ...]


@cache
def settings() -> Settings:
    """Read from the environment, once."""
    return Settings(
        sender_keys_secret=os.environ["SENDER_KEYS_SECRET"],
        default_event_group=os.environ["DEFAULT_EVENT_GROUP"] or None,
        allowed_origins=tuple(filter(None, (o.strip() for o in os.environ["ALLOWED_ORIGINS"].split(",")))),
    )


def serve(
    event: Mapping[str, Any],
    reader: Callable[[str], Reader | None],
    answer: Decide,
    line: telemetry.Line,
    to: Sequence[Destination],
    apart: Callable[[], bool],
) -> Answer:
    """Take one POST: authenticate, read, finish the events for each destination, and let `answer` decide.

    `reader` gives what reads the posts to a path, or None where there is nothing; `apart` tells whether delivery can
    tell different conversions of one id apart. Never raises: what is wrong with the request is a 4xx that says how to
    mend it, what is wrong with us is a 503. Writes the `line`, with its sender.
    """
    made = _served(event, reader, answer, line, to, apart)
    line.write(status=made["statusCode"])
    return made


def _served(
    event: Mapping[str, Any],
    reader: Callable[[str], Reader | None],
    answer: Decide,
    line: telemetry.Line,
    to: Sequence[Destination],
    apart: Callable[[], bool],
) -> Answer:
    headers: dict[str, str] = {}
    hints.begin()
    try:
        request = _request(event)
        read = _found(reader(request.path), request, headers)
        known = settings()
        secret = clients.secret(known.sender_keys_secret)
        senders, found = sender_keys.look_up(request, secret, known.allowed_origins, line.of(to[0].name))
        headers |= reception.cors(request, senders)
        if request.method == "OPTIONS":
            return _preflight(headers)
        sender = reception.authenticate(request, found, known.allowed_origins)
        line.told["sender"] = SenderName(sender.name)
        _admit(sender, request.path)
        posting, now, are_apart = read(request, sender), clients.now(), apart()
        received = {
            destination.name: reception.receive(
                request,
                sender,
                posting,
                destination,
                default_event_group=known.default_event_group,
                now=now,
                apart=are_apart,
            )
            for destination in to
        }
        status, body = answer(received, sender, request)
    except Refusal as refusal:
        status, body = refusal.status, reply(refusal.status, 0, description=refusal.description)
    except SecretUnavailable as error:
        telemetry.failed(error, **line.told)
        status, body = 503, reply(503, 0, description="the sender keys cannot be read: send the request again")
    except Exception as error:  # noqa: BLE001 - a sender must get an answer that makes it try again, and no data may reach the log
        telemetry.failed(error, **line.told)
        status, body = 503, reply(503, 0, description="nothing was taken: send the request again")
    return _answer(status, body, headers)


def source_of(path: str) -> str | None:
    """The source that this path belongs to, in lower case; None for the paths that are no source's."""
    return path.removeprefix(SOURCES).lower() if path.startswith(SOURCES) else None


def _admit(sender: Sender, path: str) -> None:
    """Raise Refusal if the sender's key does not open this path."""
    source = source_of(path)
    if sender.browser and path != BEACON:
        raise Refusal(403, f"this is a browser key, which opens nothing else: post to {BEACON}")
    if path == BEACON and not sender.browser:
        raise Refusal(
            403,
            f"this is a server's key, and whoever reads a page could use it: a server posts to {EVENTS}, a page needs"
            " a browser key",
        )
    if source is not None and sender.unread:
        raise Refusal(503, f"the settings of this sender cannot be used ({', '.join(sender.unread)}): mend its entry")
    if not sender.opens(source):
        raise Refusal(403, "this sender's platform signs, so its key opens only the sources whose posts are signed")


def _found(reader: Reader | None, request: Request, headers: dict[str, str]) -> Reader:
    if reader is None:
        raise Refusal(
            404,
            f"there is nothing here: post to {EVENTS}, {BEACON}, /v1/test_events or {SOURCES}SOURCE ({_NAMES})",
        )
    if request.method not in ("POST", "OPTIONS"):
        headers["Allow"] = "POST, OPTIONS"
        raise Refusal(405, f"{request.method} is not supported: use POST")
    return reader


def path_of(event: Mapping[str, Any]) -> str:
    """The request's path, without the stage that API Gateway puts before it."""
    stage = event["requestContext"].get("stage", "$default")
    path: str = event["rawPath"]
    return path if stage == "$default" else path.removeprefix(f"/{stage}")


def _request(event: Mapping[str, Any]) -> Request:
    http = event["requestContext"]["http"]
    text = event.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, UnicodeEncodeError):
        raise Refusal(400, "the body cannot be decoded: send UTF-8 text") from None
    return Request(
        method=_whole(http["method"]),
        path=path_of(event),
        headers={name.lower(): _whole(value) for name, value in (event.get("headers") or {}).items()},
        query={name: _whole(value) for name, value in (event.get("queryStringParameters") or {}).items()},
        body=body,
        source_ip=http.get("sourceIp"),
        user_agent=_whole(http.get("userAgent") or ""),
    )


def _whole(text: str) -> str:
    """The text with each half of a surrogate pair, which no UTF-8 can hold, replaced by U+FFFD."""
    return _HALF_A_PAIR("\ufffd", text)


def _preflight(headers: Mapping[str, str]) -> Answer:
    if not headers:
        return _answer(403, reply(403, 0, description="no browser key may be used from this origin"), headers)
    return {"statusCode": 204, "headers": dict(headers), "body": "", "isBase64Encoded": False}


def _answer(status: int, body: dict[str, Any], headers: Mapping[str, str]) -> Answer:
    extra = {"Retry-After": "5"} if status == 503 else {}
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **extra, **headers},
        "body": to_json(body).decode(),
        "isBase64Encoded": False,
    }
