"""What an export hides within a cell: an e-mail address in brackets, an id among notes, an id cut short. Pure."""

import re
from collections.abc import Callable, Mapping

_BRACKETS = re.compile(r"([^()]{1,200}?)\s?\([^()]{0,200}\)").fullmatch
_ADDRESS = re.compile(r"[(<]([^()<>\s@]{1,64}@[^()<>\s@]{1,190})[)>]").search
_NOTE = re.compile(r"event_id\s?[:=]\s?(\S{1,200})").fullmatch
_MARK = re.compile(r"[a-z]{1,3}:(?=\d)")  # Meta's exports of leads: l:1234567890
_SHORT_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?", re.ASCII).fullmatch
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_LONGEST = 10_000  # characters of a cell that are looked at


def _before_brackets(cell: str) -> str:
    """HubSpot's `Closed Won (Sales Pipeline)` without the pipeline."""
    found = _BRACKETS(cell.strip())
    return found[1] if found else cell


def _email_in_brackets(cell: str) -> str | None:
    """The first address of HubSpot's `Jane Doe (jane@example.com);John Doe (john@example.com)`."""
    found = _ADDRESS(cell[:_LONGEST])
    return found[1] if found else None


def _event_id_in_notes(cell: str) -> str | None:
    """The event id that a shop's theme put among Shopify's note attributes, a line `name: value` each."""
    return next((found[1] for line in cell[:_LONGEST].splitlines() if (found := _NOTE(line.strip()))), None)


def _without_mark(cell: str) -> str:
    """Meta's id of a lead as its webhook has it, without the mark that keeps spreadsheets from rounding it."""
    return _MARK.sub("", cell, count=1) if _MARK.match(cell) else cell


def _salesforce_id(cell: str) -> str | None:
    """The 18 characters of a record's id, as Salesforce's API writes it, from the 15 of its reports.

    Each of the three behind tells which of five are capitals, the first as the lowest bit (Salesforce's help page
    "Convert 15-character Ids to 18-character Ids"). None if it is not an id.
    """
    if not _SHORT_ID(cell):
        return None
    start = cell[:15]
    bits = (sum(start[at + place].isupper() << place for place in range(5)) for at in (0, 5, 10))
    return start + "".join(_DIGITS[bit] for bit in bits)


DERIVED: Mapping[str, Callable[[str], str | None]] = {
    "before_brackets": _before_brackets,
    "email_in_brackets": _email_in_brackets,
    "event_id_in_notes": _event_id_in_notes,
    "without_mark": _without_mark,
    "salesforce_id": _salesforce_id,
}
