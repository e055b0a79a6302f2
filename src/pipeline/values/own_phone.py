"""The event's own phone number where it does not belong: in ids, texts and addresses of pages. Pure.

Bare digits are an id's own, unless the event itself says that they are its phone number. This is looked at before any
destination reads the conversion, so that its ids are the same for all of them.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from pipeline.values.digests import as_digest, digest
from pipeline.values.glances import glance

Warnings = list[tuple[str, str]]

_PUNCTUATED = re.compile(r"[\d +().-]{7,30}").fullmatch
_PUNCTUATION = dict.fromkeys(map(ord, " +().-"))
_SHORTEST_DIGEST = 44  # characters, in base64
_LONGEST = 100  # characters of a phone number with all its punctuation
# With so many digits it is the same number if only one of both has its country's code, of 3 digits at most.
_SHORTEST, _LONGEST_CODE = 9, 3

_USER_IDS = ("external_id", "subscription_id", "aFC")
_IDS = (
    ("", ("event_id",)),
    ("user_data", _USER_IDS),
    ("custom_data", ("order_id", "transactionid")),
    ("attributes", ("transactionid",)),
)
_ALL_IDS = frozenset(name for _, names in _IDS for name in names)
_TOP_TEXTS = ("event_source_url", "referrer_url", "partner_name")
_LISTS = ("content_ids", "contents")


class _Phone(NamedTuple):
    """The number's digits, or of one that came hashed its digest."""

    digits: str
    sha256: str

    def is_it(self, text: str) -> bool:
        """Whether the text is this number, however punctuated."""
        digits = text.translate(_PUNCTUATION)
        if self.sha256:
            return self.sha256 in (sha256(digits.encode()).hexdigest(), sha256(f"+{digits}".encode()).hexdigest())
        short, long = sorted((digits.lstrip("0"), self.digits.lstrip("0")), key=len)
        return short == long or (
            len(short) >= _SHORTEST and len(long) - len(short) <= _LONGEST_CODE and long.endswith(short)
        )


def without_own_phone(conversion: Any, warnings: Warnings) -> Any:
    """The conversion; where its `user_data.ph` is an id, with the id's digest, where it is in a text, without it."""
    phone = _phone_within(conversion)
    if phone is None:
        return conversion
    changed: dict[str, Any] = {}
    for part, ids in _IDS:
        source = conversion.get(part) if part else conversion
        if not isinstance(source, dict):
            continue
        found = _without(source, part, ids, phone)
        if found:
            warnings += [(f"{part}.{name}" if part else name, "held the event's own phone number") for name in found]
            changed |= {part: {**source, **found}} if part else found
    return {**conversion, **changed} if changed else conversion


def _without(source: Mapping[str, Any], part: str, ids: Iterable[str], phone: _Phone) -> dict[str, Any]:
    """The fields of this part that held the number, as they are without it."""
    own = {name: _own_id(source[name], phone) for name in ids if name in source}
    found: dict[str, Any] = {name: digest(text) for name, text in own.items() if text}
    if phone.digits and part != "user_data":
        found |= _texts(source, None if part else _TOP_TEXTS, phone.digits)
    return found | _products(source, phone) if part == "custom_data" else found


def _phone_within(conversion: Any) -> _Phone | None:
    """The event's phone number, if it may also be where it does not belong; two glances rule nearly all out."""
    user = conversion.get("user_data") if isinstance(conversion, dict) else None
    value = user.get("ph") if isinstance(user, dict) else None
    if user is None or value is None:
        return None
    joined = _joined(conversion, user)
    if type(value) is str and len(value) < _SHORTEST_DIGEST and (last := value[-4:]).isdigit() and last not in joined:
        return None
    phone = _phone(value)
    return phone if phone is not None and _may_be_in(joined, phone) else None


def _phone(value: object) -> _Phone | None:
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not 7 <= len(text) <= _LONGEST:
        return None
    known = as_digest(text.strip()) if len(text) >= _SHORTEST_DIGEST else None
    digits = "" if known else text.translate(_PUNCTUATION)
    return _Phone(digits, known or "") if known or (len(digits) >= 7 and digits.isdigit()) else None


def _may_be_in(joined: str, phone: _Phone) -> bool:
    """A closer look, for the number's last digits, then for what looks like a number.

    Where even those are apart, its look tells that it is a phone number.
    """
    if phone.digits[-4:] not in joined:  # of a hashed one there are none, and so it may be anywhere
        return False
    tail = phone.digits[-_SHORTEST:]
    return (len(tail) == _SHORTEST and tail in joined) or not joined.isascii() or _has_punctuated()(joined)


def _joined(conversion: Mapping[str, Any], user: Mapping[str, Any]) -> str:
    """Whatever may hold the number, a line each."""
    values = [conversion.get("event_id"), *map(conversion.get, _TOP_TEXTS), *map(user.get, _USER_IDS)]
    for part in ("custom_data", "attributes"):
        if type(source := conversion.get(part)) is dict:
            values += source.values()
            for name in _LISTS:
                if type(items := source.get(name)) is list:
                    values += map(_id_of, items)
    return "\n".join([one if type(one) is str else str(one) for one in values if type(one) is str or type(one) is int])


@cache
def _has_punctuated() -> Callable[[str], bool]:
    """Whether a line is what _PUNCTUATED takes of an id, and nothing else but white space."""
    return glance(r"(?m)^[\s\x1c-\x1f]*[0-9 +().-]{7,30}[\s\x1c-\x1f]*$")


def _own_id(value: object, phone: _Phone) -> str | None:
    """The id as text, if it is the phone number."""
    if type(value) is int:
        value = str(value)
    # A glance at its end comes first: nearly no id looks like a phone number.
    if type(value) is not str or not value.rstrip()[-4:].isdigit():
        return None
    text = value.strip()
    return text if _PUNCTUATED(text) and phone.is_it(text) else None


def _products(custom: Mapping[str, Any], phone: _Phone) -> dict[str, list[Any]]:
    """The lists of products in which an id is the number, with its digest instead."""
    found = {}
    for name in _LISTS:
        items = custom.get(name)
        if type(items) is not list:
            continue
        # Each is looked at once: a post of 6 MB has half a million of them.
        own = [_own_id(_id_of(item), phone) for item in items]
        if any(own):
            found[name] = [_hidden(item, text) for item, text in zip(items, own, strict=True)]
    return found


def _id_of(item: object) -> object:
    return item.get("id") if isinstance(item, dict) else item


def _hidden(item: Any, own: str | None) -> Any:
    if own is None:
        return item
    return {**item, "id": digest(own)} if isinstance(item, dict) else digest(own)


def _texts(source: Mapping[str, Any], names: Iterable[str] | None, digits: str) -> dict[str, str]:
    """What is left of the texts that hold the number, with its country's code or without."""
    tail = digits[-_SHORTEST:]
    if len(tail) < _SHORTEST:
        return {}  # so few digits may be anything
    found = {}
    for name in source if names is None else names:
        value = source.get(name)
        if type(value) is str and tail in value and name not in _ALL_IDS:
            *before, last = value.split(tail)
            found[name] = "".join([*(text.rstrip("+0123456789") for text in before), last])
    return found
