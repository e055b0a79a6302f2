"""What of an event group may be sent in this run: its circuit, as this run and the others know it."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from pipeline.answers.statuses import is_success
from pipeline.aws.waiting import Allowance
from pipeline.contract.outcome import Delivered, Outcome, Retry
from pipeline.delivery import circuit
from pipeline.delivery.circuit import Circuit

_UNKNOWN = Circuit()
_TRIES = 3  # of a change that another run was faster with


class Store(Protocol):
    """Where circuits are shared between runs; `pipeline.delivery.ledger.Ledger` is one."""

    def change(self, group: str, old: Circuit, new: Circuit, seconds: float) -> tuple[Circuit, bool] | None:
        """Write `new` if nobody else has since `old`; what is there now and whether that was it, None: no answer."""


class Circuits:
    """The circuits of one destination in one run. Without a store, or its answer, they are the process's own memory."""

    def __init__(
        self,
        memory: MutableMapping[str, Circuit],
        found: Mapping[str, Circuit],
        store: Store | None,
        *,
        allowance: Allowance,
    ) -> None:
        """`found` is what the store said; `allowance` is how long it may keep the run waiting."""
        self._memory, self._store, self._allowance = memory, store, allowance
        self._shared = set(found)
        self._written = dict(found)
        memory.update(found)

    def of(self, group: str) -> Circuit:
        """What is known of the group now."""
        return self._memory.get(group, _UNKNOWN)

    def change(self, group: str, change: Callable[[Circuit], Circuit | None]) -> bool:
        """Make a change, and share it if that is worth a write; whether it could be made."""
        for _ in range(_TRIES):
            old = self.of(group)
            new = change(old)
            if new is None:
                return False
            if self._store is None or group not in self._shared:
                self._memory[group] = new
                return True
            if not circuit.is_worth_writing(self._written[group], new):
                self._memory[group] = new
                return True
            answer = self._allowance.ask(partial(self._store.change, group, old, new))
            if answer is None:  # out of reach: from now on it is this process's own
                self._shared.discard(group)
                self._memory[group] = new
                return True
            self._memory[group] = self._written[group] = answer[0]
            if answer[1]:
                return True
        return False


@dataclass(slots=True)
class Gate:
    """The gate of one event group in one run."""

    circuits: Circuits
    group: str
    now: Callable[[], float]
    is_needed: bool = True
    opened: bool = False  # in this run, or before it

    def room(self) -> int | None:
        """Events that the next request may hold; 0: none, None: no limit but the destination's.

        If the circuit is open the request is claimed.
        """
        if not self.is_needed:
            return None
        now = self.now()
        state = self.circuits.of(self.group)
        self.opened = self.opened or state.is_open
        if state.is_open and not self.circuits.change(self.group, lambda current: circuit.claimed(current, now)):
            return 0
        return circuit.allowed(self.circuits.of(self.group), now)

    @property
    def is_open(self) -> bool:
        """Whether nothing but probes and tries within windows may go out."""
        return self.is_needed and self.circuits.of(self.group).is_open

    def hear(self, outcomes: Sequence[Outcome], begun: float) -> bool | None:
        """Learn from the answer to a request begun then: whether it was understood; None if it says nothing of that."""
        lost = next((one for one in outcomes if isinstance(one, Retry) and one.ambiguous), None)
        now = self.now()
        if lost is not None:
            certain = is_success(lost.status)
            if self.is_needed:
                self._learn(lambda state: circuit.unread(state, now=now, certain=certain, why=lost.reason))
            return False
        if all(isinstance(one, Retry) and one.status is None for one in outcomes):
            return None  # nothing was sent
        delivered = any(isinstance(one, Delivered) for one in outcomes)
        self._learn(lambda state: circuit.understood(state, begun=begun, now=now, delivered=delivered))
        return True

    def _learn(self, change: Callable[[Circuit], Circuit]) -> None:
        self.circuits.change(self.group, change)
        self.opened = self.opened or self.is_open
