"""The known word nearest to an unknown one, for "did you mean". A request gets a budget of such searches.

A search takes 30 microseconds, and a post has room for a million unknown names. The same question is searched once.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from difflib import get_close_matches

from pipeline.values import limits

_Question = tuple[str, Sequence[str], float]
# What the request that is under way has asked. Without one (the command line) nothing is counted.
_asked: ContextVar[dict[_Question, str | None] | None] = ContextVar("asked", default=None)


def begin() -> None:
    """A request begins: it gets limits.HINTS searches."""
    _asked.set({})


def nearest(word: str, known: tuple[str, ...], cutoff: float = 0.75) -> str | None:
    """The known word that is most similar, from `cutoff` (0..1) on; None without one, or if the budget is spent."""
    asked = _asked.get()
    if asked is None:
        return _search(word, known, cutoff)
    question = (word, known, cutoff)
    if question not in asked:
        if len(asked) >= limits.HINTS:
            return None
        asked[question] = _search(word, known, cutoff)
    return asked[question]


def _search(word: str, known: tuple[str, ...], cutoff: float) -> str | None:
    close = get_close_matches(word, known, n=1, cutoff=cutoff)
    return close[0] if close else None
