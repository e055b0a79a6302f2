"""`relay send`: files of conversions to the API, in as few posts as fit, each line once."""

from pathlib import Path
from typing import Annotated

import typer

from relay.deployment import Deployment
from relay.errors import Trouble
from relay.files.inputs import Reading, format_of
from relay.files.reading_options import (
    FormatOption,
    MapOption,
    OrderOption,
    SetOption,
    ZoneOption,
    habits_of,
    pairs,
)
from relay.files.send_answer import tell
from relay.files.sending import Sending, Tally
from relay.printing import Out
from relay.verbs import BAD, KeyOption


def send(
    deployment: Deployment,
    out: Out,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files to send; - is stdin.")],
    map_: MapOption = None,
    set_: SetOption = None,
    form: FormatOption = None,
    group: Annotated[str | None, typer.Option(help="The event group of lines that name none.")] = None,
    key: KeyOption = None,
    concurrency: Annotated[int, typer.Option(min=1, max=32, help="Posts under way at once.")] = 4,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask /v1/test_events instead; nothing counts.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write refusals there as JSON Lines: file, line, event_id, errors.")
    ] = None,
    time_zone: ZoneOption = None,
    date_order: OrderOption = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of a file in another one than it shows, such as cp1252 or cp1251.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Send also what was accepted before; says what that does.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before --again.")] = False,
) -> int:
    """Send files of conversions. A re-run sends only what was not accepted. Exit code 1 if lines were refused."""
    habits = habits_of(time_zone, date_order)
    reading = Reading(form, pairs("--map", map_), pairs("--set", set_), group, habits, encoding)
    for file in files:
        format_of(file, reading)
    run = Sending(deployment, out, reading, key, concurrency=concurrency, dry_run=dry_run, yes=yes)
    tallies: list[Tally] = []
    try:
        for file in files:
            tallies.append(Tally(file))
            run.send(tallies[-1], again)
    except Trouble as trouble:
        if not any(tally.accepted or tally.refused for tally in tallies):
            raise
        stopped = f"{trouble}; the same command goes on from here"
        tell(out, tallies, report, dry_run, stopped)
        raise Trouble(stopped) from None
    tell(out, tallies, report, dry_run)
    return BAD if any(tally.refused for tally in tallies) else 0
