"""How a run asks a destination: with the time to hear the answer, and not again what it was told to leave alone."""

from collections.abc import Mapping, Sequence

from tests.simulation.conversions import Posted, Variant
from tests.simulation.counts import Counts
from tests.simulation.queues import Message
from tests.simulation.responses import Response
from tests.simulation.service import Service
from tests.simulation.stage import Stage, Violation

# A request has 20 s, what is to be written after it 14 s. One that asks again with a new key begins up to 10 s later.
LEAST_LEFT = 24.0
# What was decided within so much (s) of an answer did not know of it.
AT_ONCE = 1.0
# SQS delays a new message by this much (s) at most.
LONGEST_DELAY = 900.0
REFUSED = (401, 429)
QUESTIONS = 4.0  # s after its beginning a run has asked the table what it wants to know
# Where nobody says how long to wait: 60 % of the first wait (s).
FIRST_WAIT = 18.0
# So much (s) after the first lost answer a window's last try is made.
LAST_TRY = (330.0, 470.0)
WINDOW = 480.0  # s, from the first such request
# A refusal that says that it passes is believed for a day (s), and waits are of 15 minutes.
BELIEVED = 86_400.0 + 1_200.0
# Waits grow to 180 s and more: with what SQS gives twice, 20 receives and then one every 60 s are the most.
MOST_RECEIVES, LEAST_WAIT = 20, 60.0


class Manners:
    """One destination's."""

    def __init__(self, stage: Stage, service: Service, counts: Counts) -> None:
        """Nothing was asked yet."""
        self._stage, self._service, self._counts = stage, service, counts
        self._told: dict[tuple[str, str | None, str, str], float] = {}  # when a run was told to leave a routing alone
        service.on_answer = self.answered

    def received(self, message: Message) -> None:
        """A destination that is down is asked ever more rarely."""
        age = self._stage.world.now - message.sent_at
        if message.receives > MOST_RECEIVES + age / LEAST_WAIT:
            raise Violation(
                f"{message.name} for {self._service.name} was tried {message.receives} times in {age:.0f} s"
            )

    def requested(self, process: str, posted: Sequence[Posted], headers: Mapping[str, str]) -> None:
        """A run asks."""
        now, name = self._stage.world.now, self._service.name
        left = self._stage.processes[process].ends - now
        if left < LEAST_LEFT:
            raise Violation(f"{process} asks {name} {left:.1f} s before its end")
        told = self._told.get(_key(process, posted, headers))
        if told is not None and now > told + AT_ONCE and not self._stage.ledger_failed:
            raise Violation(f"{process} asks {name} again {now - told:.1f} s after it was told not to")
        began = self._stage.processes[process].began
        if self._service.asked[process].requests == 1 and now > began + QUESTIONS and not self._stage.plan.secrets:
            raise Violation(f"{process} asks {name} only {now - began:.1f} s after its beginning")
        for one in posted:
            self._is_open(one.variant, process)
            self._waited(one, process, now)
            self._is_small(one, len(posted), now)
            self._is_first(one.variant, process)

    def _is_open(self, variant: Variant, process: str) -> None:
        """What a run was told is refused, no other asks for again, if nothing happened to the message or the letter."""
        name, plan = variant.conversion.name, self._stage.plan
        mishaps = self._counts.copies[name] > 1 or self._counts.unlucky[name] or plan.has_refusals()
        if variant.settled_by not in ("", process) and not mishaps:
            raise Violation(f"{process} asks for {variant.name}, which {variant.settled_by} was told is refused")

    def _waited(self, one: Posted, process: str, now: float) -> None:
        """What was told to come back later does not come sooner: unless it has a window, or others brought it back."""
        if one.variant.refused_from and now > one.variant.refused_from + BELIEVED:
            raise Violation(f"{one.variant.name} is asked for after a day of refusals that pass")
        variant, heard = one.variant, self._service.heard[one.variant.conversion.group]
        others = self._counts.copies[variant.conversion.name] > 1 or self._counts.unlucky[variant.conversion.name]
        is_told = now < variant.not_before and variant.told_by != process
        if is_told and not others and not variant.lost and heard.known_at is None:
            raise Violation(f"{variant.name} comes back {variant.not_before - now:.0f} s too soon")

    def _is_small(self, one: Posted, count: int, now: float) -> None:
        """The last try of a window is made alone: whatever spoils answers then spoils no others'."""
        name = one.variant.conversion.name
        is_late = any(now - LAST_TRY[1] < at < now - LAST_TRY[0] for at in _windows(one.variant.lost))
        is_alone = self._counts.copies[name] == 1 and not self._counts.unlucky[name]
        if self._service.name == "roku" and is_late and is_alone and count > 1:
            raise Violation(f"{one.variant.name} is in a request of {count} late in its window")

    def _is_first(self, variant: Variant, process: str) -> None:
        """A browser's event is not sent where the run has a server's copy of it, which nobody can forge."""
        if variant.sender != "browser" or variant.shares_id:
            return
        given = set[str]().union(*self._counts.batches[process].values())
        copies = [one.name for one in self._counts.variants_of(variant) if one.sender == "server" and one.name in given]
        if copies:
            raise Violation(f"{process} sends a browser's {variant.name}, and not the server's {copies}")

    def answered(self, process: str, posted: Sequence[Posted], response: Response, headers: Mapping[str, str]) -> None:
        """It is told something."""
        now, after = self._stage.world.now, response.headers.get("Retry-After")
        if response.status_code in REFUSED or after:
            self._told.setdefault(_key(process, posted, headers), now)
        if response.status_code in REFUSED:
            # One that was asked about without others of its message comes back with them.
            names = {one.variant.name for one in posted}
            given = self._counts.batches[process].values()
            for one in posted if all(names >= held or not names & held for held in given) else ():
                one.variant.not_before = now + min(float(after or FIRST_WAIT), LONGEST_DELAY) - AT_ONCE
                one.variant.told_by = process


def _windows(lost: Sequence[float]) -> list[float]:
    """When the windows of an event began of which these requests were not answered."""
    starts: list[float] = []
    for at in sorted(lost):
        if not starts or at >= starts[-1] + WINDOW:
            starts.append(at)
    return starts


def _key(process: str, posted: Sequence[Posted], headers: Mapping[str, str]) -> tuple[str, str | None, str, str]:
    variant = posted[0].variant
    return process, variant.partner, variant.conversion.group, str(sorted(headers.items()))
