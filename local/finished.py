"""Finished events as they lie in queues and dead letters, of whichever destination: what names them."""

from collections.abc import Mapping
from typing import Any

_AUDIENCE = "audiencemembershipupdate"


def named(event: Mapping[str, Any]) -> tuple[str, str]:
    """The event id and the event name; empty where the event has none that can be found."""
    if "objectData" in event:  # Rokt's Event API
        values = {pair.get("name"): pair.get("value") for pair in _objects(event["objectData"])}
        return _text(values.get("event_id")), _text(values.get("conversiontype"))
    if "events" in event:  # Rokt's Conversions API: one conversion, perhaps with an audience update behind it
        data = _part(next(iter(_objects(event["events"])), {}), "data")
        said = _part(data, "custom_attributes")
        name = _AUDIENCE if data.get("event_name") == _AUDIENCE else said.get("conversiontype")
        return _text(said.get("event_id")), _text(name)
    return _text(event.get("event_id")), _text(event.get("event_name"))


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = whole.get(name)
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return "" if value is None else str(value)
