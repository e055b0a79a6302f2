"""All signals of one conversion -> what is limited, by which of them. The most restrictive one wins. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from pipeline.consent import categories, consent_mode, flags, gpp_in_force, tcf, us_privacy
from pipeline.consent.places import MOST, TOO_MANY, Found
from pipeline.consent.readings import Finding, Reading, Said
from pipeline.consent.settings import Consent
from pipeline.values.words import Word

NO_SIGNAL = Word("no_signal")
SIGNALS: tuple[Word, ...] = (
    flags.OPT_OUT,
    flags.GPC,
    us_privacy.SIGNAL,
    gpp_in_force.SIGNAL,
    tcf.SIGNAL,
    consent_mode.SIGNAL,
    flags.LIMITED,
    categories.SIGNAL,
    flags.TRACKING,
    flags.LIMIT_TRACKING,
    flags.DO_NOT_TRACK,
    flags.ALLOWANCE,
    NO_SIGNAL,
)
_MOST_WARNINGS = 5  # of one conversion


class Limit(IntEnum):
    """What becomes of a conversion, the strictest last."""

    NOTHING = 0
    LIMIT = 1  # Roku limits its use of the data; a destination that documents no limit does not get it
    WITHHOLD = 2  # no destination gets it


@dataclass(frozen=True, slots=True)
class Heard:
    """What the signals of one conversion limit, by which of them, and what its sender should know.

    `lacking`: vendors of the IAB's list to whom the person gave no consent.
    """

    limit: Limit = Limit.NOTHING
    signals: tuple[Word, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    lacking: frozenset[int] = frozenset()


NOTHING = Heard()


def decide(found: Found, page: Found, settings: Consent, vendors: Sequence[int] = (), in_europe: bool = False) -> Heard:
    """What the fields limit; those of a page's address count only where they refuse.

    `in_europe`: the event says so of its person; consent mode's refusals of such people are under European law.
    """
    # A signal in an address may come from an advertisement: it allows nothing.
    of_page = (one for one in _findings(page, settings, vendors) if one.reading is Reading.REFUSED)
    findings = [*_findings(found, settings, vendors), *of_page]
    limiting = [one for one in findings if one.reading >= Reading.UNREADABLE]
    warnings = tuple(dict.fromkeys(_warnings(findings)))[:_MOST_WARNINGS]
    lacking = frozenset(vendor for one in findings for vendor in one.lacking)
    if not limiting:
        return _unlimited(findings, settings, warnings, lacking)
    by_law = settings.law == "eu" or True in tcf.told([*found.get("tcf", ()), *page.get("tcf", ())])
    european = by_law or any(_is_european(one, in_europe=in_europe) for one in limiting)
    limit = _limit(settings, european=european)
    names = {one.signal for one in limiting}
    return Heard(limit, tuple(filter(names.__contains__, SIGNALS)), warnings, lacking)


def _limit(settings: Consent, *, european: bool) -> Limit:
    return Limit.WITHHOLD if european and settings.european_refusal == "withhold" else Limit.LIMIT


def _unlimited(
    findings: Sequence[Finding], settings: Consent, warnings: tuple[tuple[str, str], ...], lacking: frozenset[int]
) -> Heard:
    """What holds where nothing was refused: what nobody allowed may be limited, and vendors may lack consent."""
    if "no_signal" in settings.also_limits and not any(one.reading is Reading.ALLOWED for one in findings):
        return Heard(Limit.LIMIT, (NO_SIGNAL,), warnings, lacking)
    if lacking and settings.european_refusal == "limit":
        return Heard(Limit.LIMIT, (tcf.SIGNAL,), warnings)
    return Heard(Limit.NOTHING, (tcf.SIGNAL,) if lacking else (), warnings, lacking)


def _findings(found: Found, settings: Consent, vendors: Sequence[int]) -> Iterator[Finding]:
    said: Mapping[str, list[Said]] = found
    if "us_privacy" in said:
        yield from us_privacy.read(said["us_privacy"], settings)
    european, platform = said.get("tcf", ()), said.get("gpp", ())
    if european or platform:
        outside = tcf.told(european) == {False}
        read = list(gpp_in_force.read(platform, settings, vendors, outside_europe=outside))
        yield from read
        yield from tcf.read(european, vendors, elsewhere=any(one.signal == tcf.SIGNAL for one in read))
    if "consent_mode" in said:
        yield from consent_mode.read(said["consent_mode"], settings)
    if "categories" in said:
        yield from categories.read(said["categories"], settings)
    if "flags" in said:
        yield from flags.read(said["flags"], settings)
    for one in said.get(TOO_MANY, ()):
        yield Finding(
            flags.ALLOWANCE, Reading.UNREADABLE, one.name, f"is there more than {MOST} times, of one kind: send it once"
        )


def _is_european(one: Finding, *, in_europe: bool) -> bool:
    return one.european or (in_europe and one.signal == consent_mode.SIGNAL)


def _warnings(findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    for one in findings:
        if one.warning:
            until = "; until then it counts as a refusal" if one.reading is Reading.UNREADABLE else ""
            yield one.field[:100], one.warning + until
