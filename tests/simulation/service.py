"""What the models of all destinations share: what is taken, counted, dropped as a repeat; and how a service fails."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from local.sandbox.profiles import PROFILES, Profile
from tests.simulation.asking import Asked
from tests.simulation.conversions import Acceptance, Conversion, Hearing, Posted, Variant
from tests.simulation.responses import CERTAIN, Response, all_taken, mode_for, nothing_taken
from tests.simulation.wire import Wire
from tests.simulation.world import Killed, World

# A secret is read again if it was read so long ago (s) or longer, and a key asked with again after so short a refusal.
REREAD, SOON = 5.0, 2.0


class Service(Wire):
    """One destination: a subclass knows its requests and its answers, and what else it may do (`modes`)."""

    def __init__(
        self, world: World, mode: Callable[[], str], variant: Callable[[Mapping[str, Any]], Variant], *, live: bool
    ) -> None:
        """`mode` says how it behaves now, `variant` what an event as it is sent stands for, `live` if all counts."""
        self.world, self._mode, self._variant, self.live = world, mode, variant, live
        self.version = 0  # of the valid key
        self.held_since = 0.0  # since when the secret holds that
        self.requests = self.dropped = 0
        self.asked: dict[str, Asked] = defaultdict(Asked)  # by run
        self.accepted: dict[str, list[Acceptance]] = {}
        self.settled: dict[str, set[str]] = {}  # names of which a run knows all since an answer that left nothing open
        self.delivered: set[str] = set()  # event groups of which the relay knows that something was taken
        self.heard: dict[str, Hearing] = defaultdict(Hearing)  # by event group
        self.on_request: Callable[[str, Sequence[Posted], Mapping[str, str]], None] = lambda *_: None
        self.on_answer: Callable[[str, Sequence[Posted], Response, Mapping[str, str]], None] = lambda *_: None
        self.on_repeat: Callable[[Posted, Acceptance], None] = lambda *_: None
        self.on_shadow: Callable[[Posted, Conversion, float], None] = lambda *_: None
        self.seen: dict[str, tuple[float, Conversion]] = {}
        # Each history goes by one reading of the vendor's ambiguous sentences.
        self.profile: Profile = PROFILES[world.seed % len(PROFILES)]
        self._looked_at: set[str] = set()  # names of events of which it is known whether that refuses them

    def post(self, url: str, *, data: bytes, headers: dict[str, str], timeout: tuple[float, float], **_: Any) -> Any:
        """What `Session.post` does."""
        world, process = self.world, self.world.process().name
        events = self.events(url, data, headers)
        posted = [Posted(event, self._variant(event), self.identity(event)) for event in events]
        self._look_at(posted)
        group, began = posted[0].variant.conversion.group, world.now
        self.requests += 1
        asked = self.asked[process]
        asked.begin(one.variant.name for one in posted)
        asked.is_stale = asked.is_stale and headers["Authorization"] != self.right(group)
        for one in posted:
            one.variant.tries.append(world.now)
        self.on_request(process, posted, headers)
        mode, slowness = mode_for(self._mode(), posted, world)
        world.pause(world.random.uniform(0.02, 0.4) + slowness)
        asked.is_hushed = asked.is_hushed or mode in ("unreachable", "unconnected")
        if mode == "unconnected":
            world.pause(timeout[0])
            raise requests.exceptions.ConnectTimeout
        if mode == "unreachable":
            reason = NewConnectionError(HTTPConnection(self.name), "refused")
            raise requests.exceptions.ConnectionError(SimpleNamespace(reason=reason))
        for one in posted:
            one.variant.lost.append(began)  # until its answer is there
            asked.lost[one.variant.name].append(began)
        try:
            response, lost = self._answered(mode, posted, headers, timeout)
        except requests.exceptions.RequestException:
            self.heard[group].hear(process, began, world.now, understood=False, certain=False)
            raise
        self.heard[group].hear(process, began, world.now, understood=not lost, certain=mode in CERTAIN)
        self.on_answer(process, posted, response, headers)
        unnamed = len(posted) > 1 and mode in ("whole", "narrow")
        names = [one.variant.name for one in posted] if unnamed else ()
        asked.answered(names, response.code, response.headers.get("Retry-After"))
        if response.status_code in (401, 403) and headers["Authorization"] != self.right(group):
            asked.is_stale = asked.is_stale or (self.held_since + REREAD < began and world.now < began + SOON)
        for one in posted:
            one.variant.statuses.add(str(response.code))
            if not lost:
                one.variant.lost.remove(began)
                asked.lost[one.variant.name].remove(began)
        return response

    def _look_at(self, posted: Sequence[Posted]) -> None:
        """Whatever the vendor's sandbox refuses under the profile is refused forever."""
        for one in posted:
            if one.variant.name not in self._looked_at:
                self._looked_at.add(one.variant.name)
                if not one.variant.bad_until and self.is_refused(one.content):
                    one.variant.bad_until = math.inf

    def _answered(
        self, mode: str, posted: Sequence[Posted], headers: Mapping[str, str], timeout: tuple[float, float]
    ) -> tuple[Response, bool]:
        """The answer, and whether the relay cannot read what became of the events."""
        world = self.world
        if untaken := nothing_taken(mode, world, timeout[1]):
            return untaken, untaken.status_code >= 500
        refusal = self.refusal(mode, posted, headers)
        if refusal is not None:
            return refusal, False
        bad = [one for one in posted if one.variant.bad_until > world.now]
        whole = self.refused_whole(mode, posted, bad)
        if whole is not None:
            return whole, False
        refused = {id(one) for one in bad}
        bad += self.passed_over(mode, [one for one in posted if id(one) not in refused])
        refused = {id(one) for one in bad}
        taken = self._take([one for one in posted if id(one) not in refused])
        try:
            return self._told(mode, posted, bad, taken, timeout)
        except Killed:
            world.say(f"{self.world.process().name} dies before it hears what {self.name} took")
            raise

    def _take(self, posted: Sequence[Posted]) -> list[Acceptance]:
        now = self.world.now
        taken = []
        for one in posted:
            conversion, acceptance = one.variant.conversion, Acceptance(now, self.world.process().name)
            at, of = self.seen.get(one.identity, (0.0, conversion))
            if at and now - at <= self.window:
                self.dropped += 1
                if of is not conversion:
                    conversion.is_shadowed = True
                    self.on_shadow(one, of, now - at)
            elif self.live:
                if conversion.counted:
                    self.on_repeat(one, acceptance)
                else:
                    known = self.heard[conversion.group].known_at
                    conversion.was_underway = known is None or self.world.process().began <= known
                conversion.counted.append(now)
                conversion.counts += 1
                self.seen[one.identity] = now, conversion
            else:
                conversion.counted.append(now)
            self.accepted.setdefault(conversion.name, []).append(acceptance)
            taken.append(acceptance)
        return taken

    def _told(
        self,
        mode: str,
        posted: Sequence[Posted],
        bad: Sequence[Posted],
        taken: Sequence[Acceptance],
        timeout: tuple[float, float],
    ) -> tuple[Response, bool]:
        world = self.world
        world.pause(world.random.uniform(0.01, 0.2))
        if unread := all_taken(mode, world, timeout[1]):
            return unread, True
        answer, clarity = self.verdict(mode, posted, bad)
        for acceptance in taken:
            acceptance.answered = clarity != "nothing"
        if clarity == "all" and taken:
            self.delivered.add(posted[0].variant.conversion.group)
        if clarity == "all":
            for one in posted:
                one.variant.settled_by = world.process().name if one.variant.bad_until > world.now else ""
            self.settled.setdefault(world.process().name, set()).update(one.variant.name for one in posted)
        return answer, clarity == "nothing"

    def drops(self, posted: Posted) -> bool:
        """Whether it drops this as a repeat now."""
        at, _ = self.seen.get(posted.identity, (0.0, None))
        return at > 0 and self.world.now - at <= self.window
