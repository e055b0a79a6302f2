"""What a sender's settings say of its conversions: names of events, the field of the value, a currency. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.intake.body import BadRequest, Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values import currencies, language
from pipeline.values.amounts import amount, number_in
from pipeline.values.rules import fold, quoted
from sources.values import first_of, found, has, is_absent, text

Names = Mapping[str, str | None]
Warnings = list[tuple[str, str]]

MOST_ITEMS = 1_000  # of a basket: as many as are sent


def kind_of(name: str) -> str:
    """A platform's name for a kind of event as it is compared: without case and outer spaces."""
    return name.strip().casefold()


def spelled(name: str) -> str:
    """A listed event name in its own spelling (add-to-cart is ADD_TO_CART), any other as it is written."""
    return language.event_names().get(fold(name), name.strip())


def is_listed(name: str) -> bool:
    """Whether some list has the event name, or one that this may be a slip of."""
    return fold(name) in language.event_names() or language.mistyped(name) is not None


def is_same(one: str, other: str) -> bool:
    """Whether two names are one event, however they are written."""
    return fold(one) == fold(other)


def event_names(settings: SourceSettings, known: Names | None = None) -> dict[str, str | None]:
    """The event name for each kind of event, null for none: the sender's `event_names` over those `known`."""
    both = (*(known or {}).items(), *settings.event_names.items())
    return {kind_of(kind): None if name is None else spelled(name) for kind, name in both}


def value_of(
    body: Mapping[str, Any],
    settings: SourceSettings,
    usual: tuple[str, ...],
    warnings: Warnings,
    *,
    always: bool = True,
) -> Any:
    """The value: of the field that the settings name, else of the first usual one that says anything.

    A body that has no such field is warned of; without `always` only if it has a value under a usual name.
    """
    field = settings.value_field
    if field is None:
        return next((value for name in usual if (value := found(body, name)) is not None), None)
    if not has(body, field) and (always or first_of(body, *usual) is not None):
        warnings.append(("value_field", f"no field is named {quoted(field)}: the conversion has no value"))
    return found(body, field)


def amount_field(body: Mapping[str, Any], settings: SourceSettings, usual: tuple[str, ...]) -> str | None:
    """The field that the value is read from, as in `value_of`."""
    if settings.value_field is not None:
        return settings.value_field
    return next((name for name in usual if found(body, name) is not None), None)


def priced(custom: dict[str, Any], settings: SourceSettings, warnings: Warnings) -> dict[str, Any]:
    """The `custom_data` with a currency for amounts without one: what they say themselves, else the sender's.

    `€250` is EUR whatever the settings say; `$250` may be of many countries, so there the settings count. Without a
    usable amount nothing is added.
    """
    if not is_absent(custom.get("currency")):
        return custom
    amounts = [one for one in _amounts(custom) if _is_one(one)]
    named = sorted({code for one in amounts if isinstance(one, str) for code in currencies.named(one)})
    if len(named) > 1:
        listed = ", ".join(named)
        warnings.append(("custom_data.currency", f"is missing, and the amounts name several ({listed}): send currency"))
        return custom
    chosen = named[0] if named else settings.currency
    if not amounts or chosen is None:
        return custom
    if settings.currency not in (None, chosen):
        fault = f"is missing: {chosen} was taken from the amount, not the sender's currency {settings.currency}"
        warnings.append(("custom_data.currency", fault))
    return {**custom, "currency": chosen}


def _is_one(value: Any) -> bool:
    """Whether it is an amount; that of 1,234 is decided by the currency that it gets here."""
    return amount(value, []) is not None or (isinstance(value, str) and number_in(text(value) or "", 2) is not None)


def _amounts(custom: Mapping[str, Any]) -> Iterator[Any]:
    yield from map(custom.get, language.amounts())
    contents = custom.get("contents")
    for item in contents[:MOST_ITEMS] if isinstance(contents, list) else [contents]:
        if isinstance(item, Mapping):
            yield item.get("price")


def settle(
    conversion: dict[str, Any], names: Names, settings: SourceSettings, warnings: Warnings, *, default: bool = False
) -> dict[str, Any] | Ignored:
    """The conversion, already in the language of /v1/events, with the name and currency of the settings; or Ignored.

    With `default` a conversion without a name gets the one that `event_names` has for the word `default`.
    """
    given = text(conversion.get("event_name"))
    name = "default" if default and is_absent(conversion.get("event_name")) else given
    if name is not None and kind_of(name) in names:
        chosen = names[kind_of(name)]
        if chosen is None:
            why = f"event_names of this sender makes {quoted(name)} no conversion (null)"
            return Ignored("unmapped_event", why, conversion.get("event_id"))
        conversion["event_name"] = chosen
    custom = conversion.get("custom_data")
    if isinstance(custom, dict):
        conversion["custom_data"] = priced(custom, settings, warnings)
    return conversion


def only(groups: set[str | None]) -> str | None:
    """The one event group that the conversions of a post name, if any. Raises BadRequest if there are several."""
    named = groups - {None}
    if len(named) > 1:
        raise BadRequest(400, f"the body names {len(named)} event groups: send one request for each event group")
    return named.pop() if named else None
