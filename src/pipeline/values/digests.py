"""SHA-256 of personal data: made once, recognised when it is already made, refused when it is made of nothing."""

import binascii
import json
import re
from base64 import b64decode
from hashlib import sha256

_HEX = re.compile(r"[0-9a-fA-F]+").fullmatch
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?").fullmatch  # a double keeps 15
_BASE64_SHA256 = re.compile(r"[A-Za-z0-9+/_-]{43}=?").fullmatch  # of either alphabet, with or without its last sign

# What a template prints when it has nothing to print; its digest identifies everybody who is nobody.
_NOTHING = ("", " ", "null", "NULL", "undefined", "None", "none", "NaN", "[object Object]", "-no value-")
DIGESTS_OF_NOTHING = frozenset(sha256(text.encode()).hexdigest() for text in _NOTHING)

# Hex lengths of MD5, SHA-1, SHA-224, SHA-384 and SHA-512: digests, but not the one that is asked for.
_OTHER_DIGESTS = frozenset({32, 40, 56, 96, 128})
DIGEST_LENGTHS = _OTHER_DIGESTS | {64, 44, 43}  # a text of any other length is not a digest


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 text as 64 lower-case hex characters."""
    return sha256(text.encode()).hexdigest()


def derived_id(group: str, content: object) -> str:
    """The event id of a conversion that came without one: the same content gets the same id, in whatever order.

    So a sender's blind retry is the same event, however it writes numbers. `content` is what JSON can hold; 128 bits
    are the digest's share.
    """
    canonical = json.dumps([group, _canonical(content)], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return digest(canonical)[:32]


def _canonical(value: object) -> object:
    """The value with its numbers written in one way: 25, 25.0 and "25.00" are one, "007" and "1.10.2" are texts."""
    if isinstance(value, dict):
        return {name: _canonical(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_canonical(inner) for inner in value]
    if isinstance(value, str) and _PLAIN_NUMBER(text := value.strip()):
        value = float(text) if "." in text else int(text)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def as_digest(text: str) -> str | None:
    """The text as lower-case hex if it is a SHA-256 digest already (hex of any case, or base64), else None."""
    if len(text) == 64 and _HEX(text):
        return text.lower()
    if len(text) in (43, 44) and _BASE64_SHA256(text):
        try:
            return b64decode(text[:43].replace("-", "+").replace("_", "/") + "=", validate=True).hex()
        except binascii.Error:
            return None
    return None


def is_other_digest(text: str) -> bool:
    """Whether the text looks like the hex of another hash function than SHA-256."""
    return len(text) in _OTHER_DIGESTS and _HEX(text) is not None
