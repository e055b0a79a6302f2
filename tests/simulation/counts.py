"""How often conversions are counted, for one destination: at most twice, and few of them more than once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from tests.simulation.conversions import Acceptance, Conversion, Posted, Variant
from tests.simulation.ledger import CALLS
from tests.simulation.plan import DAY
from tests.simulation.sender import Event
from tests.simulation.service import Service
from tests.simulation.stage import Stage, Violation

MOST = 2  # between two redrives, whatever the destination does
MOST_EXTRA, PERIOD = 100, DAY  # of an event group in 24 h (s), besides what was under way when answers began to be lost
# A lost answer is followed by another try within this much (s) of the destination's window, unless something failed.
TRIED_WITHIN, STEP = 480.0, 5.0
RUN = 60.0


class Counts:
    """One destination's."""

    def __init__(self, stage: Stage, service: Service) -> None:
        """Nothing was counted yet."""
        self.stage, self.service = stage, service
        self.batches: dict[str, dict[str, set[str]]] = {}  # what each run was given: variants by message
        self.mishaps: Counter[str] = Counter()  # since it was last redriven: runs that died, messages that doubled
        self.unlucky: Counter[str] = Counter()  # the same, ever: copies from before a redrive may be on their way
        self.copies: Counter[str] = Counter()  # since then: how often ingest queued it, and SQS took what it refused
        self.redrives: dict[str, list[float]] = defaultdict(list)
        self._variants: dict[str, list[Variant]] = defaultdict(list)
        self._keys: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._owners: dict[tuple[str, str], set[str]] = defaultdict(set)  # conversions by ledger key
        self._conversion_of: dict[str, str] = {}  # by variant
        self._forgotten: Counter[str] = Counter()
        self._extras: list[tuple[float, str]] = []  # when, and of which event group
        service.on_repeat = self.repeat
        service.on_shadow = self.shadow

    def expect(self, event: Event, variant: Variant) -> None:
        """A sender is going to post this."""
        self._variants[variant.conversion.name].append(variant)
        self._conversion_of[variant.name] = variant.conversion.name
        self.own(variant.conversion, *event.key())

    def variants_of(self, variant: Variant) -> Sequence[Variant]:
        """All contents of its conversion."""
        return self._variants[variant.conversion.name]

    def are_alike(self, names: Iterable[str]) -> bool:
        """Whether all copies of these are to the byte."""
        return all(len(self._variants[self._conversion_of[name]]) == 1 for name in names)

    def every_variant(self) -> list[Variant]:
        """All contents of all conversions."""
        return [one for ones in self._variants.values() for one in ones]

    def conversion_of(self, name: str) -> str:
        """The conversion of which this variant is a content."""
        return self._conversion_of[name]

    def shadow(self, posted: Posted, other: Conversion, since: float) -> None:
        """A conversion was dropped, for its id is another's: a fault, if the ledger knew of that other."""
        stage, name = self.stage, posted.variant.conversion.name
        told = any(one.answered and not self._unheard(other.name, one) for one in self.service.accepted[other.name])
        asked = stage.world.process().name not in stage.ledger.unread
        unlucky = any(self.unlucky.values())
        quiet = stage.has_ledger and not stage.ledger_failed and not stage.plan.secrets and not unlucky
        if since > 2 * RUN and told and asked and quiet and not posted.variant.is_thin:
            raise Violation(f"{name} was sent under the id of {other.name}, {since:.0f} s after it: it is not counted")

    def own(self, conversion: Conversion, event_id: str, event_name: str) -> tuple[str, str]:
        """Its key in the ledger, under this id."""
        group = conversion.group.replace("%", "%25").replace("#", "%23")
        key = event_id, f"delivered#{self.service.name}#{group}#{event_name}"
        self._keys[conversion.name].add(key)
        self._owners[key].add(conversion.name)
        return key

    def redriven(self, names: Iterable[str]) -> None:
        """An operator put these variants back on the queue: from here they may be counted twice again."""
        for name in {self._conversion_of[name] for name in names}:
            self.mishaps[name] = 0
            self.copies[name] += 1
            self.redrives[name].append(self.stage.world.now)
            for variant in self._variants[name]:
                variant.conversion.counts = 0

    def mishap(self, names: Iterable[str]) -> None:
        """A run with these variants died, its report was lost, or a message with them doubled."""
        for name in {self._conversion_of[name] for name in names}:
            self.mishaps[name] += 1
            self.unlucky[name] += 1

    def no_mishap(self, names: Iterable[str]) -> None:
        """What looked like a mishap of these variants was none."""
        for name in {self._conversion_of[name] for name in names}:
            self.mishaps[name] -= self.mishaps[name] > 0
            self.unlucky[name] -= 1

    def parted(self, names: Iterable[str]) -> None:
        """There are two messages with each of these variants, and nobody has noted that."""
        for name in {self._conversion_of[name] for name in names}:
            self.copies[name] += 1

    def copied(self, names: Iterable[str]) -> None:
        """Ingest queued these variants, or queued them again because the ledger has forgotten the last time."""
        for name in {self._conversion_of[name] for name in names}:
            self.copies[name] += 1
            conversion = self._variants[name][0].conversion
            days = self.stage.plan.ledger_days * DAY
            if days and conversion.counted and self.stage.world.now - conversion.counted[-1] > days:
                conversion.counts = 0

    def noted(self, key: tuple[str, str], conversions: dict[str, Conversion]) -> None:
        """The ledger was told that this was delivered."""
        owners = self._owners.get(key, set())
        if not owners and any(one.shares_id for one in self.every_variant()):
            return  # an id of its own, by which Rokt is not told about it
        if not any(conversions[name].counted or conversions[name].is_shadowed for name in owners):
            raise Violation(f"the ledger says that {key} was delivered, and {self.service.name} never took it")

    def repeat(self, posted: Posted, acceptance: Acceptance) -> None:
        """A conversion is about to be counted again: only a lost answer or a lost note may cause that."""
        conversion, ledger = posted.variant.conversion, self.stage.ledger
        name, now = conversion.name, self.stage.world.now
        key = self.own(conversion, *self.service.key(posted.content))
        earlier = self.service.accepted[name]
        since = now - conversion.counted[-1]
        if since <= self.service.window and not posted.variant.shares_id:
            raise Violation(f"{name} is counted twice, {since:.0f} s later: {self.service.name} was sent two ids")
        if not self.stage.has_ledger:
            cause = "there is no ledger" if earlier[-1].answered else "an answer was lost"
        elif acceptance.process in ledger.unread:
            cause = "the ledger was out of reach when it was asked"
        elif ledger.knows(key) and not posted.variant.shares_id:
            raise Violation(f"{name} was sent again {since:.0f} s later, though the ledger knew it")
        elif key in ledger.items:
            cause = "the ledger had forgotten it, after its days"
            self._forgotten[name] += 1
        elif any(one.answered and not self._unheard(name, one) for one in earlier):
            raise Violation(f"{name} is counted twice, and no answer and no note was lost")
        elif self._neglected(posted.variant, earlier):
            raise Violation(f"{name} was not tried again within {self.service.name}'s window, though nothing failed")
        else:
            cause = "an answer was lost" if not earlier[-1].answered else "a note was lost"
        self.stage.result.repeats[f"{self.service.name}: {cause}"] += 1
        self.stage.world.say(f"{self.service.name} counts {name} again, {since:.0f} s after: {cause}")
        self._bounded(conversion, cause)

    def _bounded(self, conversion: Conversion, cause: str) -> None:
        """At most twice between two redrives.

        Copies that know nothing of each other are told apart. That is so where a sender posted it more than once or a
        message doubled, and the ledger could not say what became of the other: then each copy, and each run that died
        with one, may have counted once more.
        """
        name, count = conversion.name, conversion.counts + 1
        self.stage.result.greatest = max(self.stage.result.greatest, count)
        apart = not self.stage.has_ledger or self.stage.ledger_failed or self._forgotten[name]
        most = (MOST * self.copies[name] + self.mishaps[name]) if apart else MOST
        if self.copies[name] > 1:
            most += self.mishaps[name]
        if count > most:
            raise Violation(f"{name} is counted {count} times, by {self.service.name}: {cause}")
        conversion.extras.append(self.stage.world.now)
        if self.service.name == "roku" and not apart and not conversion.was_underway:
            self._few(conversion)

    def _few(self, conversion: Conversion) -> None:
        now = self.stage.world.now
        self._extras = [one for one in self._extras if one[0] > now - PERIOD] + [(now, conversion.group)]
        extra = sum(group == conversion.group for _, group in self._extras)
        if extra > MOST_EXTRA:
            raise Violation(f"{extra} conversions of {conversion.group} were counted again within 24 h")

    def _neglected(self, variant: Variant, earlier: Sequence[Acceptance]) -> bool:
        """Whether an answer was lost, and nothing was tried in the window though nothing failed in it."""
        window = min(TRIED_WITHIN * self.service.window / 600, 2 * PERIOD)
        tries = [at for one in self.variants_of(variant) for at in one.tries]
        return any(
            not one.answered
            and one.at + window < self.stage.world.now
            and not any(one.at < at <= one.at + window for at in tries)
            and self.stage.was_quiet(self.service.name, one.at + STEP, one.at + window)
            and not self.mishaps[variant.conversion.name]
            for one in earlier
        )

    def _unheard(self, name: str, acceptance: Acceptance) -> bool:
        """Whether the process of this acceptance could not note it."""
        ledger = self.stage.ledger
        if ledger.hanging[acceptance.process] >= CALLS:
            return True
        return acceptance.process in self.stage.died or bool(self._keys[name] & ledger.unwritten)

    def rest(self, conversions: Iterable[Conversion]) -> None:
        """Everything has come to rest."""
        extra = sum(max(0, len(one.counted) - 1) for one in conversions)
        self.stage.result.counts[f"extra counts of {self.service.name}"] += extra
