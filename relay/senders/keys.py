"""`relay keys`: who may post, in the sender keys secret. Keys are shown once, when they are made, and never again."""

import json
from dataclasses import asdict, fields
from hashlib import sha256
from secrets import token_urlsafe
from typing import Annotated, Any

import typer

from pipeline.consent.settings import Consent
from pipeline.intake.senders import Sender, SourceSettings
from relay.deployment import Deployment
from relay.errors import DECLINED, Misuse, Trouble
from relay.mapping import given_map
from relay.printing import Out
from relay.secret_texts import edit, entries_of, sender_keys
from relay.senders import key_meaning
from relay.senders.key_settings import Amounts, Country, Order, TimeZone, consent_settings, source_settings
from relay.verbs import BAD, YesOption
from sources import registry

_KEY_BYTES = 30  # 240 bits, 40 characters

NameArgument = Annotated[str, typer.Argument(help="The sender's name, for logs and metrics.")]


def list_(deployment: Deployment, out: Out) -> int:
    """List the senders and what their keys open; the keys themselves are not shown.

    Exit code 1 if the secret has an entry that is not used.
    """
    senders, faults = registry.senders(sender_keys(deployment).text)
    out.answer({"senders": [_told(sender) for sender in senders], "faults": faults})
    columns = ["name", "kept as", "event groups", "event names", "default group", "browser", "sources"]
    out.table(columns, [_row(sender) for sender in senders])
    for fault in faults:
        out.aside(f"relay: {fault}")
    return BAD if faults else 0


def add(
    deployment: Deployment,
    out: Out,
    name: NameArgument,
    group: Annotated[
        list[str] | None, typer.Option(help="An event group that the key opens (repeat it); without any, all.")
    ] = None,
    event_name: Annotated[
        list[str] | None, typer.Option(help="An event name that the key may send (repeat it); without any, all.")
    ] = None,
    default_group: Annotated[str | None, typer.Option(help="The event group of posts that name none.")] = None,
    browser: Annotated[bool, typer.Option("--browser", help="A key for web pages, which everybody can read.")] = False,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="An origin where a browser key may be used, https://www.example.com, or null (a sandbox)."),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(help="Settings of a source: NAME.setting=value, such as callrail.minimum_duration=30."),
    ] = None,
    consent: Annotated[
        list[str] | None,
        typer.Option(help="How refusals are read: SETTING=value, such as categories=Advertising (docs/consent.md)."),
    ] = None,
    time_zone: TimeZone = None,
    date_order: Order = None,
    country: Country = None,
    amounts_in: Amounts = None,
    mapping: Annotated[
        str | None,
        typer.Option("--map", help="How its posts are read: a file that `relay map` wrote, or a ready-made name."),
    ] = None,
) -> int:
    """Make a key for a new sender, and show it, once."""
    sources = _sources(source or [], mapping)
    if origin and not browser:
        # The relay checks origins of browser keys alone: such a key would open everything from everywhere.
        raise Misuse("--origin limits browser keys alone: add --browser, or leave it out for a server's key")
    if browser and sources.keys() - {"segment"}:
        raise Misuse(
            "a browser key opens /v1/beacon, and analytics.js's paths by --source segment.SETTING=VALUE: leave"
            " --browser, or any other --source and --map, out"
        )
    asked: dict[str, Any] = {
        "event_groups": group,
        "event_names": event_name,
        "default_event_group": default_group,
        "browser": browser,
        "origins": origin,
        "sources": sources,
        "consent": consent_settings(consent or []),
        "time_zone": time_zone,
        "date_order": date_order,
        "country": country,
        "amounts_in": amounts_in,
    }
    entry = {setting: value for setting, value in asked.items() if value}
    key_meaning.check(deployment, entry)
    key = make(deployment, name, entry)
    out.answer({"name": name, "key": key})
    out.line(key)
    out.aside(f"The key of {name}, shown this once; it works within seconds. Send it over a secure channel.")
    for one in sources:
        path = "t (analytics.js)" if browser else f"sources/{one}"
        out.aside(f"It posts to {deployment.outputs.get('ApiUrl', '')}/v1/{path}")
    return 0


def _sources(given: list[str], mapping: str | None) -> dict[str, dict[str, Any]]:
    """The settings of sources, with the mapping as that of the mapped one. Raises Trouble."""
    sources = source_settings(given)
    if mapping is not None:
        if "map" in sources.setdefault(registry.MAPPED, {}):
            raise Misuse(f"--map and --source {registry.MAPPED}.map say both how posts are read: give one of them")
        sources[registry.MAPPED]["map"] = given_map(mapping)
    return sources


def make(deployment: Deployment, name: str, rights: dict[str, Any]) -> str:
    """Make a sender with these rights and return its key, of which the secret keeps the digest. Raises Trouble."""
    key = token_urlsafe(_KEY_BYTES)
    entry = {"sha256": sha256(key.encode()).hexdigest(), **rights}
    _check(name, entry)

    def change(entries: dict[str, Any]) -> None:
        if name in entries:
            raise Trouble(f"there is a sender {name} already: revoke it first, or choose another name")
        entries[name] = entry

    edit(deployment, change)
    return key


def revoke(
    deployment: Deployment,
    out: Out,
    name: NameArgument,
    yes: YesOption = False,
) -> int:
    """Take a sender's key away, after asking. It works for a minute more at most."""
    if name not in entries_of(sender_keys(deployment).text):
        raise Trouble(f"there is no sender {name}: `relay keys list` shows them")
    if not yes and not out.agrees(f"Revoke the key of {name} in {deployment.name}? Its posts get 401 then."):
        raise Trouble(DECLINED)
    edit(deployment, lambda entries: entries.pop(name, None))
    out.answer({"revoked": name})
    out.line(f"{name} is revoked; its key works for a minute more at most")
    return 0


def _check(name: str, entry: dict[str, Any]) -> None:
    """Refuse what the relay itself would leave out. Raises Trouble."""
    _, faults = registry.senders(json.dumps({name: entry}))
    if faults:
        wrong = faults[0].partition(": ")[2].removeprefix("sources: ")
        raise Misuse(f"such an entry would not be used ({wrong}): see the README's sender keys for its form")


def _told(sender: Sender) -> dict[str, Any]:
    return {
        "name": sender.name,
        "kept_as": _kept(sender),
        "event_groups": list(sender.event_groups),
        "event_names": list(sender.event_names),
        "default_event_group": sender.default_event_group,
        "country": sender.country,
        "time_zone": sender.time_zone,
        "date_order": sender.date_order,
        "amounts_in": sender.amounts_in,
        "browser": sender.browser,
        "origins": list(sender.origins),
        "consent": {name: value for name, value in asdict(sender.consent).items() if value != getattr(Consent(), name)},
        "sources": {name: _shown(one) for name, one in sender.sources.items()},
    }


def _shown(source: SourceSettings) -> dict[str, Any]:
    told = {
        one.name: value
        for one in fields(source)
        if one.compare and (value := getattr(source, one.name)) != getattr(SourceSettings(), one.name)
    }
    return told | ({"signature_secret": "(set)"} if source.signature_secret else {})


def _row(sender: Sender) -> list[str]:
    groups, names = (
        "all" if "*" in opened else ", ".join(opened) for opened in (sender.event_groups, sender.event_names)
    )
    browser = (", ".join(sender.origins) or "the stack's origins") if sender.browser else ""
    default = sender.default_event_group or ""
    return [sender.name, _kept(sender), groups, names, default, browser, ", ".join(sender.sources)]


def _kept(sender: Sender) -> str:
    return "digest" if sender.sha256 is not None else "plain text"
