"""The smallest conversion that Roku takes, with changes, and what becomes of it."""

import json
from hashlib import sha256
from typing import Any, Literal

from pipeline.contract.destination import Invalid, Prepared, Withheld
from pipeline.intake import body
from pipeline.intake.access import Request
from pipeline.intake.received import Received
from pipeline.intake.reception import receive
from pipeline.intake.senders import Sender
from pipeline.values.phone import PhoneFormat
from roku.destination import DESTINATION
from roku.event import prepare
from roku.normalise import Settings

NOW = 1_767_225_600  # 2026-01-01T00:00:00Z
GROUP = "example_website_123"
DEVICE = "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a"  # the aGA of Roku's page
ABSENT = object()


def sha(text: str) -> str:
    """SHA-256 of the text as Roku wants it: lower-case hex."""
    return sha256(text.encode()).hexdigest()


def conversion(**changes: Any) -> dict[str, Any]:
    """A purchase by a known device, changed as given; ABSENT takes a field out."""
    whole = {
        "event_id": "order-1",
        "event_name": "PURCHASE",
        "event_time": NOW,
        "user_data": {"aGA": DEVICE},
    } | changes
    return {name: value for name, value in whole.items() if value is not ABSENT}


def with_user(**fields: Any) -> dict[str, Any]:
    """The conversion with these fields in `user_data`, beside the device's id."""
    return conversion(user_data={"aGA": DEVICE} | fields)


def with_custom(**fields: Any) -> dict[str, Any]:
    """The conversion with these fields as its `custom_data`."""
    return conversion(custom_data=fields)


def outcome(
    given: object,
    *,
    phone_format: PhoneFormat = "digits",
    default_country: str | None = None,
    phone_without_country: Literal["drop", "as_it_stands"] = "drop",
    context: dict[str, Any] | None = None,
) -> Prepared | Invalid | Withheld:
    """What the code makes of the conversion."""
    settings = Settings(phone_format, default_country, phone_without_country)
    return prepare(given, group=GROUP, now=NOW, settings=settings, context=context or {})


def finished(given: object, **settings: Any) -> dict[str, Any]:
    """The finished event of a conversion that must become one."""
    return written(outcome(given, **settings))


def written(made: object) -> dict[str, Any]:
    """The event of what must be one."""
    assert isinstance(made, Prepared), made
    event: dict[str, Any] = json.loads(made.line)
    return event


def unwarned(made: object) -> dict[str, Any]:
    """The event of what must be one without a warning."""
    event = written(made)
    assert isinstance(made, Prepared)
    assert made.warnings == []
    return event


def errors(given: object, **settings: Any) -> dict[str, str]:
    """The errors of a conversion that must not become an event."""
    made = outcome(given, **settings)
    assert isinstance(made, Invalid), made
    return made.errors


def warned(given: object, **settings: Any) -> list[str]:
    """The fields of which the sender is told something."""
    return [name for name, _ in outcome(given, **settings).warnings]


def take(text: str, sender: Sender | None = None) -> Received:
    """What becomes of a post for Roku, of any sender or of this one."""
    request = Request("POST", "/v1/events", {}, {}, text.encode(), None, None)
    return receive(
        request,
        sender or Sender(name="vendor", key="some-key-1"),
        body.read(request.body),
        [DESTINATION],
        default="",
        now=NOW,
    )["roku"]


# Personal data as senders write it, one for each hashed field.
CANARIES = {
    "em": "canary.em+tag@example.com",
    "ph": "+1 (555) 010-0142",
    "fn": "Canaryfirst",
    "ln": "Canarylast",
    "ge": "female",
    "db": "1971-04-05",
}
