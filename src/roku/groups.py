"""Which event groups Roku takes from our key when no partner is named."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock

from pipeline.answers.statuses import Meaning, meaning
from pipeline.contract.destination import Answer, Routing

# Seconds for which an answer is remembered. It is one request an event group in this time, however many partners' names
# senders invent.
REMEMBERED = 300.0
# Seconds to wait for the answer to the same question that another thread has asked: as long as a request may take.
_PATIENCE = 17.0


class Groups:
    """Remembers, for one process, what Roku said of each event group. Safe to share between threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` is in seconds."""
        self._now = now
        self._lock = Lock()
        self._known: dict[Routing, tuple[float, Future[bool]]] = {}

    def is_open(self, group: Routing, ask: Callable[[], Answer]) -> bool:
        """Whether Roku takes events of the group, asked with `ask` unless that is known. No clear answer means no."""
        mine: Future[bool] = Future()
        with self._lock:
            oldest = self._now() - REMEMBERED
            self._known = {known: entry for known, entry in self._known.items() if entry[0] > oldest}
            _, asked = self._known.setdefault(group, (self._now(), mine))
        if asked is mine:
            taken = False
            try:
                taken = _is_taken(ask())
            finally:
                mine.set_result(taken)
        try:
            return asked.result(_PATIENCE)
        except TimeoutError:
            return False


def _is_taken(given: Answer) -> bool:
    """Whether the answer is about the events, and so not about the key."""
    return given.status is not None and meaning(given.status) in (Meaning.TAKEN, Meaning.REFUSED)
