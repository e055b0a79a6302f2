"""Whether texts exist with which Python's `re` tries a square of their length, or more: see `linear`."""

from collections import defaultdict
from collections.abc import Sequence

from expression import MOST_COPIES, Expression, characters

MOST_SETS = 500
START, BEGIN = -1, -2  # anywhere in the text, and its beginning


class Search:
    """Whether texts exist that go round in two loops of an expression and fail; `use` is a method's name."""

    def __init__(self, expression: Expression, use: str) -> None:
        (known, takes), whole = characters(expression), expression.whole
        alike: dict[tuple[bool, ...], str] = {}
        for letter in sorted(known):
            alike.setdefault(tuple(letter in each for each in takes), letter)
        self.alphabet = list(alike.values())
        searches, whole_text = use not in ("match", "fullmatch"), use == "fullmatch"
        self.steps = self._steps(expression, takes, searches)
        self.ends = {place for place, at_end in whole.last.items() if at_end or whole_text}
        self.accepts = {place for place, at_end in whole.last.items() if not at_end and not whole_text}
        self.doubled = [pair for pair, times in expression.edges.items() if times > 1]

    def _steps(
        self, expression: Expression, takes: Sequence[frozenset[str]], searches: bool
    ) -> dict[int, dict[str, set[int]]]:
        """Where each letter leads, from each position; of a search from anywhere in the text too."""
        steps: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        first = expression.whole.first
        edges = [*expression.edges, *((BEGIN, place) for place in first)]
        if searches:
            edges += [(START, place) for place, begins in first.items() if not begins]
        for one, two in edges:
            for letter in takes[two].intersection(self.alphabet):
                steps[one][letter].add(two)
        for letter in self.alphabet if searches else ():
            steps[START][letter].add(START)
        return steps

    def reachable(self, place: int) -> set[int]:
        seen: set[int] = set()
        todo = [place]
        while todo:
            for following in self.steps[todo.pop()].values():
                todo += following - seen
                seen |= following
        return seen

    def fault(self) -> str | None:
        """What is wrong, or None."""
        after = {place: self.reachable(place) for place in list(self.steps)}
        loops = {place for place, reached in after.items() if place in reached}
        reached = after.get(BEGIN, set()) | after.get(START, set()) | {START}
        if any(one in after.get(two, ()) and self.can_fail({two}) for one, two in self.doubled):
            return "a loop within a loop: the tries double with each character"
        pairs = ((one, two) for one in reached & loops for two in (after[one] & loops) - {one})
        if any(self.is_square(one, two) for one, two in pairs):
            return "two loops take the same text one after the other: the tries are a square of its length"
        return None

    def is_square(self, one: int, two: int) -> bool:
        """Whether a text that fails goes round in both loops."""
        word = self.shared(one, two)
        # Of a search each beginning is a try of its own, which only what came of it can end.
        return bool(word) and self.can_fail({two} if one == START else {one, two}, word)

    def shared(self, one: int, two: int) -> str:
        """A text that leads from `one` to `one` and to `two`, and from `two` to `two`; empty if there is none."""
        begin, end = (one, one, two), (one, two, two)
        seen, todo = {begin}, [(begin, "")]
        while todo:
            (a, b, c), text = todo.pop()
            for letter in self.alphabet:
                for x in self.steps[a][letter]:
                    for y in self.steps[b][letter]:
                        for z in self.steps[c][letter]:
                            if (x, y, z) == end:
                                return text + letter
                            if (x, y, z) not in seen:
                                seen.add((x, y, z))
                                todo.append(((x, y, z), text + letter))
        return ""

    def after(self, places: frozenset[int], letter: str) -> frozenset[int]:
        """Where this letter leads from these positions."""
        return frozenset(place for each in places for place in self.steps[each][letter])

    def can_fail(self, places: set[int], word: str = "") -> bool:
        """Whether a text exists that leads from here, after the word was read again and again, to no match."""
        begin = frozenset(places)
        for letter in word * MOST_COPIES:
            begin = self.after(begin, letter)
            if begin & self.accepts:
                return False  # it need not go back any further
        seen, todo = {begin}, [begin]
        while todo:
            now = todo.pop()
            if now & self.accepts:
                continue
            if not now & self.ends or len(seen) > MOST_SETS:
                return True
            for letter in self.alphabet:
                following = self.after(now, letter)
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
        return False


def fault(pattern: str | bytes, flags: int = 0, use: str = "search") -> str | None:
    """What is wrong with an expression that is used by this method of `re`; `compile` means by any."""
    uses = ("search", "fullmatch") if use == "compile" else (use,)
    return next((found for each in uses if (found := Search(Expression(pattern, flags), each).fault())), None)
