"""What `relay send` says about the lines that it sent: counts, warnings, and refusals by their reason."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from relay.files.sending import Tally
from relay.printing import Out, number

_MOST_SHOWN = 10  # reasons of refusals on the screen


def tell(out: Out, tallies: Sequence[Tally], report: Path | None, dry_run: bool, stopped: str = "") -> None:
    """Print what became of the lines, and write the refusals to `report`; `stopped` says why not all were sent."""
    refusals = [
        {"file": tally.file, **one} for tally in tallies for one in sorted(tally.refused, key=lambda one: one["line"])
    ]
    if report is not None:
        report.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in refusals), encoding="utf-8")
    files = [_told(tally) for tally in tallies]
    error = {"error": stopped} if stopped else {}
    counted = [{"reason": text, "count": len(several)} for text, several in reasons(refusals)]
    out.answer({"dry_run": dry_run, "files": files, "reasons": counted, "refusals": refusals} | error)
    accepted = "would be accepted" if dry_run else "accepted"
    rows = [[one["file"], one["accepted"], one["accepted_before"], one["refused"]] for one in files]
    out.table(["file", accepted, "accepted before", "refused"], rows)
    _show_notes(out, tallies)
    _show_refusals(out, refusals, report)


def _show_notes(out: Out, tallies: Sequence[Tally]) -> None:
    for tally in tallies:
        file = f"{tally.file}: " if len(tallies) > 1 else ""
        for reason, count in tally.ignored.most_common():
            out.line(f"{file}{number(count, 'line')} left out: {reason}")
        for (where, name, text), count in tally.warnings.most_common():
            out.line(f"{file}{number(count, 'event')}: {_before(where)}{name}: {text}", style="yellow")
        for (where, text), count in tally.withheld.most_common():
            out.line(f"{file}{number(count, 'event')} withheld: {_before(where)}{text}", style="yellow")


def _show_refusals(out: Out, refusals: Sequence[dict[str, Any]], report: Path | None) -> None:
    """One line for each reason: of one refusal where it is, of several how many there are and the first places."""
    groups = reasons(refusals)
    for text, several in groups[:_MOST_SHOWN]:
        first = several[0]
        named = f" ({first['event_id']})" if first["event_id"] else ""
        where = f"{first['file']}:{first['line']}{named}"
        if len(several) > 1:
            where = f"{number(len(several), 'line')} ({where} and others)"
        out.line(f"{where}: {text}", style="red")
    if len(groups) > _MOST_SHOWN:
        out.line(f"and {number(len(groups) - _MOST_SHOWN, 'further reason')}: --report FILE writes all refusals")
    if report is not None and refusals:
        out.line(f"{number(len(refusals), 'refusal')} in {report}")


def reasons(refusals: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The refusals by what is wrong with them, the most frequent reason first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in refusals:
        text = "; ".join(f"{name}: {fault}" for name, fault in one["errors"].items())
        found.setdefault(text, []).append(one)
    return sorted(found.items(), key=lambda pair: -len(pair[1]))


def _told(tally: Tally) -> dict[str, Any]:
    return {
        "file": tally.file,
        "accepted": tally.accepted,
        "accepted_before": tally.already,
        "refused": len(tally.refused),
        "ignored": [{"reason": reason, "count": count} for reason, count in tally.ignored.items()],
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
