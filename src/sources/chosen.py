"""What a sender's settings say of a conversion that is already in the language of /v1/events. Pure."""

from typing import Any

from pipeline.body import Ignored, Refusal
from pipeline.fields import quoted
from pipeline.senders import SourceSettings
from sources.placing import is_absent, put

_COUNTED = ("value", "predicted_ltv", "contents")  # what an amount of money stands in


def settle(conversion: dict[str, Any], settings: SourceSettings, *, default: bool = False) -> dict[str, Any] | Ignored:
    """The conversion with Roku's event name and the currency that the settings give, or Ignored.

    With `default` a conversion without a name gets the one that `event_names` has for the word `default`.
    """
    given = conversion.get("event_name")
    name = "default" if default and is_absent(given) else given
    if isinstance(name, str) and name in settings.event_names:
        chosen = settings.event_names[name]
        if chosen is None:
            return Ignored("unmapped_event", f"event_names of this sender makes {quoted(name)} no conversion (null)")
        conversion["event_name"] = chosen
    custom = conversion.get("custom_data")
    if settings.currency and isinstance(custom, dict) and any(field in custom for field in _COUNTED):
        put(conversion, ("custom_data", "currency"), settings.currency)
    return conversion


def only(groups: set[str | None]) -> str | None:
    """The one event group that the conversions of a post name, if any. Raises Refusal if there are several."""
    named = groups - {None}
    if len(named) > 1:
        raise Refusal(400, f"the body names {len(named)} event groups: post those of each group for themselves")
    return named.pop() if named else None
