"""`relay send`: files of conversions to the API, in as few posts as fit, each line once."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.values.faults import Fault
from pipeline.values.moments import DateOrder, Habits, zone_of
from relay.deployment import Deployment
from relay.doctor import KeyOption
from relay.errors import Misuse, Trouble
from relay.inputs import Format, Reading, format_of
from relay.printing import Out, number
from relay.sending import Sending, Tally
from relay.verbs import BAD

_MOST_SHOWN = 10  # refusals on the screen


def send(
    deployment: Deployment,
    out: Out,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files to send; - is stdin.")],
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help='Such as "Order Number=event_id".')
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="For lines without it, such as event_name=PURCHASE."),
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Without it: by the file's name (.json, .jsonl, .csv, .tsv).")
    ] = None,
    group: Annotated[str | None, typer.Option(help="The event group of lines that name none.")] = None,
    key: KeyOption = None,
    concurrency: Annotated[int, typer.Option(min=1, max=32, help="Posts under way at once.")] = 4,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask /v1/test_events instead; nothing counts.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write refusals there as JSON Lines: file, line, event_id, errors.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="The zone of times without one: America/New_York, or an offset such as -05:00.")
    ] = None,
    date_order: Annotated[
        DateOrder | None, typer.Option(help="What comes first in dates such as 03/04/2026, the month or the day.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Send also what was accepted before.")] = False,
) -> int:
    """Send files of conversions. A re-run sends only what was not accepted. Exit code 1 if lines were refused."""
    habits = habits_of(time_zone, date_order)
    reading = Reading(form, pairs("--map", map_), pairs("--set", set_), group, habits)
    for file in files:
        format_of(file, reading)
    run = Sending(deployment, out, reading, key, concurrency, dry_run)
    tallies: list[Tally] = []
    try:
        for file in files:
            tallies.append(Tally(file))
            run.send(tallies[-1], again)
    except Trouble as trouble:
        if not any(tally.accepted or tally.refused for tally in tallies):
            raise
        stopped = f"{trouble}; the same command goes on from here"
        _tell(out, tallies, report, dry_run, stopped)
        raise Trouble(stopped) from None
    _tell(out, tallies, report, dry_run)
    return BAD if any(tally.refused for tally in tallies) else 0


def habits_of(time_zone: str | None, date_order: DateOrder | None) -> Habits:
    try:
        return Habits(None if time_zone is None else zone_of(time_zone), date_order)
    except Fault as fault:
        raise Misuse(f"--time-zone {fault}") from None


def _tell(out: Out, tallies: Sequence[Tally], report: Path | None, dry_run: bool, stopped: str = "") -> None:
    """Print what became of the lines, and write the refusals to `report`; `stopped` says why not all were sent."""
    refusals = [
        {"file": tally.file, **one} for tally in tallies for one in sorted(tally.refused, key=lambda one: one["line"])
    ]
    if report is not None:
        report.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in refusals), encoding="utf-8")
    files = [_told(tally) for tally in tallies]
    error = {"error": stopped} if stopped else {}
    out.answer({"dry_run": dry_run, "files": files, "refusals": refusals} | error)
    accepted = "would be accepted" if dry_run else "accepted"
    rows = [[one["file"], one["accepted"], one["accepted_before"], one["refused"]] for one in files]
    out.table(["file", accepted, "accepted before", "refused"], rows)
    for tally in tallies:
        for (where, name, text), count in tally.warnings.most_common():
            out.line(f"{number(count, 'event')}: {_before(where)}{name}: {text}", style="yellow")
        for (where, text), count in tally.withheld.most_common():
            out.line(f"{number(count, 'event')} withheld: {_before(where)}{text}", style="yellow")
    _show_refusals(out, refusals, report)


def _show_refusals(out: Out, refusals: Sequence[dict[str, Any]], report: Path | None) -> None:
    if report is not None and refusals:
        out.line(f"{number(len(refusals), 'refusal')} in {report}")
        return
    for one in refusals[:_MOST_SHOWN]:
        errors = "; ".join(f"{name}: {text}" for name, text in one["errors"].items())
        named = f" ({one['event_id']})" if one["event_id"] else ""
        out.line(f"{one['file']}:{one['line']}{named}: {errors}", style="red")
    if len(refusals) > _MOST_SHOWN:
        out.line(f"and {number(len(refusals) - _MOST_SHOWN, 'further refusal')}: --report FILE writes all of them")


def _told(tally: Tally) -> dict[str, Any]:
    return {
        "file": tally.file,
        "accepted": tally.accepted,
        "accepted_before": tally.already,
        "refused": len(tally.refused),
        "warnings": [
            {**_named(where), "field": name, "warning": text, "count": count}
            for (where, name, text), count in tally.warnings.items()
        ],
        "withheld": [
            {**_named(where), "reason": text, "count": count} for (where, text), count in tally.withheld.items()
        ],
    }


def _named(destination: str) -> dict[str, str]:
    return {"destination": destination} if destination else {}


def _before(destination: str) -> str:
    return f"{destination}: " if destination else ""


def pairs(flag: str, given: Sequence[str] | None) -> dict[str, str]:
    pairs = {}
    for text in given or []:
        name, equals, value = text.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise Misuse(f'{flag} {text}: write it as NAME=VALUE, such as {flag} "event_name=PURCHASE"')
        pairs[name.strip()] = value.strip()
    return pairs
