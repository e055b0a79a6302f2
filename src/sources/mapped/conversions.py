"""One element of a post -> its conversions, in the language of /v1/events, by a compiled mapping. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.intake.body import Ignored, event_group
from pipeline.intake.senders import SourceSettings
from pipeline.values.rules import quoted
from sources.campaigns import campaign
from sources.files.columns_to_fields import put
from sources.inbound import Inbound
from sources.mapped.calls_in_mappings import events_of
from sources.mapped.mapping import CURRENCY, EventName, PostMapping
from sources.mapped.scope import Scope, is_empty, word
from sources.source_settings import Warnings, event_names, priced, spelled, value_of
from sources.values import present, text
from sources.web.shop import basket

_PHONE, _CONTENTS, _GROUP = ("user_data", "ph"), ("custom_data", "contents"), ("", "event_group_id")
_ID = ("", "event_id")


def conversions(
    mapping: PostMapping, scope: Scope, inbound: Inbound, groups: set[str | None]
) -> list[dict[str, Any] | Ignored]:
    """What an element becomes; the event groups that it names go to `groups`. Raises BadRequest."""
    settings = inbound.settings
    settings = replace(settings, currency=settings.currency or mapping.currency)
    failed = next((one for one in mapping.when if not one.holds(scope)), None)
    if failed is not None:
        return [Ignored("not_a_conversion", failed.reason, _id(mapping, scope))]
    name = None if mapping.name is None else _name(mapping.name, scope, settings)
    if isinstance(name, Ignored):
        return [replace(name, event_id=_id(mapping, scope))]
    conversion = _fields(mapping, scope, settings)
    groups.add(event_group(conversion.pop(_GROUP[1], None)))
    if name is not None:
        conversion = {"event_name": name} | conversion
    _finish(conversion, scope, settings, inbound.received_at)
    if mapping.currency is not None:
        conversion["custom_data"] = {"currency": settings.currency} | present(conversion.get("custom_data", {}))
    if mapping.call is None:
        return [conversion] if name is not None else [_nameless(conversion)]
    return events_of(mapping.call.read(scope, conversion), conversion, settings, scope.warnings)


def _nameless(conversion: Mapping[str, Any]) -> Ignored:
    why = "the post has nothing where the mapping looks for the event's name"
    return Ignored("unmapped_event", why, conversion.get(_ID[1]))


def _id(mapping: PostMapping, scope: Scope) -> Any:
    """The id that the element would have as a conversion; what is odd about it is nobody's news."""
    quiet = replace(scope, warnings=[])
    return next((read(quiet) for target, read in mapping.fields if target == _ID), None)


def _name(name: EventName, scope: Scope, settings: SourceSettings) -> str | Ignored | None:
    """The event's name: what the sender's `event_names` makes of the platform's word, else what the mapping does."""
    found = name.read(scope)
    said = word(found)
    own = event_names(settings)
    if said is not None and said in own:
        chosen = own[said]
    elif said is not None and said in name.words:
        chosen = name.words[said]
    elif name.other is not None or name.is_listed:
        chosen = name.other
    else:
        chosen = text(found)
        return chosen if chosen is None else spelled(chosen)
    if chosen is None:
        shown = quoted(found) if isinstance(found, str) else "what is there"
        where = f"the platform's word {shown}" if said is not None else "a post without a word for its event"
        return Ignored(
            "unmapped_event", f"{where} is not a conversion: map it in event_names of this sender, if it should be"
        )
    return spelled(chosen)


def _fields(mapping: PostMapping, scope: Scope, settings: SourceSettings) -> dict[str, Any]:
    conversion: dict[str, Any] = {}
    scope.currency = settings.currency
    for target, read in mapping.fields:
        found = read(scope)
        if is_empty(found):
            continue
        if target == _PHONE:
            found = _with_plus(found)
        elif target == CURRENCY:
            scope.currency = text(found)
        elif target == _CONTENTS and isinstance(found, list):
            found = basket(found, "id", warnings=scope.warnings)
            custom = conversion.setdefault("custom_data", {})
            custom |= {name: one for name, one in found.items() if not is_empty(one) and name not in custom}
            continue
        put(conversion, target, found, over=True)
    return conversion


def _with_plus(found: Any) -> Any:
    """A phone number whose + was not escaped in an address, and so arrived as a space, or was escaped twice."""
    if not isinstance(found, str):
        return found
    if found[:1] == " " and found[1:2].isdigit() and sum(map(str.isdigit, found)) > 9:
        return "+" + found[1:]
    return "+" + found[3:] if found[:3].upper() == "%2B" else found


def _finish(conversion: dict[str, Any], scope: Scope, settings: SourceSettings, received_at: float) -> None:
    """Fill in what every source does: campaigns of the page, the value's currency, the time of a post without one."""
    custom = conversion.get("custom_data")
    custom = dict(custom) if isinstance(custom, Mapping) else {}
    utm, click_ids = campaign(conversion.get("event_source_url"))
    custom = utm | custom
    if settings.value_field is not None and isinstance(scope.element, Mapping):
        found = value_of(scope.element, settings, (), scope.warnings)
        custom = custom | ({} if found is None else {"value": found})
    if custom:
        conversion["custom_data"] = priced(custom, settings, scope.warnings)
    if click_ids:
        conversion["click_ids"] = click_ids | conversion.get("click_ids", {})
    if is_empty(conversion.get("event_time")):
        _say_when(conversion, scope.warnings)
        conversion["event_time"] = int(received_at)


def _say_when(conversion: Mapping[str, Any], warnings: Warnings) -> None:
    warnings.append(("event_time", "is missing: the time of this post was taken, so map the conversion's own"))
    if is_empty(conversion.get("event_id")):
        warnings.append(("event_id", "is missing, and so is a time: if this post is repeated, it counts twice"))
