"""Tealium: the parameters of its Roku Events API connector, as a flat JSON object or an array of them. Pure.

The names are those of the guide to that connector, in snake case (`email_apply_sha256_hash`); its labels as they stand
and the field names of /v1/events are understood too. Tealium's connectors wait for no verdict on a single event, so a
batch is refused only if nothing in it can be used.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any

from pipeline.consent.keys import key_of
from pipeline.contract.destination import Invalid
from pipeline.intake.body import MAX_EVENTS, BadRequest, Body, event_group
from pipeline.values import rules, texts
from pipeline.values.digests import DIGESTS_OF_NOTHING, as_digest, is_other_digest
from pipeline.values.faults import Fault
from sources import signature
from sources.fieldnames import fold
from sources.files.columns_to_fields import items, place
from sources.inbound import Inbound, parsed
from sources.source_settings import MOST_ITEMS, Warnings, event_names, only, settle
from sources.values import is_absent

SIGNATURE = signature.Scheme("signature", "sha256", "hex")

_PEOPLE = {"email": "em", "phone_number": "ph", "first_name": "fn", "last_name": "ln", "birthdate": "db"}
_READY, _CLEAR = "_already_sha256_hashed", "_apply_sha256_hash"
_PRODUCTS = {"product_ids": "id", "product_quantity": "quantity", "product_price": "price"}
_KEYS = (
    *(
        "event_name event_time event_source event_id event_source_url referrer_url event_type opt_out event_group_id"
        " content_category content_ids content_name content_type currency_code number_of_items predicted_ltv"
        " search_string status value order_id purchase_type delivery_category partner_name gender city state zip"
        " country external_id client_ip_address client_user_agent"
    ).split(),
    *_PRODUCTS,
    *(person + variant for person in _PEOPLE for variant in (_READY, _CLEAR)),
)
_MOST_SPARE = 50
_FOLDED = {fold(key): key for key in _KEYS}


@dataclass(frozen=True, slots=True)
class _Said:
    """What there is to say of a whole post; the names in the order of their coming, each once."""

    warnings: Warnings = field(default_factory=list)
    strangers: dict[str, None] = field(default_factory=dict)
    spare: dict[str, None] = field(default_factory=dict)

    def all(self) -> Warnings:
        """The warnings: the search for what was meant costs 0.1 ms a name, so it is made for the first names alone."""
        spare = list(self.spare)
        told = [(name[:100], "dropped: this field has a value already") for name in spare[:_MOST_SPARE]]
        if len(spare) > _MOST_SPARE:
            told.append(("", f"dropped: {len(spare) - _MOST_SPARE} further second names of fields that have values"))
        return [*dict.fromkeys(self.warnings), *rules.unknown(list(self.strangers), "", _KEYS, {}), *told]


def read(inbound: Inbound) -> Body:
    """The conversions of one post. Raises BadRequest: for one event also if its product arrays differ in length."""
    signature.verify(inbound, SIGNATURE)
    said = _Said()
    data = parsed(inbound, said.warnings)
    batch = data if isinstance(data, list) else [data]
    if not isinstance(data, dict | list) or not batch:
        raise BadRequest(400, "the body must be a JSON object with Tealium's parameters, or an array of such objects")
    if len(batch) > MAX_EVENTS:
        raise BadRequest(400, f"the batch has {len(batch)} events; at most {MAX_EVENTS} are taken: send it in parts")
    names = event_names(inbound.settings)
    conversions: list[Any] = []
    groups = set()
    for flat in batch:
        try:
            conversion = _conversion(flat, said) if isinstance(flat, dict) else flat
        except Fault as fault:
            if isinstance(data, dict):
                raise BadRequest(400, str(fault)) from None
            conversions.append(Invalid({"product_ids": str(fault)}, []))
            continue
        if isinstance(conversion, dict):
            groups.add(event_group(conversion.pop("event_group_id", None)))
            conversion = settle(conversion, names, inbound.settings, said.warnings)
        conversions.append(conversion)
    return Body(inbound.settings.event_group or only(groups), {}, conversions, said.all(), spoken=batch)


def _conversion(flat: dict[str, Any], said: _Said) -> dict[str, Any]:
    """Raises Fault if the product arrays differ in length."""
    known: dict[str, Any] = {}
    for name, value in flat.items():
        key = _FOLDED.get(fold(name), name)
        if not _is_absent(value) and known.setdefault(key, value) is not value:
            said.spare[name] = None  # another spelling of a name that came before
    people = {short: _person(known, person, said.warnings) for person, short in _PEOPLE.items()}
    contents = _contents(known, said.warnings)
    conversion, strangers, spare = place(known)
    for section, made in (("user_data", people), ("custom_data", {"contents": contents})):
        given = {name: value for name, value in made.items() if value is not None}
        if given:
            placed = conversion.get(section)
            conversion[section] = (placed if isinstance(placed, dict) else {}) | given
    said.strangers.update(dict.fromkeys(name for name in strangers if key_of(name) is None))
    said.spare.update(dict.fromkeys(spare))
    return conversion


def _is_absent(value: Any) -> bool:
    return is_absent(value) and items(value) is None  # [1] looks like a tag and is an array


def _person(known: dict[str, Any], person: str, warnings: Warnings) -> Any:
    """The one value of two variants; whatever is clear text in it, the destination hashes.

    Clear text is the better of two that agree, for each destination can normalise it by its own rules. Where they
    disagree the digest counts, for it is what the sender made on purpose.
    """
    ready, clear = known.pop(person + _READY, None), known.pop(person + _CLEAR, None)
    if ready is None:
        return clear
    text = texts.plain(ready, [])
    digest = as_digest(text) if text else None
    if digest is not None and digest not in DIGESTS_OF_NOTHING:
        if clear is None or _tealium_digest(person, clear) == digest:
            return ready if clear is None else clear
        warnings.append((person + _READY, f"is not the digest of {person + _CLEAR}: it was taken, so map only one"))
        return ready
    if clear is not None:
        warnings.append((person + _READY, f"is not a usable SHA-256 digest: {person + _CLEAR} was taken in its place"))
        return clear
    if text and digest is None and not is_other_digest(text):
        warnings.append((person + _READY, f"is clear text: it was hashed here, so map it to {person + _CLEAR}"))
    return ready


def _tealium_digest(person: str, clear: Any) -> str:
    """By the guide's rule: trimmed and in lower case; of a phone number the digits, without leading zeros."""
    text = (texts.plain(clear, []) or "").lower()
    if person == "phone_number":
        text = "".join(letter for letter in text if letter.isdigit()).lstrip("0")
    return sha256(text.encode()).hexdigest()


def _contents(known: dict[str, Any], warnings: Warnings) -> list[dict[str, Any]] | None:
    """One entry for each product of the three parallel arrays. Raises Fault if their lengths differ."""
    arrays = {name: items(known.pop(name)) or [] for name in _PRODUCTS if name in known}
    if not any(arrays.values()):
        return None
    if missing := sorted(_PRODUCTS.keys() - arrays.keys()):
        fault = f"makes no contents without {' and '.join(missing)}: map all three, or content_ids"
        warnings.append((next(iter(arrays)), fault))
        if "product_ids" in arrays:
            known.setdefault("content_ids", arrays["product_ids"])
        return None
    count, *others = set(map(len, arrays.values()))
    if others:
        lengths = ", ".join(f"{name} {len(entries)}" for name, entries in arrays.items())
        raise Fault(f"the product arrays differ in length ({lengths}): send one entry of each for every product")
    if count > MOST_ITEMS:
        warnings.append(("product_ids", f"has {count} items: the first {MOST_ITEMS} were taken"))
    rows = islice(zip(*arrays.values(), strict=True), MOST_ITEMS)
    return [dict(zip(_PRODUCTS.values(), row, strict=True)) for row in rows]
