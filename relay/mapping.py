"""`relay map`: from one real post to the mapping that reads it. Asks no stack."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.intake.body import BadRequest, Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values.faults import Fault
from relay.errors import Misuse, Trouble
from relay.files.opening import STDIN
from relay.printing import Out
from relay.proposing.proposal import known, proposal
from relay.verbs import BAD, JsonOption, finish
from sources.inbound import Inbound, unpacked
from sources.mapped import ready, webhook
from sources.mapped.content import content
from sources.source_settings import Warnings

_MAY_BE_CENTS = 100  # a whole number from here on may be an amount in the smallest unit
_PERSON = ("em", "ph", "external_id", "client_ip_address", "aID", "aGA")


def map_(
    sample: Annotated[str, typer.Argument(help="A file with one real post: JSON, a form, XML, or the query of a GET.")],
    out_file: Annotated[Path | None, typer.Option("--out", help="Write the mapping into this file.")] = None,
    mapping: Annotated[
        str | None, typer.Option("--map", help="Try this mapping: a file, or the name of a ready-made one.")
    ] = None,
    content_type: Annotated[str, typer.Option(help="The post's content type, where it does not say itself.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Propose a mapping for what a system posts, and show the conversion that it makes and what is missing.

    Write it with `relay keys add NAME --map FILE`.
    """
    out = Out(as_json)
    finish(lambda: _map(out, sample, out_file, mapping, content_type), out)


def given_map(text: str) -> Any:
    """The mapping of a file, or the name of a ready-made one. Raises Misuse."""
    path = Path(text)
    if not path.is_file():
        if text in ready.names():
            return text
        try:
            ready.ready(text)
        except Fault as fault:
            raise Misuse(f"there is no file {text}, and {fault}") from None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Misuse(f"{text} is not JSON: {error}") from None


def _map(out: Out, sample: str, out_file: Path | None, chosen: str | None, content_type: str) -> int:
    inbound = _inbound(sample, content_type)
    try:
        name, mapping = _mapping(inbound, chosen)
        made, warnings = _made(inbound, mapping)
    except BadRequest as refusal:
        raise Trouble(f"{sample}: {refusal.description}") from None
    except Fault as fault:
        raise Misuse(f"the mapping {fault}") from None
    if out_file is not None:
        out_file.write_text(json.dumps(mapping, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return _answer(out, name, mapping, made, warnings, chosen or out_file)


def _answer(
    out: Out, name: str | None, mapping: Any, made: list[Any], warnings: Warnings, file: str | Path | None
) -> int:
    told = [_missing(one) for one in made]
    answer = {"platform": name, "map": mapping, "conversions": [_shown(one) for one in made], "missing": told}
    out.answer({**answer, "warnings": [list(one) for one in warnings]})
    if not isinstance(file, str):  # not one to try
        _propose(out, name, mapping, made)
    _show(out, made, told, warnings)
    named = mapping if isinstance(mapping, str) else file or "FILE"
    out.aside(f"write it with: relay keys add NAME --map {named}")
    return 0 if any(isinstance(one, dict) for one in made) and not any(told) else BAD


def _propose(out: Out, name: str | None, mapping: Any, made: list[Any]) -> None:
    if name is not None:
        out.line(f"{name} posts so: its ready-made mapping is taken")
    out.line(json.dumps(mapping, indent=2, ensure_ascii=False))
    if isinstance(mapping, dict):
        _ask(out, mapping.get("set", {}).get("custom_data.value"), made)


def _show(out: Out, made: list[Any], told: list[list[str]], warnings: Warnings) -> None:
    for one, missing in zip(made, told, strict=True):
        _tell(out, one, missing)
    for place, text in warnings:
        out.aside(f"{place}: {text}")


def _mapping(inbound: Inbound, chosen: str | None) -> tuple[str | None, Any]:
    """The platform, if it is known, and the mapping: the one to try, the platform's, or a proposal."""
    if chosen is not None:
        return None, given_map(chosen)
    whole = content(unpacked(inbound), [])
    name = known(whole)
    return name, _proposed(inbound, whole, name)


def _inbound(sample: str, content_type: str) -> Inbound:
    try:
        body = sys.stdin.buffer.read() if sample == STDIN else Path(sample).read_bytes()
    except FileNotFoundError:
        raise Misuse(f"there is no file {sample}") from None
    if body.lstrip().startswith((b"http://", b"https://", b"?")):
        body = body.strip().partition(b"?")[2]  # the address of a GET
    if body.lstrip().startswith(b"--"):
        content_type = content_type or "multipart/form-data"
    else:
        body = body.strip()
    return Inbound(body, {"content-type": content_type}, SourceSettings(), time.time())


def _proposed(inbound: Inbound, whole: Any, name: str | None) -> Any:
    """The ready-made mapping, with what it does not find in this post; or one by names and shapes."""
    if name is None:
        return proposal(whole)
    (first, *_), _ = _made(inbound, name)
    if isinstance(first, Ignored) or "no person" not in " ".join(_missing(first)):
        return name
    found = {field: path for field, path in proposal(whole)["set"].items() if field.startswith("user_data.")}
    return {"like": name, "set": found} if found else name


def _made(inbound: Inbound, mapping: Any) -> tuple[list[Any], Warnings]:
    """What the mapping makes of the post. Raises Fault and BadRequest."""
    settings = SourceSettings(map=mapping)
    understood = webhook.understood(webhook.PATH, settings)
    entry = SourceSettings(map=mapping, understood=understood)
    read = webhook.read(Inbound(inbound.body, inbound.headers, entry, inbound.received_at, webhook.PATH))
    return read.conversions, read.warnings


def _missing(made: Any) -> list[str]:
    """What a conversion lacks, in the order of its weight."""
    if not isinstance(made, dict):
        return []
    user, custom = made.get("user_data") or {}, made.get("custom_data") or {}
    said = []
    if not any(name in user for name in _PERSON):
        said.append("no person: map email, phone, or another identifier (user_data.em, user_data.ph)")
    if made.get("event_id") is None:
        said.append("no event_id: map the id that all posts about this conversion have")
    if made.get("event_name") == "PURCHASE" and custom.get("value") is None:
        said.append("no value: map custom_data.value and custom_data.currency")
    return said


def _shown(made: Any) -> Any:
    return {"ignored": made.code, "reason": made.text} if isinstance(made, Ignored) else made


def _tell(out: Out, made: Any, missing: list[str]) -> None:
    if isinstance(made, Ignored):
        out.line(f"this post is ignored ({made.code}): {made.text}", style="yellow")
        return
    out.line("the conversion:")
    out.line(json.dumps(made, indent=2, ensure_ascii=False))
    for text in missing:
        out.line(f"missing: {text}", style="yellow")


def _ask(out: Out, path: Any, made: list[Any]) -> None:
    """A whole number may be an amount in cents: nothing in the post says which."""
    values = [str((one.get("custom_data") or {}).get("value")) for one in made if isinstance(one, dict)]
    if isinstance(path, str) and any(value.isdigit() and int(value) >= _MAY_BE_CENTS for value in values):
        out.aside(f'if {values[0]} are cents, write the value as {{"path": {json.dumps(path)}, "minor": true}}')
