"""What Roku's page says of a person's data: the rules for `user_data`, and for persons anywhere in an event."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from local.roku_sandbox.tables import HASHED, USER_DATA
from local.sandbox.checks import EMPTY_DIGESTS, RAW_EMAIL, digest, holds_phone
from local.sandbox.profiles import Fault

Event = Mapping[str, Any]

_GENDERS: Final = frozenset(hashlib.sha256(word.encode()).hexdigest() for word in ("male", "female", "unknown"))
_HEX: Final = re.compile("[0-9a-fA-F]{64}")
_CODE: Final = re.compile("[A-Z]{2,3}")
# User agents are full of versions that look like numbers.
_NOBODYS: Final = frozenset({"client_user_agent", "event_time"})


def _user(event: Event) -> Mapping[str, Any]:
    user = event.get("user_data")
    return user if isinstance(user, dict) else {}


def type_faults(event: Event) -> Iterator[Fault]:
    """Text, a flag, an IP address."""
    if event.get("user_data") is not None and not isinstance(event["user_data"], dict):
        yield "user_data", "user_data must be an object"
    for field, value in _user(event).items():
        if field in USER_DATA and (fault := USER_DATA[field](value)):
            yield f"user_data.{field}", f"{field} {fault}"


def digest_faults(event: Event) -> Iterator[Fault]:
    """Digests alone, and the flag that says so."""
    user = _user(event)
    yield from (
        (f"user_data.{field}", f"{field} {fault}") for field in HASHED & user.keys() if (fault := digest(user[field]))
    )
    if not HASHED.isdisjoint(user) and user.get("is_hashed") is not True:
        yield "user_data.is_hashed", "is_hashed must be true where hashed fields are present"


def hashed_faults(event: Event, is_hashed: object) -> Iterator[Fault]:
    """Digests, unless the event or the body says that they are none: then the phone number may be in clear."""
    user = _user(event)
    flag = user.get("is_hashed", is_hashed)
    clear = {"ph"} if flag is False else set()
    for field in (HASHED & user.keys()) - clear:
        if fault := digest(user[field]):
            yield f"user_data.{field}", f"{field} {fault}"


def gender_faults(event: Event) -> Iterator[Fault]:
    """One of three digests."""
    value = _user(event).get("ge")
    if isinstance(value, str) and _HEX.fullmatch(value) and value not in _GENDERS | EMPTY_DIGESTS:
        yield "user_data.ge", "ge is the digest of none of male, female and unknown"


def nothing_faults(event: Event) -> Iterator[Fault]:
    """No digest of an absent value."""
    for field, value in _user(event).items():
        if field in HASHED and value in EMPTY_DIGESTS:
            yield f"user_data.{field}", f"{field} is the digest of an absent value"


def clear_faults(event: Event) -> Iterator[Fault]:
    """No e-mail address and no phone number in clear, wherever in the event; `ph` has rules of its own."""
    yield from _clear("", event)


def _clear(path: str, part: Any) -> Iterator[Fault]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in _NOBODYS and (path, name) != ("user_data", "ph"):
                yield from _clear(f"{path}.{name}".lstrip("."), value)
    elif isinstance(part, list):
        for position, value in enumerate(part):
            yield from _clear(f"{path}[{position}]", value)
    elif isinstance(part, str) and not _HEX.fullmatch(part):
        if RAW_EMAIL.search(part):
            yield path, f"{path.rpartition('.')[2]} must not hold a raw e-mail address"
        elif holds_phone(part):
            yield path, f"{path.rpartition('.')[2]} must not hold a raw phone number"


def state_faults(event: Event) -> Iterator[Fault]:
    """No code in the place of a name."""
    value = _user(event).get("st")
    if isinstance(value, str) and _CODE.fullmatch(value):
        yield "user_data.st", "st must be the state's complete name"


def unknown_faults(event: Event) -> Iterator[Fault]:
    """No further fields."""
    yield from (
        (f"user_data.{field}", f"{field} is not a known field") for field in _user(event) if field not in USER_DATA
    )
