"""Signatures with which a platform shows that a post is its own: HMACs over the raw body and what belongs to it. Pure.

Platforms differ in the header, in what is signed beside the body (the time, an id, the address), and in how several
signatures share one header. A scheme with a time also refuses a post that is older than five minutes. A repetition
within them changes nothing: it has the same event ids.
"""

import base64
import binascii
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal
from urllib.parse import parse_qs, parse_qsl, urlsplit

from pipeline.intake.body import BadRequest
from sources.inbound import Inbound

TOLERANCE = 300  # seconds: Stripe's, HubSpot's and the Standard Webhooks' own
_MOST_SIGNATURES = 20
# HubSpot, "Validating requests": of these the signed address has the character itself.
_DECODED = {"%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'", "%28": "(", "%29": ")"}
_DECODED |= {"%2A": "*", "%2C": ",", "%3B": ";"}


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a platform signs.

    `signed` is the signed text, with {body}, {timestamp}, {id}, {url}, {method} and {params} (a form's fields by name,
    as Twilio joins them). A header with several entries has `separator` between them; a signature begins with `prefix`.
    `timestamp` is a header, or the name of an entry (t=...) of the one with the signatures; `id` is a header.
    `key` says whether the key is the text of the secret, or base64 after its `whsec_`.
    """

    header: str
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    encoding: Literal["base64", "hex"] = "hex"
    signed: str = "{body}"
    prefix: str = ""
    separator: str = ""
    timestamp: str = ""
    id: str = ""
    key: Literal["text", "whsec"] = "text"


def verify(inbound: Inbound, scheme: Scheme) -> None:
    """Check the signature of a post. Without a `signature_secret` nothing is checked. Raises BadRequest, 401."""
    secret = inbound.settings.signature_secret
    if secret is None:
        return
    given = _header(inbound, scheme.header)
    if not given:
        raise BadRequest(
            401, f"the header {scheme.header} is missing: the platform must sign, or take signature_secret away"
        )
    entries = given.split(scheme.separator, _MOST_SIGNATURES) if scheme.separator else [given]
    entries = [entry.strip() for entry in entries]
    stamp = _timestamp(inbound, scheme, entries)
    signatures = [entry[len(scheme.prefix) :] for entry in entries if entry.startswith(scheme.prefix)]
    key = _key(secret, scheme)
    for text in _signed(inbound, scheme, stamp):
        expected = _encoded(hmac.digest(key, text, scheme.algorithm), scheme)
        if any(hmac.compare_digest(_folded(one, scheme), expected) for one in signatures):
            return
    of_url = " and its url, the address as the platform calls it" if "{url}" in scheme.signed else ""
    raise BadRequest(
        401, f"the header {scheme.header} does not match the body: check signature_secret of this sender{of_url}"
    )


def made(scheme: Scheme, secret: str, body: bytes) -> str | None:
    """The header's value of a post of this body; None of a scheme that signs more than the body."""
    if scheme.signed != "{body}":
        return None
    return scheme.prefix + _encoded(hmac.digest(_key(secret, scheme), body, scheme.algorithm), scheme).decode()


def _timestamp(inbound: Inbound, scheme: Scheme, entries: list[str]) -> str:
    """The signed time as it stands there, if the scheme has one. Raises BadRequest if it is missing or not of now."""
    if not scheme.timestamp:
        return ""
    mark = f"{scheme.timestamp}="
    listed = (entry[len(mark) :] for entry in entries if entry.startswith(mark))
    stamp = _header(inbound, scheme.timestamp) or next(listed, "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 20):
        raise BadRequest(401, f"the time of the signature ({scheme.timestamp}) is missing: pass it on as it was sent")
    seconds = int(stamp) / (1_000 if len(stamp) > 11 else 1)
    if abs(inbound.received_at - seconds) > TOLERANCE:
        raise BadRequest(
            401,
            f"the signature is more than {TOLERANCE // 60} minutes old, or from the future: check the clock of what"
            " signs, and that nothing holds the post back",
        )
    return stamp


def _header(inbound: Inbound, name: str) -> str:
    """A header; those of Standard Webhooks have a second name, Svix's."""
    second = name.replace("webhook-", "svix-", 1) if name.startswith("webhook-") else name
    return (inbound.headers.get(name) or inbound.headers.get(second) or "").strip()


def _key(secret: str, scheme: Scheme) -> bytes:
    if scheme.key == "text":
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(
            401, "signature_secret of this sender is no such secret: copy it whole, whsec_ and what follows"
        ) from None


def _signed(inbound: Inbound, scheme: Scheme, stamp: str) -> Iterator[bytes]:
    """The texts that may have been signed: of an address there are several spellings."""
    texts = {"timestamp": stamp, "id": _header(inbound, scheme.id) if scheme.id else "", "method": inbound.method}
    pieces = {name: text.encode() for name, text in texts.items()} | {"body": inbound.body}
    for url in _addresses(inbound) if "{url}" in scheme.signed else ("",):
        whole = {**pieces, "url": url.encode(), "params": _params(inbound, url)}
        yield b"".join(whole[name] if name in whole else mark.encode() for mark, name in _template(scheme.signed))


def _template(signed: str) -> Iterator[tuple[str, str]]:
    """The pieces of a template: a text and no name, or the name of what stands there."""
    for piece in signed.split("{"):
        name, end, rest = piece.partition("}")
        yield ("", name) if end else (piece, "")
        if rest:
            yield rest, ""


def _addresses(inbound: Inbound) -> Iterator[str]:
    """The address as the platform may know it: the sender's `url`, or the one that was called; port and escapes."""
    said = inbound.settings.url
    query = urlsplit(inbound.url).query
    urls = [inbound.url] if said is None else [said, f"{said}?{query}"] if query and "?" not in said else [said]
    for url in urls:
        yield url
        parts = urlsplit(url)
        port = "" if parts.port else ":443" if parts.scheme == "https" else ":80"
        host = f"{parts.netloc}{port}" if port else parts.hostname or ""
        yield parts._replace(netloc=host).geturl()
        decoded = url
        for escape, letter in _DECODED.items():
            decoded = decoded.replace(escape, letter).replace(escape.lower(), letter)
        if decoded != url:
            yield decoded


def _params(inbound: Inbound, url: str) -> bytes:
    """Twilio: of a form each name with its value, sorted. A JSON body's SHA-256 is in the signed address instead."""
    if "bodySHA256=" in url:
        stated = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0]
        if hmac.compare_digest(stated.lower().encode(), sha256(inbound.body).hexdigest().encode()):
            return b""
        raise BadRequest(401, "bodySHA256 in the address does not match the body: pass the body on as it was sent")
    try:
        pairs = parse_qsl(inbound.body.decode(), keep_blank_values=True, max_num_fields=1_000)
    except ValueError:
        return inbound.body
    return "".join(name + value for name, value in sorted(set(pairs))).encode()


def _encoded(digest: bytes, scheme: Scheme) -> bytes:
    return base64.b64encode(digest) if scheme.encoding == "base64" else digest.hex().encode()


def _folded(given: str, scheme: Scheme) -> bytes:
    return (given.lower() if scheme.encoding == "hex" else given).encode(errors="replace")
