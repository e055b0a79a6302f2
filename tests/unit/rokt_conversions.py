"""The smallest conversion that Rokt takes, with changes, and what becomes of it."""

from typing import Any

from pipeline.contract.destination import Invalid, Prepared, Withheld
from rokt.event import prepare
from rokt.settings import Settings
from tests.unit.conversions import ABSENT, NOW, written

GROUP = "shop_us"
EMAIL = "john@email.com"
SETTINGS = Settings()
EVENT_API = Settings(api="events", account_id="12345")
CLEAR: dict[str, Any] = dict.fromkeys(
    ("hash_email", "hash_first_name", "hash_last_name", "hash_mobile", "hash_billing_zip"), False
)


def conversion(**changes: Any) -> dict[str, Any]:
    """A purchase by a known person, changed as given; ABSENT takes a field out."""
    whole = {"event_id": "order-1", "event_name": "PURCHASE", "event_time": NOW, "user_data": {"em": EMAIL}} | changes
    return {name: value for name, value in whole.items() if value is not ABSENT}


def with_user(**fields: Any) -> dict[str, Any]:
    """The conversion with these fields in `user_data`, beside the e-mail address."""
    return conversion(user_data={"em": EMAIL} | fields)


def outcome(given: object, settings: Settings = SETTINGS, group: str = GROUP) -> Prepared | Invalid | Withheld:
    """What the code makes of the conversion."""
    return prepare(given, group=group, now=NOW, settings=settings)


def finished(given: object, settings: Settings = SETTINGS, group: str = GROUP) -> dict[str, Any]:
    """The finished event of a conversion that must become one."""
    return written(outcome(given, settings, group))


def said(given: object, settings: Settings = SETTINGS) -> dict[str, Any]:
    """What the finished event says of the conversion: custom_attributes, or objectData."""
    event = finished(given, settings)
    if settings.api == "events":
        return {pair["name"]: pair["value"] for pair in event["objectData"]}
    attributes: dict[str, Any] = event["events"][0]["data"]["custom_attributes"]
    return attributes


def errors(given: object, settings: Settings = SETTINGS) -> dict[str, str]:
    """The errors of a conversion that must not become an event."""
    made = outcome(given, settings)
    assert isinstance(made, Invalid), made
    return made.errors


def withheld(given: object, settings: Settings = SETTINGS) -> str:
    """Why a conversion is withheld that must be."""
    made = outcome(given, settings)
    assert isinstance(made, Withheld), made
    return made.reason


def warned(given: object, settings: Settings = SETTINGS) -> list[str]:
    """The fields of which the sender is told something."""
    return [name for name, _ in outcome(given, settings).warnings]
