"""One post of a platform, as its source's module gets it. Pure."""

import base64
import binascii
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline.intake import body as bodies
from pipeline.intake.body import MAX_BYTES, BadRequest
from pipeline.intake.senders import SourceSettings
from pipeline.intake.unwrapping import unwrapped

# name=value, as in an address. No JSON begins so, whatever a template left out of it.
FORM = re.compile(rb"\s*[A-Za-z_][\w.%\[\]+-]{0,200}=").match
_GZIP = b"\x1f\x8b"
_MEMBERS = 100  # of one gzip stream
_ANY_ZLIB = 47  # zlib's window bits for gzip and zlib, whichever it is
_PLAIN = ("", "identity", "utf-8", "aws-chunked")
_BROKEN = (
    "the body was compressed with gzip, and was made text on its way, so it is lost: send it without compression, or"
    " with Content-Type: application/octet-stream, which leaves it as it is"
)


@dataclass(frozen=True, slots=True)
class Inbound:
    """A body as it came, its headers (names in lower case), the sender's settings, and when (epoch seconds).

    `source` is the word in the path, `url` the address that was called, with its query; `path` is the request's own.
    """

    body: bytes
    headers: Mapping[str, str]
    settings: SourceSettings
    received_at: float
    source: str = ""
    method: str = "POST"
    url: str = ""
    path: str = ""


def unpacked(inbound: Inbound) -> Inbound:
    """The post with its body out of gzip and base64, as its headers and its first bytes say. Raises BadRequest."""
    body = inbound.body
    if "base64" in (inbound.headers.get("content-transfer-encoding", ""), inbound.headers.get("content-encoding", "")):
        try:
            body = base64.b64decode(body, validate=False)
        except (binascii.Error, ValueError):
            raise BadRequest(400, "the body is not base64, as its header says it is: send it as it is") from None
    encoding = inbound.headers.get("content-encoding", "").strip().lower().removeprefix("x-")
    if encoding not in (*_PLAIN, "gzip", "deflate", "base64"):
        raise BadRequest(415, "this Content-Encoding is not read: send the body with gzip, or without compression")
    if body.startswith((_GZIP, b"\x78\x01", b"\x78\x9c", b"\x78\xda")):
        body = _decompressed(body)
    elif body[:1] == b"\x1f" or (encoding in ("gzip", "deflate") and b"\xef\xbf\xbd" in body[:20]):
        raise BadRequest(415, _BROKEN)
    return replace(inbound, body=body)


def _decompressed(body: bytes) -> bytes:
    """All that is packed in the body: gzip may have several members, one behind the other (RFC 1952, 2.2)."""
    whole = b""
    for _ in range(_MEMBERS):
        unpacker = zlib.decompressobj(_ANY_ZLIB)
        try:
            whole += unpacker.decompress(body, MAX_BYTES + 1 - len(whole))
        except zlib.error:
            raise BadRequest(415, _BROKEN) from None
        if len(whole) > MAX_BYTES:
            raise BadRequest(413, f"the body has more than {MAX_BYTES} bytes when it is unpacked: send it in parts")
        if not unpacker.eof:
            raise BadRequest(400, "the compressed body is cut off: send it whole")
        body = unpacker.unused_data.lstrip(b"\0")  # padding, as gzip's own programs take it
        if not body.startswith(_GZIP):
            break
    if body:
        raise BadRequest(400, "something is behind the end of the compressed body: send it as one gzip stream")
    return whole


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
