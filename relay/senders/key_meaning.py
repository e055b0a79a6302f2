"""What an entry of the sender keys secret means, beside its form: settings and events that exist, pages that post."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from destinations import NAMES, load
from pipeline.consent.settings import Consent
from pipeline.intake.senders import SourceSettings
from pipeline.values import language
from pipeline.values.hints import nearest
from pipeline.values.rules import fold
from relay.deployment import Deployment
from relay.errors import Misuse
from sources import filters, registry
from sources.source_settings import kind_of

_SETTINGS = tuple(one.name for one in fields(SourceSettings) if one.name != "understood")
_CONSENT = tuple(one.name for one in fields(Consent))


def check(deployment: Deployment, entry: Mapping[str, Any]) -> None:
    """Refuse what has the right form and no meaning in this stack. Raises Misuse."""
    on = tuple(one.name for one in deployment.destinations())
    origins = deployment.parameters.get("AllowedOrigins", "")
    if wrong := list(faults(entry, destinations=on, allowed_origins=origins)):
        raise Misuse("; ".join(wrong))


def faults(entry: Mapping[str, Any], *, destinations: tuple[str, ...], allowed_origins: str) -> Iterator[str]:
    """What is wrong with an entry, each with its fix. `allowed_origins` are the stack's, between commas."""
    if entry.get("browser") and not entry.get("origins") and not allowed_origins.strip():
        yield (
            "no page could use this browser key: add --origin https://www.example.com, or set the stack's"
            " AllowedOrigins"
        )
    yield from _unknown(entry.get("consent") or {}, _CONSENT, "setting of consent")
    yield from _of_sources(entry.get("sources") or {})
    for where, name in _events(entry):
        if name != "*" and (said := _not_taken(name, destinations)):
            yield f"{where}: {said}"


def _of_sources(sources: Mapping[str, Any]) -> Iterator[str]:
    for name, settings in sources.items():
        yield from _unknown({registry.base_of(name) or name: None}, tuple(registry.SOURCES), "source")
        if isinstance(settings, Mapping):
            yield from _unknown(settings, _SETTINGS, f"setting of {name}")
            for setting in filters.SETTINGS:
                yield from _of_filters(name, setting, settings.get(setting))


def _of_filters(source: str, setting: str, given: Any) -> Iterator[str]:
    """What is wrong with the names of filters, and with values of those that have few."""
    known = filters.FILTERS.get(source, {})
    for name, wanted in given.items() if isinstance(given, Mapping) and source in registry.SOURCES else ():
        if not known:
            yield f"{source}.{setting}: {source} has no filters, so leave {name} out"
        elif name not in known:
            yield from _unknown({name: None}, tuple(known), f"filter of {source}")
        elif words := known[name].words:
            listed = wanted if isinstance(wanted, list) else [wanted]
            yield from _unknown(
                dict.fromkeys(kind_of(str(one)) for one in listed), words, f"value of {source}.{setting}.{name}"
            )


def _unknown(given: Mapping[str, Any], known: tuple[str, ...], what: str) -> Iterator[str]:
    for name in given:
        if name not in known:
            close = nearest(name, known, cutoff=0.6)
            hint = f"did you mean {close}?" if close else f"there are {', '.join(known)}"
            yield f"{name} is not a {what}: {hint}"


def _events(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The event names of an entry, with their places."""
    for name in entry.get("event_names") or ():
        yield "event names", name
    for source, settings in (entry.get("sources") or {}).items():
        given = settings if isinstance(settings, Mapping) else {}
        for name in _words(given.get("event_names")):
            yield f"{source}.event_names", name
        for name in _of_map(given.get("map")):
            yield f"{source}.map", name


def _words(given: Any) -> Iterator[str]:
    yield from (one for one in (given.values() if isinstance(given, Mapping) else ()) if isinstance(one, str))


def _of_map(given: Any) -> Iterator[str]:
    """The event names that a mapping can give, as far as it says them itself."""
    places = given.get("set") if isinstance(given, Mapping) else None
    named = places.items() if isinstance(places, Mapping) else ()
    name = next((one for field, one in named if fold(field) == "eventname"), None)
    if isinstance(name, Mapping):
        yield from _words(name.get("map"))
        yield from (one for one in (name.get("const"), name.get("else")) if isinstance(one, str))


def _not_taken(name: str, destinations: tuple[str, ...]) -> str:
    """Why no destination of the stack takes an event of this name; empty if one may."""
    listed = language.event_names()
    if fold(name) in listed:
        return ""
    close = language.mistyped(name)
    if close is not None:
        return f"{name} is not an event: did you mean {close}?"
    taking = [load(destination) for destination in destinations if destination in NAMES]
    if not taking or any(one.any_name for one in taking):
        return ""
    titles = " or ".join(one.title for one in taking)
    return f"{name} is not an event that {titles} takes: use one of {', '.join(listed.values())}"
