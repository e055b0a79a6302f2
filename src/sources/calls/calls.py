"""Phone calls as call trackers report them: which are conversions, and which of Roku's events each is. Pure.

A tracker posts a call when it rings, when it ends, and whenever somebody changes it; each of these posts must end in
the same event or in none. So the event of a call is chosen by what no longer changes once it has ended, its kinds, the
most specific first: `voicemail` or `missed`, `first` or `repeat`, `answered`; else it is CONTACT. Its marks, which come
later (`tag:...`, `signal:...`), add events of their own and never change that choice; one that is mapped to null ends
it, and what was posted before that mark stays sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.intake.body import Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values.rules import quoted
from sources.source_settings import Names, Warnings, event_names, is_same, kind_of, priced
from sources.values import text

DEFAULT_EVENT = "CONTACT"
EVENT_SOURCE = "phone_call"
_KINDS = ("answered", "missed", "voicemail", "first", "repeat")


@dataclass(frozen=True, slots=True)
class Call:
    """One post about one call, its values as received; None where the tracker does not say.

    `duration` is in seconds, of talking where the tracker knows. `left_out` is why the sender's filters
    leave it out. `kinds_of_marks` is how the tracker's marks begin. `contact` holds further fields of `user_data`,
    `details` fields of `custom_data`, `web` further fields of the conversion.
    """

    partner: str
    id: Any = None
    time: Any = None
    phone: Any = None
    finished: bool = True
    inbound: bool = True
    answered: bool | None = None
    voicemail: bool = False
    duration: float | None = None
    first_call: bool | None = None
    spam: bool = False
    left_out: Ignored | None = None
    marks: Sequence[str] = ()
    kinds_of_marks: tuple[str, ...] = ()
    value: Any = None
    contact: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    web: Mapping[str, Any] = field(default_factory=dict)
    click_ids: Mapping[str, Any] = field(default_factory=dict)

    def kinds(self) -> list[str]:
        """Its kinds, the most specific first."""
        unanswered = "voicemail" if self.voicemail else "missed" if self.answered is False else None
        history = None if self.first_call is None else "first" if self.first_call else "repeat"
        return [kind for kind in (unanswered, history, None if unanswered else "answered") if kind]


def conversions(call: Call, settings: SourceSettings, warnings: Warnings) -> list[dict[str, Any] | Ignored]:
    """The conversions of a call: its own under the call's id, and one for each further event that its marks name."""
    names = event_names(settings)
    warnings += _unknown_kinds(call, names)
    refused = refusal(call, names, settings)
    if refused is not None:
        return [replace(refused, event_id=call.id)]
    call_id = text(call.id)  # 12.0 and "12" are one call
    base = event_name(call, names)
    chosen = [] if base is None else [base]
    ids: list[Any] = [call.id if call_id is None else call_id] * len(chosen)
    for name in _marked(call, names):
        if name is not None and not any(is_same(name, other) for other in chosen):
            chosen.append(name)
            # An id of its own: Roku takes two events with one id within 10 minutes for one.
            ids.append(None if call_id is None else f"{call_id}-{name}")
    custom = priced(dict(call.details) | ({} if call.value is None else {"value": call.value}), settings, warnings)
    made = [_conversion(call, name, event_id, custom) for name, event_id in zip(chosen, ids, strict=True)]
    return [*made] or [replace(unmapped(call), event_id=call.id)]


def refusal(call: Call, names: Names, settings: SourceSettings) -> Ignored | None:
    """Why the call is not a conversion, or None if it may be one. `names` are the settings' `event_names`, as read."""
    if not call.inbound:
        return Ignored("outbound", "the business made this call: only calls of customers are conversions")
    if not call.finished:
        return Ignored("not_finished", "the call has not ended: the post at its end counts, so activate that too")
    if call.spam:
        return Ignored("spam", f"{call.partner} marks the call as spam: take the mark away there if it is wrong")
    if settings.answered_only and (call.voicemail or call.answered is False):
        met = "went to voicemail" if call.voicemail else "was not answered"
        return Ignored("not_answered", f"the call {met}: set answered_only to false to count such calls")
    if None in _marked(call, names):
        return Ignored("unmapped_event", "event_names maps a mark of this call to null: name an event to count it")
    return call.left_out or _too_short(call, settings) or _not_first(call, settings)


def event_name(call: Call, names: Names) -> str | None:
    """The event of the most specific kind that `event_names` names; None if it is null there."""
    return next((names[kind] for kind in call.kinds() if kind in names), DEFAULT_EVENT)


def unmapped(call: Call) -> Ignored:
    """The answer for a call whose kind `event_names` maps to null."""
    kinds = ", ".join(call.kinds())
    return Ignored("unmapped_event", f"event_names maps calls of its kind ({kinds}) to null: name an event to count it")


def not_a_call(partner: str, event_id: Any) -> Ignored:
    """The answer for a text message, a form or a chat."""
    said = f"this is not a phone call: activate only the webhooks of calls in {partner}"
    return Ignored("not_a_call", said, event_id)


def _too_short(call: Call, settings: SourceSettings) -> Ignored | None:
    least = settings.minimum_duration
    if not least:
        return None
    if call.duration is None:
        return Ignored("unknown_duration", "the call's duration is missing: post it, or take minimum_duration away")
    if call.duration < least:
        return Ignored("too_short", f"the call is shorter than minimum_duration ({least:g} s): lower it to count it")
    return None


def _not_first(call: Call, settings: SourceSettings) -> Ignored | None:
    if not settings.first_calls_only or call.first_call:
        return None
    if call.first_call is None:
        what = "whether the caller called before is missing: post it"
        return Ignored("unknown_first_call", f"{what}, or set first_calls_only to false")
    return Ignored("repeat_caller", "the caller has called before: set first_calls_only to false to count such calls")


def _marked(call: Call, names: Names) -> list[str | None]:
    """The events that `event_names` gives the call's marks."""
    return list(dict.fromkeys(names[mark] for mark in map(kind_of, call.marks) if mark in names))


def _unknown_kinds(call: Call, names: Names) -> Warnings:
    """Warnings for entries that match no kind of call, such as `awnsered`."""
    known = ", ".join((*_KINDS, *(f"{start}..." for start in call.kinds_of_marks)))
    return [
        ("event_names", f"{quoted(kind)} is not a kind of call: use {known}")
        for kind in names
        if kind not in _KINDS and not kind.startswith(call.kinds_of_marks)
    ]


def _conversion(call: Call, chosen: str, event_id: Any, custom: Mapping[str, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "event_name": chosen,
        "event_time": call.time,
        "event_id": event_id,
        "event_source": EVENT_SOURCE,
        **call.web,
        "user_data": {} if call.phone is None else {"ph": call.phone},
        "custom_data": dict(custom) or None,
        "click_ids": dict(call.click_ids) or None,
        "partner_name": call.partner,
    }
    whole["user_data"] |= call.contact
    return {name: value for name, value in whole.items() if value is not None}
