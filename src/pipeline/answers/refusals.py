"""What becomes of an event that a destination refuses, and what may be told about the reason. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from pipeline.answers.refusal_words import OF_THE_EVENT, QUOTED, is_duplicate, names_group, passes
from pipeline.contract.outcome import Delivered, Outcome, Rejected, Retry
from pipeline.values.personal import safe_reason, storable

# A request of so many events of which each is refused for the same reason is refused for no event's sake.
MANY = 20
# Characters: of one text, at most and at least; of all texts of an answer; at a cut, of what may be half an address.
LONGEST, _LEAST, _ALL, _EDGE = 5_000, 400, 300_000, 100
_DIGIT = re.compile(r"\d").search


def allowance(refused: int) -> int:
    """Characters of each text that are looked at where so many events are refused: an answer of 8 MB is soon read."""
    return max(_LEAST, min(LONGEST, _ALL // max(refused, 1)))


def without_persons(text: str, values: Iterable[str], longest: int, clean: Callable[[str], str] = str) -> str:
    """A reason of 300 characters at most, from the first `longest` of the text: see `safe_reason`.

    `clean` takes out what else may be a person's, once the values are gone.
    """
    lower = text[:longest].lower()
    known = [value for value in values if value.lower() in lower]
    reason = safe_reason(clean(safe_reason(text[:longest], known, longest)), (), longest)
    # The cut may have halved an address, which then looks like none.
    return storable(reason if len(text) <= longest else reason[: max(0, len(reason) - _EDGE)])


def outcome(said: Sequence[tuple[str, str]], reason: str, status: int) -> Outcome:
    """Return what becomes of an event that was refused with these texts, each with the field that it is about or "".

    `reason` is the same without personal data. The texts are short: cut, before they come here.
    """
    plain = [(field, QUOTED.sub("", text)) for field, text in said]
    if plain and all(OF_THE_EVENT.fullmatch(field) and is_duplicate(text) for field, text in plain):
        return Delivered()
    if plain and all(passes(text) for _, text in plain):
        return Retry(reason, status, passing=True)
    return Rejected(reason, status, alike=any(names_group(text, field) for field, text in plain))


def alike(outcomes: list[Outcome]) -> list[Outcome]:
    """The outcomes of one request, marked where each of MANY events or more was rejected for the same reason.

    One about the partner is not marked: its name is the sender's, not the set-up's.
    """
    rejected = [one for one in outcomes if isinstance(one, Rejected)]
    if len(outcomes) < MANY or len(rejected) < len(outcomes):
        return outcomes
    # Ids, numbers and values differ from event to event.
    reasons = Counter(" ".join(word for word in one.reason.lower().split() if not _DIGIT(word)) for one in rejected)
    if len(reasons) > 1 or "partner" in next(iter(reasons)):
        return outcomes
    return [Rejected(one.reason, one.status, alike=True) for one in rejected]
