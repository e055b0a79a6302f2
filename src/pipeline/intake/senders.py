"""Who may post: sender keys, what each may do, and how one is recognised. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from pipeline.consent.settings import Consent
from pipeline.values import limits
from pipeline.values.moments import DateOrder, Habits, zone_of
from pipeline.values.rules import fold
from pipeline.values.written_amounts import AmountsIn


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """How one sender's posts to one source are read. What a source has no use for it passes over.

    `event_names` gives Roku's event name for each kind of call or event of the platform, null meaning that it is no
    conversion. `minimum_duration` is in seconds. `value_field` names the field of the body that holds the value,
    `columns` the field that each column of a file is,
    `currency` the ISO 4217 code of values that come without one. `only` and `without` have values of what the
    platform's posts can be filtered by: the posts with one of them count, or all others. `signature_secret` is what the
    platform signs with, `signature` how, and `url` the address that it signs, where that is another than the one that
    was called. `map` says how a post of any form is read; `understood` is what the source made of that.
    """

    event_group: str | None = None
    event_names: Mapping[str, str | None] = field(default_factory=dict)
    minimum_duration: float | None = None
    answered_only: bool = True
    first_calls_only: bool = False
    value_field: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signature_secret: str | None = field(default=None, repr=False)
    signature: Any = None
    url: str | None = None
    map: Any = None
    understood: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Sender:
    """One sender: a name for logs and metrics, what its key opens, and how its posts are read.

    `country` (ISO 3166 alpha-2) is that of phone numbers and places in records that name none. `time_zone` is that of
    its times that name none, `date_order` what comes first in dates such as 03/04/2026, of conversions and of births.
    `amounts_in`: minor_units for amounts in cents, decimal_comma where 1.234 is a thousand and more.
    """

    name: str
    key: str | None = field(default=None, repr=False)
    sha256: str | None = field(default=None, repr=False)
    event_groups: tuple[str, ...] = ("*",)
    event_names: tuple[str, ...] = ("*",)
    default_event_group: str | None = None
    country: str | None = None
    browser: bool = False
    origins: tuple[str, ...] = ()
    consent: Consent = field(default_factory=Consent)
    time_zone: str | None = None
    date_order: DateOrder | None = None
    amounts_in: AmountsIn | None = None
    sources: Mapping[str, SourceSettings] = field(default_factory=dict)
    unread: tuple[str, ...] = ()  # sources whose settings cannot be used
    signs: bool = False

    def opens(self, source: str | None) -> bool:
        """Whether the key opens this source (None: the paths that are no source's).

        A sender that signs opens only what it signs: who knows its URL alone can post nothing.
        """
        if not self.signs:
            return True
        return source is not None and source in self.sources and self.sources[source].signature_secret is not None

    def habits(self) -> Habits:
        """How the sender writes its times."""
        return Habits(None if self.time_zone is None else zone_of(self.time_zone), self.date_order)

    def digest(self) -> bytes | None:
        """SHA-256 of the key, or None if the entry has neither key nor digest."""
        if self.sha256 is not None:
            return bytes.fromhex(self.sha256)
        return key_digest(self.key.strip()) if self.key is not None else None

    def may_post_to(self, event_group_id: str) -> bool:
        """Whether the key opens this event group."""
        return "*" in self.event_groups or event_group_id in self.event_groups

    def may_send(self, event_name: str) -> bool:
        """Whether the key may send events of this name, in whatever case and with whatever hyphens."""
        return "*" in self.event_names or fold(event_name) in map(fold, self.event_names)

    def allows(self, origin: str | None, default: Iterable[str]) -> bool:
        """Whether a browser key may be used from this origin: its own list, or without one the stack's."""
        return origin is not None and _folded(origin) in map(_folded, self.origins or default)


@dataclass(frozen=True, slots=True)
class Senders:
    """All senders of one secret. What a request costs does not grow with their number."""

    by_digest: Mapping[bytes, Sender]
    origins: frozenset[str]  # from which some browser key may be used

    @classmethod
    def of(cls, senders: Iterable[Sender], allowed_origins: Iterable[str]) -> "Senders":
        """Index them, once; `allowed_origins` are the stack's, for browser keys without a list of their own."""
        by_digest = {digest: sender for sender in senders if (digest := sender.digest()) is not None}
        lists = {sender.origins or tuple(allowed_origins) for sender in by_digest.values() if sender.browser}
        return cls(by_digest, frozenset(_folded(origin) for origins in lists for origin in origins))

    def recognise(self, key: str) -> Sender | None:
        """The sender whose key this is. One look-up, of a digest: how long it takes tells nothing of any key."""
        return self.by_digest.get(key_digest(key)) if len(key) <= limits.KEY else None

    def open_to(self, origin: str | None) -> bool:
        """Whether some browser key may be used from this origin."""
        return origin is not None and _folded(origin) in self.origins


def _folded(origin: str) -> str:
    return origin.rstrip("/").lower()


def key_digest(key: str) -> bytes:
    """SHA-256 of a sender key: only digests are compared. Half a surrogate pair, which no key has, has a digest too."""
    return sha256(key.encode(errors="surrogatepass")).digest()
