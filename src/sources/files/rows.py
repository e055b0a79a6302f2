"""Rows of a file of offline conversions, and what a POST of such a file becomes. Pure."""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from pipeline.contract.destination import Invalid
from pipeline.intake.body import MAX_BYTES, MAX_EVENTS, BadRequest, Body, Ignored, event_group
from pipeline.intake.senders import SourceSettings
from pipeline.values.faults import Fault
from pipeline.values.moments import DateOrder, Habits, zone_of
from sources import signature
from sources.fieldnames import Path, find, fold, unknown
from sources.inbound import Inbound
from sources.source_settings import Warnings, event_names, only, settle
from sources.values import is_absent

SIGNED = signature.Scheme("signature", "sha256", "hex")
# Ten times what 1,000 rows with some breaks within quotes have. Excel writes a million empty rows if asked to.
_MOST_LINES = 100_000
_MOST_ASKED = 200  # parameters of an address
_ORDERS: dict[str, DateOrder] = {"mdy": "mdy", "dmy": "dmy"}
_SPREADSHEET, _GZIP, _UTF_16 = "is a spreadsheet or an archive", "is compressed with gzip", "is UTF-16"
# Where a content type says text, API Gateway puts U+FFFD (EF BF BD) in the place of each byte that is not UTF-8.
_BEGINNINGS = {
    b"\x1f\x8b": _GZIP,
    b"\x1f\xef\xbf\xbd": _GZIP,
    b"PK\x03\x04": _SPREADSHEET,
    b"\xd0\xcf\x11\xe0": _SPREADSHEET,
    b"\xef\xbf\xbd\xef\xbf\xbd\x11": _SPREADSHEET,
    b"\xff\xfe": _UTF_16,
    b"\xfe\xff": _UTF_16,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line where it begins (from 1), and its conversion, its fault, or why it is not a conversion.

    The conversion is in the language of /v1/events; it holds `event_group_id` if the file has such a field.
    `event_name` is what an export's rows are where neither they nor the sender say it.
    """

    number: int
    conversion: dict[str, Any] | None
    fault: str | None = None
    ignored: Ignored | None = None
    event_name: str | None = None

    def named(self) -> dict[str, Any] | None:
        """The conversion, with the export's event name if it has none."""
        if self.conversion is None or self.event_name is None or not is_absent(self.conversion.get("event_name")):
            return self.conversion
        return {**self.conversion, "event_name": self.event_name}


def text_of(body: bytes, form: str) -> str:
    """The text of a posted file. Raises BadRequest."""
    if len(body) > MAX_BYTES:
        raise BadRequest(413, f"the body has {len(body)} bytes; at most {MAX_BYTES} are taken: send it in parts")
    for beginning, fault in _BEGINNINGS.items():
        if body.startswith(beginning):
            raise BadRequest(400, f"the body {fault}: send it as {form} in UTF-8")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest(400, f"the body is not UTF-8 at byte {error.start}: export it as {form} in UTF-8") from None
    _check_letters(text, form)
    lines = body.count(b"\n") + body.count(b"\r") - body.count(b"\r\n")
    if lines > _MOST_LINES:
        raise BadRequest(
            400, f"the body has {lines} lines, and at most {MAX_EVENTS} rows are taken: delete empty lines"
        )
    return text


def _check_letters(text: str, form: str) -> None:
    """Refuse a text that lost letters: two ids that differ in these alone would be one. Raises BadRequest."""
    if "\0" in text:
        raise BadRequest(400, f"the body holds NUL characters, as UTF-16 does: export it as {form} in UTF-8")
    place = text.find("\ufffd")
    if place >= 0:
        line = text.count("\n", 0, place) + 1
        raise BadRequest(
            400,
            f"line {line} of the body holds U+FFFD, which stands for letters that were lost: export it as {form} in"
            " UTF-8 (posted with the content type application/octet-stream, the answer names the byte)",
        )


class Rows(Protocol):
    """What reads the lines of a file of one form; what there is to say of them goes to `warnings`."""

    def __call__(
        self,
        lines: Iterable[str],
        *,
        mapping: Mapping[str, str],
        defaults: Mapping[str, str],
        warnings: Warnings,
        habits: Habits,
    ) -> Iterator[Row]:
        """The rows, read as they are asked for. Raises BadRequest."""


def posted(inbound: Inbound, form: str, rows: Rows) -> Body:
    """The conversions of a posted file of this form, whose signature is right. Raises BadRequest."""
    signature.verify(inbound, SIGNED)
    lines = io.StringIO(text_of(inbound.body, form), newline="")
    field = inbound.settings.value_field
    warnings: Warnings = []
    asked = _asked(inbound, "map")
    fields = set(map(find, asked.values()))
    entry = ({field: "value"} if field else {}) | dict(inbound.settings.columns)
    mapping = {column: one for column, one in entry.items() if find(one) not in fields} | asked
    defaults, habits = _asked(inbound, "set"), _habits(inbound)
    read_rows = rows(lines, mapping=mapping, defaults=defaults, warnings=warnings, habits=habits)
    return posting(read_rows, inbound.settings, warnings)


def posting(rows: Iterable[Row], settings: SourceSettings, warnings: Warnings) -> Body:
    """The posting of a file: a faulty row is one invalid event, named by its line. Raises BadRequest."""
    names = event_names(settings)
    conversions: list[Any] = []
    groups = set()
    for row in rows:
        if len(conversions) == MAX_EVENTS:
            raise BadRequest(400, f"the body has more than {MAX_EVENTS} rows: send it in parts")
        if row.ignored is not None:
            conversions.append(row.ignored)
            continue
        conversion = row.conversion if "default" in names else row.named()
        if conversion is None:
            conversions.append(Invalid({f"line {row.number}": str(row.fault)}, []))
            continue
        groups.add(event_group(conversion.pop("event_group_id", None)))
        conversions.append(settle(conversion, names, settings, warnings, default=True))
    if not conversions:
        raise BadRequest(400, "the body has no rows: send at least one conversion")
    return Body(settings.event_group or only(groups), {}, conversions, list(dict.fromkeys(warnings)))


def targets(mapping: Mapping[str, str]) -> dict[str, Path]:
    """The field for each column that the caller maps, the columns folded. Raises BadRequest for a field nobody
    knows."""
    return {fold(column): _path(field) for column, field in mapping.items()}


def constants(defaults: Mapping[str, str]) -> list[tuple[Path, str]]:
    """The values for rows that have none of their own. Raises BadRequest for a field that nobody knows."""
    return [(_path(field), value) for field, value in defaults.items()]


def _path(field: str) -> Path:
    path = find(field)
    if path is None:
        raise BadRequest(400, str(unknown(field)))
    return path


def _asked(inbound: Inbound, name: str) -> dict[str, str]:
    """What the address says besides: map=COLUMN=FIELD or set=FIELD=VALUE, as often as needed. Raises BadRequest."""
    found = {}
    for pair in _query(inbound, name):
        left, equals, right = pair.rpartition("=") if name == "map" else pair.partition("=")
        if not (left.strip() and equals and right.strip()):
            form = "map=Order%20Number%3Devent_id" if name == "map" else "set=event_name%3DPURCHASE"
            raise BadRequest(400, f"{name} in the address must be NAME=VALUE, such as {form}")
        found[left.strip()] = right.strip()
    return found


def _habits(inbound: Inbound) -> Habits:
    """How the address says that the file's times are written: time_zone and date_order. Raises BadRequest."""
    zone = next(iter(_query(inbound, "time_zone")), None)
    said = next(iter(_query(inbound, "date_order")), None)
    order = None if said is None else _ORDERS.get(said)
    if said is not None and order is None:
        raise BadRequest(400, "date_order in the address must be mdy or dmy")
    try:
        return Habits(None if zone is None else zone_of(zone.replace(" ", "+")), order)
    except Fault as fault:
        raise BadRequest(400, f"time_zone in the address {fault}") from None


def _query(inbound: Inbound, name: str) -> list[str]:
    try:
        return parse_qs(urlsplit(inbound.url).query, max_num_fields=_MOST_ASKED).get(name, [])
    except ValueError:
        raise BadRequest(400, f"the address has more than {_MOST_ASKED} parameters") from None
