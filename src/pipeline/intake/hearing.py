"""One post -> the same post with every refusal heard: what each conversion's signals limit. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from pipeline.consent import europe
from pipeline.consent.decision import NOTHING, Heard, Limit, decide
from pipeline.consent.flags import opted_out
from pipeline.consent.pages import look_at_page
from pipeline.consent.places import ADDRESSES, Found, add, is_ordinary, look, without
from pipeline.consent.readings import Reading, Said, absent, fold_name
from pipeline.consent.settings import Consent
from pipeline.intake.body import Body

_HEADER = "sec-gpc"


def hear(
    posting: Body,
    settings: Consent,
    *,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    vendors: Sequence[int] = (),
    page: str | None = None,
) -> Body:
    """The post with `heard` filled in; a conversion whose use is limited says so by `opt_out`, and by nothing else.

    `vendors` are the ids of destinations in the IAB's list of vendors, `page` the address that the request itself
    names (a browser's). What the request and the body say counts for each of their conversions.
    """
    shared = _of_request(posting, headers, query, page)
    is_quiet = not shared.found and not shared.pages and "no_signal" not in settings.also_limits
    speaking = dict(_speaking(posting, is_quiet=is_quiet))
    if not speaking:
        return posting
    conversions = list(posting.conversions)
    heard: dict[int, Heard] = {}
    # Once for all of them, however many there are: the body may be millions of bytes.
    all_in_europe = _in_europe(posting.context, posting.shared)
    for index, own in speaking.items():
        in_europe = all_in_europe or _in_europe(conversions[index], _spoken(posting, index))
        one = _decided(shared, own, settings, vendors, in_europe)
        conversions[index] = _saying(conversions[index], one, settings)
        if one != NOTHING:
            heard[index] = one
    _share_with_repeats(conversions, heard)
    return replace(posting, conversions=conversions, heard=heard)


def _speaking(posting: Body, *, is_quiet: bool) -> "Iterator[tuple[int, _Gathered]]":
    """The conversions that something is said of, and what; all of them, if it is said for all (not `is_quiet`)."""
    for index, conversion in _objects(posting.conversions):
        spoken = _spoken(posting, index)
        if is_quiet and spoken is None and is_ordinary(conversion):
            continue  # as nearly all are
        own = _of_event(conversion, spoken)
        if not is_quiet or own.found or own.pages:
            yield index, own


def _spoken(posting: Body, index: int) -> Any:
    """What a source says of the conversion that it made."""
    return posting.spoken[index] if posting.spoken else None


class _Gathered(NamedTuple):
    """What fields say, and what addresses of pages say; and what these alone decide, in Europe and not."""

    found: Found
    pages: Found
    decided: dict[bool, Heard]


def _decided(shared: _Gathered, own: _Gathered, settings: Consent, vendors: Sequence[int], in_europe: bool) -> Heard:
    """What the signals limit; where 1,000 conversions say nothing of their own it is decided once."""
    if own.found or own.pages:
        return decide(_both(shared.found, own.found), _both(shared.pages, own.pages), settings, vendors, in_europe)
    if in_europe not in shared.decided:
        shared.decided[in_europe] = decide(shared.found, shared.pages, settings, vendors, in_europe)
    return shared.decided[in_europe]


def _share_with_repeats(conversions: list[Any], heard: dict[int, Heard]) -> None:
    """Events of one post with one id and name are mostly one event: whichever is sent, the strictest word holds."""
    strictest: dict[tuple[str, str], Heard] = {}
    for index, one in heard.items():
        names = _names(conversions[index])
        if names[0] and one.limit > strictest.get(names, NOTHING).limit:
            strictest[names] = one
    for index, conversion in _objects(conversions) if strictest else ():
        found = strictest.get(_names(conversion), NOTHING)
        if found.limit > heard.get(index, NOTHING).limit:
            conversions[index] = without(conversion) | {"opt_out": "true"}
            heard[index] = replace(found, warnings=heard.get(index, NOTHING).warnings)


def _names(conversion: Mapping[str, Any]) -> tuple[str, str]:
    """The event's id, 1 and "1" being one, and its name as it is compared; empty without any."""
    event_id, name = conversion.get("event_id"), conversion.get("event_name")
    named = fold_name(name[:100]) if isinstance(name, str) else ""
    return (str(event_id).strip() if isinstance(event_id, str | int) else ""), named


def _objects(conversions: Sequence[Any]) -> list[tuple[int, dict[str, Any]]]:
    return [(index, one) for index, one in enumerate(conversions) if isinstance(one, dict)]


def _of_request(posting: Body, headers: Mapping[str, str], query: Mapping[str, str], page: str | None) -> _Gathered:
    """What the request and the body say for all conversions."""
    found: Found = {}
    if query or posting.shared:
        look([dict(query), posting.shared], found)
    if _HEADER in headers:
        add(found, "flags", Said("gpc_header", "Sec-GPC", headers[_HEADER]))
    return _with_pages(found, page)


def _of_event(conversion: Mapping[str, Any], spoken: Any) -> _Gathered:
    """What one conversion says itself."""
    found: Found = {}
    look([conversion, spoken], found)
    return _with_pages(found, conversion.get("event_source_url"))


def _with_pages(found: Found, page: Any) -> _Gathered:
    """The fields, and what this page's address and those among the fields say."""
    pages: Found = {}
    for address in (page, *(said.value for said in found.pop(ADDRESSES, ()))):
        look_at_page(address, pages)
    return _Gathered(found, pages, {})


def _both(shared: Found, own: Found) -> Found:
    """What is said for all conversions and what one says: no more fields of a family than are read."""
    both: Found = {family: list(said) for family, said in shared.items()}
    for family, said in own.items():
        both.setdefault(family, [])
        for one in said:
            add(both, family, one)
    return both


def _saying(conversion: dict[str, Any], one: Heard, settings: Consent) -> dict[str, Any]:
    """The conversion without the fields of consent; `opt_out` stays, and says what was decided."""
    rest = without(conversion)
    if one.limit is not Limit.NOTHING:
        return rest | {"opt_out": "true"}
    stated = conversion.get("opt_out")
    return rest if absent(stated) or opted_out(stated, settings) is not Reading.ALLOWED else rest | {"opt_out": "false"}


def _in_europe(*said: Any) -> bool:
    """Whether one of these names a country in Europe."""
    return any(map(europe.named_in, said))
