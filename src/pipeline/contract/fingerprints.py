"""What tells whether two events of one id are of one person: keyed digests of identifiers, and of the amount. Pure.

A fingerprint is a text such as `em:Kx1f0aQ2b3c ph:9d… value:… currency:USD`: a kind, and the first 64 bits of its
value's HMAC-SHA256 with a key of the stack. Without the key it says nothing of anybody. It never covers addresses,
agents or names: many people share those. The currency is in clear, and tells nobody apart: `relay reconcile` reads it.
"""

import hashlib
from binascii import b2a_base64
from collections.abc import Mapping
from functools import lru_cache

AMOUNT, CURRENCY = "value", "currency"


def make(values: Mapping[str, str], key: bytes) -> str:
    """The fingerprint of identifiers by kind (e-mail, phone, external and device ids), and of the amount."""
    begun_inside, begun_outside = _keyed(key)
    made = []
    for kind, value in values.items():
        if kind == CURRENCY:
            made.append(f"{kind}:{value}")
        elif value:
            inner, outer = begun_inside.copy(), begun_outside.copy()
            inner.update(f"{kind}:{value}".encode())
            outer.update(inner.digest())
            made.append(f"{kind}:{b2a_base64(outer.digest()[:8], newline=False)[:11].decode()}")
    return " ".join(made)


def share_an_identifier(one: str, other: str) -> bool:
    """Whether both hold the same value of some identifier."""
    first, second = _identifiers(one), _identifiers(other)
    return any(second.get(kind) == value for kind, value in first.items())


def are_plainly_two(one: str, other: str) -> bool:
    """Whether two events of one id are two conversions.

    They are if every kind of identifier that both have differs, at least one, and both have amounts that differ.
    """
    first, second = _parsed(one), _parsed(other)
    amounts = first.pop(AMOUNT, ""), second.pop(AMOUNT, "")
    first.pop(CURRENCY, "")
    common = first.keys() & second.keys()
    differ = bool(common) and all(first[kind] != second[kind] for kind in common)
    return differ and all(amounts) and amounts[0] != amounts[1]


@lru_cache(maxsize=2)
def _keyed(key: bytes) -> "tuple[hashlib._Hash, hashlib._Hash]":
    """What HMAC-SHA256 (RFC 2104) begins its two digests with, made once: hmac.digest takes twice as long each time."""
    block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in block) for pad in (0x36, 0x5C))
    return hashlib.sha256(inner), hashlib.sha256(outer)


def _parsed(fingerprint: str) -> dict[str, str]:
    return dict(part.split(":", 1) for part in fingerprint.split(" ") if ":" in part)


def money_of(fingerprint: str) -> tuple[str, str]:
    """The amount's digest and the currency; each empty if the event had none."""
    found = _parsed(fingerprint)
    return found.get(AMOUNT, ""), found.get(CURRENCY, "")


def _identifiers(fingerprint: str) -> dict[str, str]:
    return {kind: value for kind, value in _parsed(fingerprint).items() if kind not in (AMOUNT, CURRENCY)}
