"""The senders' part of `relay report`: what their conversions have to match by, what was dropped, who refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from relay.deployment import Deployment
from relay.errors import explain
from relay.printing import Out
from relay.senders import sender_lines
from relay.senders.shares import TITLES, Share, shares

_MOST_LISTED = 20  # rows of what was dropped or changed; --json has all


def senders_of(deployment: Deployment, start: datetime, end: datetime) -> tuple[list[Share], list[str]]:
    """Each sender's share at each destination, and what is to be said of how they were found."""
    try:
        rows, whole = sender_lines.rows(deployment, start, end + timedelta(minutes=1))
    except (BotoCoreError, ClientError) as error:
        return [], [f"the senders' shares are not known: {explain(error)}"]
    notes = [] if whole else ["the senders' shares are of a part of the window's posts: choose a shorter one"]
    return shares(rows), notes


def show(out: Out, senders: Sequence[Share]) -> None:
    """The tables, as far as there is something to tell."""
    _show_kinds(out, [one for one in senders if one.accepted])
    _show_warned(out, senders)
    _show_refused(out, [one for one in senders if one.refused])


def _show_kinds(out: Out, senders: Sequence[Share]) -> None:
    rows = [[one.sender, f"{one.accepted:,}", *(f"{one.share(kind):.0%}" for kind in TITLES)] for one in senders]
    if rows:
        out.table(["sender", "accepted", *(f"with {title}" for title in TITLES.values())], rows)


def _show_warned(out: Out, senders: Sequence[Share]) -> None:
    rows = [
        [one.sender, name, fate, why, f"{number:,}", f"{one.received:,}"]
        for one in senders
        for (name, fate, why), number in one.warned.most_common()
    ]
    if rows:
        out.table(["sender", "field", "what", "why", "conversions", "of"], rows[:_MOST_LISTED])
    if len(rows) > _MOST_LISTED:
        out.line(f"{len(rows) - _MOST_LISTED} more: relay report --json has all")


def _show_refused(out: Out, senders: Sequence[Share]) -> None:
    rows = []
    for one in senders:
        share, signals = f"{one.refused / one.received:.1%}", ", ".join(sorted(one.signals))
        rows.append([one.sender, f"{one.refused:,}", f"{one.received:,}", share, signals])
    if rows:
        out.table(["sender", "refused", "of", "share", "signals"], rows)
