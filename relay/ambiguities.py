"""Sentences of the vendors that can be read in two ways, each as events that would tell which reading is right. Pure.

Sources: Roku's Events API page, Tealium's connector guide and Ringba's guide. All people in it are made up.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pipeline.values.digests import digest

_DAY = 86_400
_EMAIL = digest("calibration@example.com")
_NAMED, _NOT_HASHED = {"em": _EMAIL, "is_hashed": True}, {"is_hashed": False}


@dataclass(frozen=True, slots=True)
class Probe:
    """A question to Roku: `events` are sent together, and `assumed` says for each whether the relay takes it for valid.

    None: the relay builds on neither reading. `head` is sent beside the event group.
    """

    name: str
    question: str
    events: Sequence[Mapping[str, Any]]
    assumed: Sequence[bool | None]
    head: Mapping[str, Any]


def probes(at: int, mark: str) -> list[Probe]:
    """All questions, the control first; `at` is epoch seconds, and `mark` makes event ids that were never used."""
    ids = (f"relay-calibrate-{mark}-{number}" for number in range(1_000))

    def event(change: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        """An ordinary event; fields replace its own, None takes one away, and dicts replace parts of a field."""
        made: dict[str, Any] = {
            "event_id": next(ids),
            "event_name": "PAGE_VIEW",
            "event_type": "conversion",
            "event_time": at - 60,
            "event_source": "website",
            "user_data": _NAMED,
        }
        made |= deepcopy({**(change or {}), **fields})
        return {name: value for name, value in made.items() if value is not None}

    def ask(name: str, question: str, assumed: bool | None, asked: Mapping[str, Any], **head: Any) -> Probe:
        return Probe(name, question, [asked], [assumed], head)

    raw, named = {"em": "calibration@example.com"}, {"em": _EMAIL}
    phone = {"ph": digest("15550100199"), "is_hashed": True}
    money = {"value": 25, "currency": "USD"}
    bad = event(event_name="RELAY_CALIBRATION")
    return [
        ask("control", "Is an ordinary event valid?", True, event()),
        Probe(
            "partial",
            "One valid and one invalid event: is 210 the HTTP status or only the body's code, and how is it named?",
            [event(), bad],
            [True, False],
            {},
        ),
        ask("phone_alone", "Is a phone number alone an identifier?", True, event(user_data=phone)),
        ask("address_alone", "Is an IP address alone?", True, event(user_data={"client_ip_address": "203.0.113.7"})),
        ask(
            "email_spelled_out",
            "Is user_data.email read as em?",
            False,
            event(user_data={"email": _EMAIL, "is_hashed": True}),
        ),
        ask("hashed_in_user_data", "Raw e-mail, user_data.is_hashed false?", None, event(user_data=raw | _NOT_HASHED)),
        ask(
            "hashed_beside_the_group",
            "Raw e-mail, is_hashed false at the top?",
            None,
            event(user_data=raw),
            is_hashed=False,
        ),
        ask(
            "hashed_beside_the_event",
            "Raw e-mail, is_hashed false in the event?",
            None,
            event(_NOT_HASHED, user_data=raw),
        ),
        ask("hashed_nowhere", "A digest without is_hashed?", None, event(user_data=named)),
        ask("hashed_wrongly", "Raw e-mail, declared as hashed?", False, event(user_data=raw | {"is_hashed": True})),
        ask("kiosk", "Is a source that the page does not list (kiosk) valid?", None, event(event_source="kiosk")),
        ask(
            "name_of_2026", "Is the event name QSS, which the page does not list, valid?", True, event(event_name="QSS")
        ),
        ask("no_value", "Is a purchase without a value valid?", True, event(event_name="PURCHASE")),
        ask(
            "value_without_currency",
            "Is a value without a currency valid?",
            True,
            event(event_name="PURCHASE", custom_data={"value": 25}),
        ),
        ask("state_short", "Is an abbreviated state (AZ) valid?", True, event(user_data=_NAMED | {"st": "AZ"})),
        ask("thirty_days", "Is an event of 30 days ago valid?", True, event(event_time=at - 30 * _DAY)),
        ask(
            "unknown_field",
            "Is a field that the page does not name valid in custom_data?",
            None,
            event(event_name="PURCHASE", custom_data=money | {"loyalty_tier": "gold"}),
        ),
        ask("no_event_type", "Is an event without event_type valid?", None, event(event_type=None)),
    ]
