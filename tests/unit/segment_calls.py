"""Calls for Segment's destination for Rokt and for this relay: the cases of its own tests, and random ones.

Each is a call with the mapping that a customer of Segment's would choose: the action's defaults, and what is to go
along.
"""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from sources.web.segment import EVENT_NAMES
from tests.unit.conversions import sha

SWITCHES = {
    "hashEmail": "hash_email",
    "hashFirstName": "hash_first_name",
    "hashLastName": "hash_last_name",
    "hashMobile": "hash_mobile",
    "hashBillingZipcode": "hash_billing_zip",
}
RTID = "1bc29b36f623ba82aaf6724fd3b16718"
_TIME = "2024-01-18T12:00:00.000Z"
_IOS = {
    "type": "ios",
    "advertisingId": "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a",
    "id": "9D2D4C6E-3F0B-4B60-8B8B-0A4C1B9E7F11",
}
_ANDROID = {"type": "android", "advertisingId": "0b9d2d3a-1f5e-4c57-8a55-3d3f6d0c0a11", "id": "9774d56d682e549c"}
# Of the call in the place of what the mapping says for the event: an update and no conversion.
_ONLY_UPDATE = {"source_message_id": {"@path": "$.messageId"}, "timestamp_unixtime_ms": {"@path": "$.timestamp"}}
# The mapping of a call that is not an audience's: the default's would refuse it.
_NO_AUDIENCE = {"computationAction": {"@path": "$.no.audience"}}


class Case(NamedTuple):
    """A call, the mapping over the defaults of Segment's action, and what tells it from others."""

    name: str
    call: dict[str, Any]
    mapping: dict[str, Any]
    settings: dict[str, Any] = {}  # noqa: RUF012 - the stack's, other than those that follow from the mapping


def order(name: str, properties: dict[str, Any] | None = None, /, **changes: Any) -> dict[str, Any]:
    """An Order Completed as in the destination's tests; its `event` may be another."""
    told = {"order_id": f"order-{name}", "revenue": 99.99, "currency": "USD"} | (properties or {})
    call = {
        "event": "Order Completed",
        "type": "track",
        "messageId": f"msg-{name}",
        "timestamp": _TIME,
        "userId": "u-1",
    }
    return call | {"properties": told} | changes


def hashing(*, on: bool) -> dict[str, Any]:
    """The mapping with all switches on or off."""
    return {"hashingConfiguration": dict.fromkeys(SWITCHES, on)}


def engage(kind: str, key: str, joins: bool, **changes: Any) -> dict[str, Any]:
    """An identify call of Engage's."""
    personas = {"computation_class": kind, "computation_key": key}
    traits = {"email": "jane@example.com", key: joins}
    whole = {"type": "identify", "messageId": f"engage-{key}", "timestamp": _TIME, "userId": "u-1", "traits": traits}
    return whole | {"context": {"personas": personas}} | changes


_PERSON = {
    "email": "john.doe@example.com",
    "first_name": "John",
    "last_name": "Doe",
    "phone": "+1234567890",
    "birthday": "1990-05-15",
    "gender": "m",
    "address": {"postal_code": "12345"},
}
_LOYAL = {"loyalty_tier": "gold", "age": 42, "tags": ["a", "b"]}
_ATTRIBUTES = {"user_attributes": dict(_LOYAL)}
CASES: list[Case] = [
    Case("a basic conversion", order("1", {"email": "jane.doe@example.com"}, context={"ip": "192.168.1.1"}), {}),
    Case("rtid of the plugin", order("2", integrations={"Rokt Conversions API": {"rtid": RTID}}), {}),
    Case("rtid of the page", order("3", context={"page": {"search": f"?utm_source=t&rtid={RTID}&o=p"}}), {}),
    Case("the address hashed", order("4", {"email": "Jane.Doe@example.com "}), hashing(on=True)),
    Case("a person hashed", order("5", _PERSON), hashing(on=True)),
    Case("a person in clear", order("6", _PERSON | {"phone": "+9876543210", "gender": "f"}), hashing(on=False)),
    Case(
        "digests", order("7", {"email": sha("a@b.co"), "first_name": sha("jane"), "phone": sha("1")}), hashing(on=True)
    ),
    Case("an iOS device", order("8", context={"device": _IOS, "userAgent": "Mozilla/5.0 (iPhone)"}), {}),
    Case("an Android device", order("9", context={"device": _ANDROID, "userAgent": "Mozilla/5.0 (Linux)"}), {}),
    Case(
        "ids that are no UUIDs",
        order("10", context={"device": {"type": "ios", "advertisingId": "a-1", "id": "i-2"}}),
        {},
    ),
    Case("only idfv", order("11", userId=None, context={"device": {"type": "ios", "id": _IOS["id"]}}), {}),
    Case(
        "only android_uuid", order("12", userId=None, context={"device": {"type": "android", "id": _ANDROID["id"]}}), {}
    ),
    Case("an rtid that is all", order("13", userId=None, integrations={"Rokt Conversions API": {"rtid": RTID}}), {}),
    Case(
        "own properties",
        order("14", {"product_name": "Widget Pro", "quantity": 3, "price": 9.5, "is_premium": True}),
        {"eventProperties": {"product_name": "Widget Pro", "quantity": 3, "price": 9.5, "is_premium": True}},
    ),
    Case("nobody", order("15", userId=None), {}),
    Case(
        "IP address and user agent", order("16", userId=None, context={"ip": "8.8.8.8", "userAgent": "Mozilla/5.0"}), {}
    ),
    Case("Engage: in", engage("audience", "premium_users", True), {}),
    Case("Engage: out", engage("audience", "premium_users", False), {}),
    Case("Engage: a journey", engage("journey_step", "welcome", True), {}),
    Case(
        "Engage: by traits.rtid",
        engage("audience", "vip", True, traits={"vip": True, "rtid": RTID}),
        {"rtid": {"@path": "$.traits.rtid"}},
    ),
    Case(
        "Engage: by a track call",
        order(
            "21", {"premium": True}, event="Audience Entered", context=engage("audience", "premium", True)["context"]
        ),
        {"eventDetails": _ONLY_UPDATE},
    ),
    Case(
        "a custom audience",
        order("22", {"audience_name": "high value", "audience_membership": True}, event="Custom Audience Update"),
        {"eventDetails": _ONLY_UPDATE},
    ),
    Case("a conversion and a custom audience", order("23", {"audience_name": "vip", "audience_membership": False}), {}),
    Case("a conversion and Engage", order("24", {"vip": True}, context=engage("audience", "vip", True)["context"]), {}),
    Case(
        "a computed trait",
        engage("trait", "total_ltv", True, traits={"email": "jane@example.com", "total_ltv": 450.5}),
        _NO_AUDIENCE | {"user_attributes": {"total_ltv": 450.5}},
    ),
    Case("an event that nobody mapped", order("26", event="Seat Upgraded"), {}),
    Case("an event in small letters", order("27", event="ticketpurchase"), {}),
    Case("total and revenue", order("28", {"total": 27.5, "revenue": 25}), {}),
    Case("nothing paid", order("29", {"revenue": 0}), {}),
    Case("traits before properties", order("30", {"email": "p@example.com"}, traits={"email": "t@example.com"}), {}),
    Case("own attributes of the person", order("31", traits=_LOYAL), _ATTRIBUTES),
    *(
        Case(f"mobile {phone}, {'hashed' if on else 'in clear'}", order(f"m{at}", {"phone": phone}), hashing(on=on))
        for on in (True, False)
        for at, phone in enumerate(["+61412345678", "+4915123456789", "+33612345678", "+6421123456", "+5511987654321"])
    ),
    Case("a birthday of nobody", order("33", {"birthday": "1985-10-20"}), {}),
    Case("milliseconds", order("34", timestamp="2024-01-18T12:00:00.905Z"), {}),
    Case(
        "by the stack's usual settings",
        order("36", _PERSON),
        hashing(on=True),
        {"hashed_names": "lower_case", "send_birth_date": False},
    ),
    Case("an address that is nobody's", order("44", {"email": "test@example.com"}), {}),
    Case("who opted out", order("37", {"opt_out": True}), {}),
    Case("an address for a user id", order("38", userId="Jane@Example.com"), hashing(on=True)),
    Case("a gender in words", order("39", {"gender": "female"}), {}),
    Case("a currency in small letters", order("40", {"currency": "usd"}), {}),
    Case(
        "a person in other properties",
        order("41", {"note": "write to jane@example.com", "username": "jane", "gift": True}),
        {"eventProperties": {"note": "write to jane@example.com", "username": "jane", "gift": True}},
    ),
    Case(
        "traits of the context", order("42", context={"traits": {"email": "jane@example.com", "firstName": "Jane"}}), {}
    ),
    Case("a city", order("43", {"address": {"city": "Boston", "postal_code": "02116"}}), {}),
    Case("order ids that are numbers", order("35", {"order_id": 1001, "currency": "EUR"}), {}),
]

_EVENTS = [*(name for name, mapped in EVENT_NAMES.items() if mapped), "Seat Upgraded", "seatupgrade", "Lead Won"]
_EMAILS = ["jane@example.com", " Jane.Doe@Example.COM", "jane+tag@example.com", sha("jane@example.com")]
_NAMES = ["John", "Mary Ann", " O'Neil ", "José", "smith", sha("jane")]
_PHONES = [
    "+13238675309",
    "+1 (323) 867-5309",
    "3053211654",
    "+61412345678",
    "+447400123456",
    "+819012345678",
    sha("1"),
]
_FURTHER: list[tuple[str, list[Any]]] = [
    ("coupon", ["SPRING", "x"]),
    ("gift", [True, False]),
    ("tax", [2, 1.25]),
    ("quantity", [1, 3]),
    ("price", [19, 9.5]),
    ("category", ["Games"]),
    ("seat", ["12A"]),
    ("Loyalty Tier", ["gold"]),
]
_TRAITS: list[tuple[str, list[Any]]] = [
    ("loyalty_tier", ["gold", "silver"]),
    ("age", [42]),
    ("visits", [0, 7]),
    ("subscriber", [True, False]),
    ("tags", [["a", "b"], [1, True]]),
]


def generated(count: int, seed: int) -> Iterator[Case]:
    """Random calls, each with the mapping that sends along what is in it."""
    rng = random.Random(seed)
    for number in range(count):
        yield _one(rng, number)


def _one(rng: random.Random, number: int) -> Case:
    kind = rng.choice(["track"] * 6 + ["engage", "custom", "both", "trait"])
    further, own = _some(rng, _FURTHER), _some(rng, _TRAITS)
    told, traits = _person(rng), _person(rng) if rng.random() < 0.4 else {}
    context = _context(rng)
    call: dict[str, Any] = {"messageId": f"m-{number}", "timestamp": f"2024-01-18T12:00:00.{rng.randrange(1_000):03}Z"}
    call |= {"userId": f"user-{rng.randrange(9)}"} if rng.random() < 0.7 else {}
    mapping: dict[str, Any] = {"hashingConfiguration": {name: rng.random() < 0.5 for name in SWITCHES}}
    if kind in ("track", "both"):
        sale = {
            "order_id": rng.choice(["A-1", 1001]),
            "revenue": rng.choice([25, 99.99, 0, 1e-7, "12.50"]),
            "currency": rng.choice(["USD", "EUR"]),
            "total": 30,
        }
        properties = told | further | {name: value for name, value in sale.items() if rng.random() < 0.8}
        call |= {"type": "track", "event": rng.choice(_EVENTS), "properties": properties}
        mapping["eventProperties"] = further
        if kind == "both" and call["event"] not in EVENT_NAMES:
            mapping["eventDetails"] = _ONLY_UPDATE
    else:
        call |= {"type": "identify"}
        traits |= {"email": rng.choice(_EMAILS)}
        mapping["rtid"] = {"@path": "$.traits.rtid"}
        traits |= {"rtid": RTID} if rng.random() < 0.3 else {}
        context.pop("page", None)
    key, joins = rng.choice(["vip", "big_spender"]), rng.random() < 0.5
    if kind in ("engage", "both"):
        context["personas"] = {"computation_class": rng.choice(["audience", "journey_step"]), "computation_key": key}
        (call["properties"] if kind == "both" else traits)[key] = joins
    elif kind == "custom":
        call["properties"] = {"audience_name": key, "audience_membership": joins}
    elif kind == "trait":
        context["personas"] = {"computation_class": "trait", "computation_key": "total_ltv"}
        own |= {"total_ltv": rng.choice([0, 450.5, "high", True])}
        mapping |= _NO_AUDIENCE
    traits |= own
    mapping["user_attributes"] = own
    if rng.random() < 0.3:
        call["integrations"] = {"Rokt Conversions API": {"rtid": RTID}}
        mapping.pop("rtid", None)
    return Case(f"generated {number}", call | {"traits": traits, "context": context}, mapping)


def _some(rng: random.Random, fields: list[tuple[str, list[Any]]]) -> dict[str, Any]:
    return {name: rng.choice(values) for name, values in fields if rng.random() < 0.3}


def _person(rng: random.Random) -> dict[str, Any]:
    fields: list[tuple[str, list[Any]]] = [
        ("email", _EMAILS),
        ("first_name", _NAMES),
        ("last_name", _NAMES),
        ("phone", _PHONES),
        ("birthday", ["1985-10-20", "1990-05-15"]),
        ("gender", ["m", "f"]),
        ("address", [{"postal_code": "10014"}, {"postal_code": " 54321 "}, {"postal_code": "SW1A 1AA"}]),
    ]
    return _some(rng, fields)


def _context(rng: random.Random) -> dict[str, Any]:
    fields: list[tuple[str, list[Any]]] = [
        ("ip", ["203.0.113.9", "8.8.8.8"]),
        ("userAgent", ["Mozilla/5.0 (iPhone)", "Mozilla/5.0 (Linux; Android 11)"]),
        ("device", [_IOS, _ANDROID, {"type": "ios", "advertisingId": "a-1"}, {"type": "desktop", "id": "d"}]),
        ("page", [{"search": f"?utm_source=t&rtid={RTID}"}, {"search": "?a=b"}]),
    ]
    return _some(rng, fields)
