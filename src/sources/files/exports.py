"""How the rows of an export that is known by its header row become conversions. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.intake.body import Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values import ids
from pipeline.values.moments import DateOrder
from sources.calls import calls
from sources.calls.calls import Call
from sources.fieldnames import Path, fold
from sources.files.cell_texts import DERIVED
from sources.files.columns_to_fields import put
from sources.files.export_table import listed
from sources.mapped import mapping
from sources.mapped.compiled_values import value
from sources.mapped.mapping import PostMapping
from sources.mapped.paths import Post
from sources.mapped.ready import ready
from sources.mapped.scope import Paths, Scope, Value, is_empty, word
from sources.source_settings import Names, Warnings, event_names, priced, spelled
from sources.values import is_absent, present
from sources.web.shop import basket


@dataclass(frozen=True, slots=True)
class Reading:
    """Why an order is not a conversion, or None; and the event's name where neither it nor the settings have one."""

    none: Ignored | None
    name: str | None = None


Cells = Mapping[str, str]  # what a row says, by the title of its column, folded

_SAY_CURRENCY = "say another with the setting currency, or with relay send --set currency=EUR"
_EVENT_ID: Path = ("", "event_id")
_CONTENTS: Path = ("custom_data", "contents")


@dataclass(frozen=True, slots=True)
class Export:
    """One entry of the table, ready to read rows."""

    about: str
    mapping: PostMapping
    ids: tuple[Value, ...]
    shared_id: str | None
    joined_by: tuple[tuple[str, ...], ...]
    derived: Mapping[str, tuple[str, str]]
    left_out: frozenset[str]
    date_order: DateOrder | None
    local_times: bool
    lacks: str | None

    def is_further(self, row: Cells, before: Cells) -> bool:
        """Whether the row is a further line of the order of the row before."""
        if not self.joined_by:
            return False
        (key, first), *others = ((_first(titles, row), _first(titles, before)) for titles in self.joined_by)
        return first != "" and key in ("", first) and all(one in ("", other) for one, other in others)

    def read(
        self,
        rows: Sequence[Cells],
        conversion: dict[str, Any],
        settings: SourceSettings,
        warnings: Warnings,
        mapped: frozenset[Path],
    ) -> Reading:
        """Put what the lines of one order say into its conversion, but for the fields that the caller mapped."""
        scope = self._scope(rows, warnings)
        if is_absent(conversion.get("event_id")):
            put(conversion, _EVENT_ID, self._id(scope))
        failed = next((one for one in self.mapping.when if not one.holds(scope)), None)
        if failed is not None:
            return Reading(Ignored("not_a_conversion", failed.reason))
        self._put_fields(conversion, scope, mapped)
        call = None if self.mapping.call is None else self.mapping.call.read(scope, conversion)
        own = event_names(settings)
        if call is not None and (refused := calls.refusal(call, own, settings)) is not None:
            return Reading(refused)
        self._put_currency(conversion, settings, warnings)
        name = self._name(scope, call, own)
        if name is None and call is not None:
            return Reading(calls.unmapped(call))
        if word(conversion.get("event_name")) in self._words():
            conversion["event_name"] = name or conversion["event_name"]
        return Reading(None, name)

    def _scope(self, rows: Sequence[Cells], warnings: Warnings) -> Scope:
        """What the mapping's paths look at: the first line's titles, all `lines`, and texts derived from cells."""
        row: dict[str, Any] = {**rows[0], "lines": list(rows)}
        for name, (kind, title) in self.derived.items():
            row[name] = DERIVED[kind](rows[0].get(title, "")) or ""
        return Scope(Post(row), row, warnings)

    def _put_fields(self, conversion: dict[str, Any], scope: Scope, mapped: frozenset[Path]) -> None:
        for target, read in self.mapping.fields:
            if target in mapped or is_empty(found := read(scope)):
                continue
            if target == _CONTENTS:
                _put_basket(conversion, found, scope.warnings)
            else:
                put(conversion, target, found, over=True)

    def _words(self) -> Mapping[str, str | None]:
        """The platform's words for events that have other names here."""
        return {} if self.mapping.name is None else self.mapping.name.words

    def _name(self, scope: Scope, call: Call | None, own: Names) -> str | None:
        """The event's name where neither the row nor the sender's settings have one."""
        if self.mapping.name is None:
            return None if call is None else calls.event_name(call, own)
        spoken = word(self.mapping.name.read(scope))
        if spoken is None or spoken in own:
            return self.mapping.name.other
        return self._words().get(spoken, self.mapping.name.other) if self._words() else spelled(spoken)

    def _put_currency(self, conversion: dict[str, Any], settings: SourceSettings, warnings: Warnings) -> None:
        """Give an amount the platform's usual currency, where nothing names one; that is told."""
        custom, usual = conversion.get("custom_data"), self.mapping.currency
        if usual is None or settings.currency is not None or not isinstance(custom, dict) or "value" not in custom:
            return
        told = "custom_data.currency", f"{usual} was taken where the file names none: {_SAY_CURRENCY}"
        own = priced(custom, settings, [])
        conversion["custom_data"] = whole = priced(own, replace(settings, currency=usual), [])
        if whole is not own and told not in warnings:
            warnings.append(told)

    def _id(self, scope: Scope) -> Any:
        """The first that may be an id."""
        return next((found for read in self.ids if not is_empty(found := read(scope)) and ids.is_one(str(found))), None)


def _first(titles: Sequence[str], row: Cells) -> str:
    return next((row[title] for title in titles if row.get(title)), "")


def _put_basket(conversion: dict[str, Any], items: list[Any], warnings: Warnings) -> None:
    custom = conversion.setdefault("custom_data", {})
    if isinstance(custom, dict) and any(items) and not {"contents", "content_ids"} & custom.keys():
        custom |= present(basket([item for item in items if item], "id", warnings=warnings))


def compiled(given: Mapping[str, Any]) -> Export:
    """An entry of the table, ready to read rows. Raises Fault if its mapping is none."""
    paths = Paths()
    return Export(
        about=given["about"],
        mapping=mapping.compiled(given["map"], ready),
        ids=tuple(value(one, paths) for one in given["ids"]),
        shared_id=given.get("shared_id"),
        joined_by=tuple(tuple(map(fold, listed(one))) for one in given.get("joined_by", ())),
        derived={name: (kind, fold(title)) for name, (kind, title) in given.get("derived", {}).items()},
        left_out=frozenset(map(fold, given.get("left_out", ()))),
        date_order=given.get("date_order"),
        local_times=given.get("local_times", False),
        lacks=given.get("lacks"),
    )
