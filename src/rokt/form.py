"""What one of Rokt's APIs is to the rest of this folder. `rokt.forms` lists them. Pure."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pipeline.contract.destination import Frame
from pipeline.values import language
from pipeline.values.rules import fold
from pipeline.values.words import Word

if TYPE_CHECKING:
    from rokt.conversion import Conversion
    from rokt.settings import Settings

# Ids of a device, under Rokt's names: each identifies.
DEVICES = frozenset({"ios_advertising_id", "android_advertising_id", "ios_idfv", "android_uuid"})


class Write(Protocol):
    """Makes a finished event of the facts, the sender's event id and the identity that is Rokt's."""

    def __call__(self, facts: "Conversion", event_id: str, identity: str, settings: "Settings", /) -> dict[str, Any]:
        """Return the event as JSON has it."""


class Form(NamedTuple):
    """One API: what it takes, and in which form.

    `url` is the base URL without a slash at its end. `ahead` and `oldest`: seconds that an event may lie ahead, and
    lie back (None: no end). `no_updates` says why it takes no updates of audiences and attributes; None: it takes
    them. `key_fault` says what of a key and its secret is not this API's, or nothing. `named` is the event name by
    which the ledger and Rokt tell events of one id apart. `owns` tells whether a finished event is in this form;
    `identify` and `masked` are as in `pipeline.contract.destination`, of events that it owns.
    """

    title: str
    url: str
    ahead: int
    oldest: int | None
    needs_account: bool
    no_identifier: Word
    no_updates: Word | None
    headers: Mapping[str, str]
    key_fault: Callable[[str, str], str]
    is_somebody: Callable[["Conversion"], bool]
    write: Write
    frame: Callable[[str], Frame]
    owns: Callable[[Mapping[str, Any]], bool]
    named: Callable[["Conversion"], str]
    identify: Callable[[Mapping[str, Any]], tuple[str, str] | None]
    masked: Callable[[Mapping[str, Any], str], dict[str, Any]]


@lru_cache(maxsize=4_096)
def listed(name: str) -> str:
    """The event name for the ledger and for repeats: however a listed one is written, it is one event."""
    return language.event_names().get(fold(name), name)
