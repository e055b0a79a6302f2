"""What Segment's own destination would send to Rokt for a call, beside what this relay sends, field by field.

`DELIBERATE` is the one list of differences that are meant; docs/senders/segment.md gives their reasons.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pipeline.contract.destination import Invalid, Prepared, Withheld
from pipeline.intake.body import Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values.phone import normalise
from rokt.event import prepare
from rokt.settings import Settings
from sources.inbound import Inbound
from sources.web import segment
from tests.unit.conversions import NOW, sha
from tests.unit.segment_calls import SWITCHES, Case

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}").fullmatch
_DEVICE_IDS = ("device_info.ios_advertising_id", "device_info.android_advertising_id", "device_info.ios_idfv")
Fields = dict[str, Any]


class Difference(NamedTuple):
    """One field that differs: its place, and both values; None where there is none."""

    place: str
    theirs: Any
    ours: Any
    case: Case


def settings_of(case: Case) -> Settings:
    """The stack's settings that are those of the mapping."""
    switches = case.mapping.get("hashingConfiguration", {})
    chosen: dict[str, Any] = {ours: bool(switches.get(theirs)) for theirs, ours in SWITCHES.items()}
    chosen |= {"send_birth_date": True, "hashed_names": "as_written"} | case.settings
    return Settings(**chosen)


def ours(case: Case) -> Fields | str:
    """The fields that this relay sends; else why it sends nothing."""
    body = segment.read(Inbound(json.dumps(case.call).encode(), {}, SourceSettings(), NOW))
    (one,) = body.conversions
    if isinstance(one, Ignored):
        return one.code
    made = prepare(one, group="g", now=NOW, settings=settings_of(case))
    if isinstance(made, Prepared):
        return flat(json.loads(made.line))
    return f"{'withheld' if isinstance(made, Withheld) else 'invalid'}: {_why(made)}"


def _why(made: Invalid | Withheld) -> str:
    return str(made.reason) if isinstance(made, Withheld) else str(made.errors)


def theirs(sent: Mapping[str, Any] | None) -> Fields | str:
    """The fields that Segment's destination sends; else why it sends nothing."""
    if sent is None or "refused" in sent:
        return "nothing" if sent is None else str(sent["refused"])
    return flat(sent)


def flat(item: Mapping[str, Any]) -> Fields:
    """Each field of an object by its place; an event's by the event's name."""
    found: Fields = {}
    for name, part in item.items():
        if name == "events":
            for event in part:
                data = event["data"]
                found |= {f"{data['event_name']}.{field}": value for field, value in _flat(data)}
        elif isinstance(part, dict):
            found |= {f"{name}.{field}": value for field, value in _flat(part)}
        else:
            found[name] = part
    return found


def _flat(part: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (name if inner is None else f"{name}.{inner}", value if inner is None else value[inner])
        for name, value in part.items()
        for inner in (value if isinstance(value, dict) else (None,))
    ]


def differences(case: Case, sent: Mapping[str, Any] | None) -> list[Difference]:
    """Where both differ; the place is empty where only one of them sends anything."""
    mine, other = ours(case), theirs(sent)
    if isinstance(mine, str) or isinstance(other, str):
        return [] if isinstance(mine, str) and isinstance(other, str) else [Difference("", other, mine, case)]
    places = sorted(mine.keys() | other.keys())
    return [
        Difference(place, other.get(place), mine.get(place), case)
        for place in places
        if other.get(place) != mine.get(place) or type(other.get(place)) is bool is not type(mine.get(place))
    ]


# --- the differences that are meant ---------------------------------------------------------------------------------


def _ids(one: Difference) -> bool:
    return one.place.endswith(("source_request_id", ".source_message_id", ".custom_attributes.event_id"))


def _no_uuid(one: Difference) -> bool:
    if one.place == "" and isinstance(one.theirs, dict):  # the person has nothing else, and it is not a UUID
        return not any(_identifies(place, value) for place, value in one.theirs.items())
    return one.place in _DEVICE_IDS and one.ours is None and not _UUID(one.theirs)


def _identifies(place: str, value: Any) -> bool:
    if place in _DEVICE_IDS:
        return _UUID(value) is not None
    return place.startswith(("user_identities.", "integration_attributes.")) or place == "device_info.android_uuid"


def _amount(one: Difference) -> bool:
    told = one.case.call.get("properties", {})
    if one.place.endswith(".custom_attributes.revenue"):
        return one.theirs is None and one.ours == told["revenue"]
    return one.place.endswith(".amount") and one.ours == told.get("total")


def _nothing_paid(one: Difference) -> bool:
    return one.place.endswith(".amount") and one.theirs is None and one.ours == 0


def _mobile(one: Difference) -> bool:
    if one.place not in ("user_attributes.mobile", "user_attributes.mobilesha256") or one.ours is None:
        return False
    told = next(part["phone"] for part in _told(one.case) if "phone" in part)
    whole = normalise(told, form="e164", country="US")
    form = whole[2:] if whole.startswith("+1") else whole
    return bool(one.ours == (form if one.place.endswith("mobile") else sha(form)))


def _zip(one: Difference) -> bool:
    if not one.place.startswith("user_attributes.billingzip"):
        return False
    told = next(part["address"] for part in _told(one.case) if "address" in part)["postal_code"]
    form = told.replace(" ", "")
    return bool(" " in told.strip() and one.ours == (form if one.place.endswith("code") else sha(form)))


def _names(one: Difference) -> bool:
    return one.place in ("user_attributes.firstnamesha256", "user_attributes.lastnamesha256") and one.ours in (
        sha("john"),
        sha("doe"),
    )


def _birth_date(one: Difference) -> bool:
    return one.place == "user_attributes.dob" and one.ours is None


def _further(one: Difference) -> bool:
    return one.theirs is None and one.place in (
        "conversion.custom_attributes.content_category",
        "conversion.custom_attributes.utm_source",
        "user_attributes.city",
    )


def _kept(one: Difference) -> bool:
    traits = one.case.call.get("context", {}).get("traits", {})
    return one.theirs is None and bool(traits) and one.ours in (traits["email"], traits["firstName"])


def _person_elsewhere(one: Difference) -> bool:
    return one.ours is None and one.place in (
        "conversion.custom_attributes.note",
        "conversion.custom_attributes.username",
    )


def _user_id(one: Difference) -> bool:
    address = str(one.case.call.get("userId"))
    if "@" not in address:
        return False
    is_id = one.place == "user_identities.customerid" and one.ours is None
    return is_id or (one.place == "user_identities.other" and one.ours == sha(address.lower()))


def _nobodys(one: Difference) -> bool:
    return one.place == "user_identities.email" and one.theirs == "test@example.com" and one.ours is None


def _opted_out(one: Difference) -> bool:
    return one.place == "" and "opted out" in str(one.ours) and one.case.call["properties"]["opt_out"] is True


def _gender(one: Difference) -> bool:
    told = one.case.call.get("properties", {}).get("gender")
    return one.place == "" and isinstance(one.ours, dict) and told == "female"


def _currency(one: Difference) -> bool:
    return one.place.endswith(".currency") and one.ours == str(one.theirs).upper()


def _seen(one: Difference) -> bool:
    context = one.case.call.get("context", {})
    return one.place == "" and isinstance(one.ours, dict) and "ip" in context and "userAgent" in context


def _told(case: Case) -> list[dict[str, Any]]:
    return [case.call.get("traits", {}), case.call.get("properties", {})]


DELIBERATE: Mapping[str, Callable[[Difference], bool]] = {
    "Ids": _ids,
    "Device ids": _no_uuid,
    "Birth date": _birth_date,
    "Amount": _amount,
    "Nothing paid": _nothing_paid,
    "Names": _names,
    "Mobile numbers": _mobile,
    "Zip codes": _zip,
    "Currency": _currency,
    "Gender": _gender,
    "More identifiers": _kept,
    "IP address with user agent": _seen,
    "Further fields": _further,
    "Persons elsewhere": _person_elsewhere,
    "A user id that is an address": _user_id,
    "Nobody's data": _nobodys,
    "Opt-out": _opted_out,
}


def unexplained(case: Case, sent: Mapping[str, Any] | None, met: set[str] | None = None) -> list[Difference]:
    """The differences that no entry of the list explains; the entries that explain one are added to `met`."""
    left = []
    for one in differences(case, sent):
        titles = [title for title, explains in DELIBERATE.items() if explains(one)]
        if met is not None:
            met.update(titles[:1])
        left += [] if titles else [one]
    return left
