"""`relay report`: what came in, what came out, and whether that adds up. The equation is in `equation`."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from relay import metrics
from relay.deployment import Deployment, Destination
from relay.durations import seconds
from relay.equation import METRICS, Counts, Verdict, counted, verdict
from relay.letters.letter_queue import depth
from relay.letters.redrive import moved_since
from relay.printing import Out, age, moment, number
from relay.senders import senders_report
from relay.senders.senders_report import senders_of
from relay.senders.shares import Share
from relay.verbs import BAD, DestinationOption


def report(
    deployment: Deployment,
    out: Out,
    since: Annotated[str, typer.Option(metavar="SPAN", help="The window: 90s, 15m, 24h, 7d.")] = "24h",
    destination: DestinationOption = None,
) -> int:
    """Count what was received and what became of it, and say whether that adds up. Exit code 1 if it does not."""
    span = seconds(since)
    end = datetime.now(UTC)
    grain = metrics.period(span)
    start = metrics.floor(end - timedelta(seconds=span), grain)
    senders, notes = senders_of(deployment, start, end)
    answers = [
        _one(deployment, one, start, end, grain, out, [sender for sender in senders if sender.destination == one.name])
        for one in deployment.destinations(destination)
    ]
    for note in notes:
        out.aside(note)
    for answer in answers:
        answer["notes"] += notes
    out.answer({"from": start.isoformat(), "to": end.isoformat(), "destinations": answers})
    return BAD if any(answer["adds_up"] is False for answer in answers) else 0


def _one(
    deployment: Deployment,
    destination: Destination,
    start: datetime,
    end: datetime,
    grain: int,
    out: Out,
    senders: Sequence[Share],
) -> dict[str, Any]:
    soon = end + timedelta(minutes=1)
    totals, recent = metrics.sums(deployment, destination.name, METRICS, start, soon, grain)
    moved, all_tasks = moved_since(deployment, destination, start.timestamp())
    counts = counted(totals, moved)
    sqs = deployment.client("sqs")
    waiting = sum(depth(sqs, destination.queue_url).values())
    lying = sum(depth(sqs, destination.dead_letters_url).values())
    at_start = _messages_at(deployment, destination, start, grain)
    found = verdict(counts, messages=waiting, messages_at_start=at_start, recent=recent)
    notes = []
    if not all_tasks:
        notes.append("SQS remembers ten redrives only: earlier ones within the window are not counted")
    _print(out, destination, counts, found, start, end, waiting, lying)
    senders_report.show(out, senders)
    for note in notes:
        out.aside(note)
    return {
        "destination": destination.name,
        "received": counts.received(),
        **asdict(counts),
        "waiting_events": found.waiting,
        "waiting_messages": waiting,
        "waiting_messages_at_start": at_start,
        "dead_letters_now": lying,
        "senders": [one.told() for one in senders],
        "adds_up": found.adds_up,
        "why": found.why,
        "notes": notes,
    }


def _messages_at(deployment: Deployment, destination: Destination, start: datetime, grain: int) -> int | None:
    """The most messages that the queue had about the window's start; None if nobody knows."""
    if deployment.created >= start:
        return 0  # there was no queue
    if deployment.local:
        return None  # SQS's own metrics are not on the local stack
    # SQS tells about a queue every 1 to 5 minutes; it tells nothing of one that was empty and untouched for six hours.
    before, after = start - timedelta(seconds=max(360, grain)), start + timedelta(seconds=grain)
    names = ("Visible", "NotVisible", "Delayed")
    found = [
        metrics.queue_maximum(
            deployment, destination.queue_url, f"ApproximateNumberOfMessages{name}", before, after, grain
        )
        for name in names
    ]
    return int(sum(value or 0 for value in found))


def _print(
    out: Out,
    destination: Destination,
    counts: Counts,
    found: Verdict,
    start: datetime,
    end: datetime,
    waiting: int,
    lying: int,
) -> None:
    out.line(
        f"{destination.name}: {moment(start.timestamp())} to {moment(end.timestamp())} UTC"
        f" ({age((end - start).total_seconds())})",
        style="bold",
    )
    events = "not known" if found.waiting is None else f"{found.waiting:,}"
    rows: list[list[Any]] = [
        ["received", f"{counts.received():,}", ""],
        ["  refused", f"{counts.refused:,}", "of them by the person: limited or withheld, see below"],
        ["  invalid", f"{counts.invalid:,}", "refused with the reason in the answer"],
        ["  ignored", f"{counts.ignored:,}", "no conversion, such as a missed call"],
        ["  withheld", f"{counts.withheld:,}", "right, and not for this destination, such as an opt-out"],
        ["  not queued", f"{counts.not_queued:,}", "SQS did not take them; their sender was told so"],
        ["  accepted", f"{counts.accepted:,}", ""],
        ["redriven", f"{counts.redriven:,}", "dead letters that went back to the queue"],
        ["delivered", f"{counts.delivered:,}", _collided(counts.collisions)],
        ["repeated", f"{counts.repeated:,}", "repeats of what was delivered"],
        ["dead letters", f"{counts.dead_letters:,}", f"{number(lying, 'dead letter')} now"],
        ["waiting", events, f"{number(waiting, 'message')} in the queue, 1 to 1,000 events each"],
        ["retried", f"{counts.retried:,}", "tries that were put off; no part of the sum"],
    ]
    if counts.strangers:
        rows.insert(8, ["strangers", f"{counts.strangers:,}", "messages that nobody could read"])
    out.table(["", "events", ""], rows)
    word = {True: "adds up", False: "DOES NOT ADD UP", None: "cannot be told"}[found.adds_up]
    out.line(f"{word}: {found.why}", style={True: "green", False: "red", None: "yellow"}[found.adds_up])


def _collided(count: int) -> str:
    return f"{count:,} of them under an id of its own: another conversion had the same id" if count else ""
