"""Numbered rules, each with its source, and the profiles under which a sandbox asks for them.

    page      what the vendor's page says, and no more
    strict    each ambiguous sentence in its strictest reading, and nothing that the page does not name
    lenient   each ambiguous sentence in its most generous reading
    relay     the usual one: the readings that the relay goes by; what nobody names is refused

A rule that is not a reading of anything holds in all of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

Profile = Literal["page", "strict", "lenient", "relay"]
PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)

# A field and what is wrong with it.
Fault = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `source` names the page's sentence, `check` gives the faults of one event by field.

    `profiles` are those in which it holds.
    """

    number: str
    source: str
    check: Callable[[Mapping[str, Any]], Iterable[Fault]]
    profiles: Sequence[Profile] = PROFILES


def judge(rules: Sequence[Rule], event: Mapping[str, Any], profile: Profile) -> dict[str, str]:
    """What is wrong with an event, by field: the first rule that says anything of a field counts."""
    found: dict[str, str] = {}
    for rule in rules:
        if profile in rule.profiles:
            for field, fault in rule.check(event):
                found.setdefault(field, fault)
    return found


def broken(rules: Sequence[Rule], event: Mapping[str, Any], profile: Profile) -> list[str]:
    """The numbers of the rules that an event breaks."""
    return [rule.number for rule in rules if profile in rule.profiles and any(True for _ in rule.check(event))]
