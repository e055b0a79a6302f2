"""What in a post says that it does not count: its state, that it is a test. Pure."""

from collections.abc import Iterator
from typing import Any

from relay.proposing.leaves import Leaf
from sources.mapped.scope import word

_STATUS = ("status", "paymentstatus", "orderstatus", "financialstatus", "state", "callstatus", "disposition", "stage",
           "dealstage", "outcome", "result", "bookingstatus", "leadstatus",
           "stagename", "newpaymentstatus")  # fmt: skip
# Words of one meaning: a platform that posts one of them may post the others.
_GOOD = (
    ("paid", "completed", "complete", "processing", "succeeded", "success", "successful", "captured", "settled",
     "fulfilled", "closed won", "closedwon", "won", "sold", "accepted", "approved", "done"),
    ("confirmed", "booked", "scheduled", "active"),
    ("answered", "completed", "connected", "converted", "ended", "finished"),
    ("new", "open", "qualified", "unique"),
)  # fmt: skip
_TESTS = ("test", "istest", "testmode", "sandbox", "istestmode", "testorder")


def status_of(found: list[Leaf], taken: set[str]) -> Leaf | None:
    """The field that says in what state the order, call or booking is."""
    return next((leaf for name in _STATUS for leaf in found if leaf.name == name and _is_status(leaf, taken)), None)


def states(found: list[Leaf], status: Leaf | None) -> Iterator[dict[str, Any]]:
    """The conditions that a post like this one counts on."""
    for leaf in found:
        if leaf.name in _TESTS and not isinstance(leaf.value, str):
            yield {"not": {"path": leaf.path, "is": True}, "reason": "it is a test"}
        if leaf.name == "livemode":
            yield {"path": leaf.path, "is": True, "reason": "it is a test"}
    if status is not None:
        said = word(status.value) or ""
        alike = next((words for words in _GOOD if said in words), (str(status.value),))
        yield {"path": status.path, "in": list(alike), "reason": f"its {status.names[-1]} says that it does not count"}


def _is_status(leaf: Leaf, taken: set[str]) -> bool:
    return leaf.path not in taken and isinstance(leaf.value, str) and len(leaf.value) < 30 and len(leaf.names) <= 4
