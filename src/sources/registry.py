"""Which sources there are. A module is imported when its first post comes: a cold start pays for one, not for all."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pipeline.intake.body import Body
from pipeline.intake.sender_entries import WRONG_MAP, read_senders
from pipeline.intake.senders import Sender, SourceSettings
from pipeline.values.faults import Fault
from sources.inbound import Inbound

if TYPE_CHECKING:  # what checks signatures is imported with the source that signs
    from sources.signature import Scheme

Reader = Callable[[Inbound], Body]


class Source(NamedTuple):
    """A platform. `module`: whose `read` reads its posts, below `sources`.

    `signed`: its posts can be signed; the others have nothing that a `signature_secret` could be compared with.
    `by_get`: a GET's query is a post too.
    `only_200`: any other status is a failure to it. CallTrackingMetrics posts the same again, Shopify takes the webhook
    away after some time. So it gets 200 for whatever was read; the answer's `code` says what became of it.
    """

    module: str
    signed: bool = False
    only_200: bool = False
    by_get: bool = False


# By the word in the path.
SOURCES = {
    "callrail": Source("calls.callrail", signed=True),
    "calltrackingmetrics": Source("calls.calltrackingmetrics", only_200=True),
    "csv": Source("files.delimited", signed=True),
    "ga4": Source("web.ga4"),
    "invoca": Source("calls.invoca"),
    "jsonl": Source("files.json_lines", signed=True),
    "meta": Source("web.meta"),
    "ringba": Source("calls.ringba"),
    "segment": Source("web.segment", signed=True),
    "shopify": Source("web.shopify", signed=True, only_200=True),
    "tealium": Source("web.tealium", signed=True),
    "webhook": Source("mapped.webhook", signed=True, by_get=True),
}
_SIGNING = {name: source.signed for name, source in SOURCES.items()}
MAPPED = "webhook"  # what is posted to it is read by the mapping of the sender's entry
_FILES = tuple(name for name, source in SOURCES.items() if source.module.startswith("files."))


def senders(secret: str) -> tuple[list[Sender], list[str]]:
    """The senders of the sender keys secret, and what is wrong with the entries or settings left out."""
    return read_senders(secret, _SIGNING, _understood)


def _understood(name: str, settings: SourceSettings) -> Any:
    """What the mapped source makes of its settings; others need nothing of the kind. Raises Fault."""
    if name.partition("/")[0] != MAPPED:
        if settings.map is not None or settings.signature is not None or settings.url is not None:
            raise Fault("has a map, signature or url: these are settings of webhook alone")
        if settings.columns:
            _check_columns(name, settings.columns)
        if settings.only or settings.without:
            from sources import filters  # which only senders that filter need

            filters.check(name, settings)
        return None
    if settings.only or settings.without:
        raise Fault("has filters (only, without): write conditions into its map")
    return import_module(f"sources.{SOURCES[MAPPED].module}").understood(name, settings)


def _check_columns(name: str, columns: Mapping[str, str]) -> None:
    """Raises Fault for columns of a source that reads no files, and for a field that no conversion has."""
    if name not in _FILES:
        raise Fault(f"has columns: these are a setting of {' and '.join(_FILES)} alone")
    from sources.fieldnames import unknown  # which other senders need not wait for

    for field in columns.values():
        if (fault := unknown(field)) is not None:
            raise Fault(f"{WRONG_MAP}columns: {fault}")


def base_of(name: str | None) -> str:
    """The source of a path's word: webhook, of webhook/NAME; empty without one."""
    base, slash, _ = (name or "").partition("/")
    return base if not slash or base == MAPPED else ""


def reader(name: str) -> Reader | None:
    """The function that reads this source's posts, or None if there is no such source."""
    source = SOURCES.get(base_of(name))
    return None if source is None else cast(Reader, import_module(f"sources.{source.module}").read)


def signature_of(name: str, settings: SourceSettings) -> "Scheme | None":
    """How a sender with these settings signs its posts to this source, or None if they cannot be signed."""
    base = base_of(name)
    if base == MAPPED:
        return cast("Scheme | None", getattr(settings.understood, "signature", None))
    source = SOURCES[base]
    return cast("Scheme", import_module(f"sources.{source.module}").SIGNATURE) if source.signed else None


def takes_only_200(name: str | None) -> bool:
    """Whether any other status is a failure to this source."""
    return name in SOURCES and SOURCES[name].only_200


def takes_get(name: str | None) -> bool:
    """Whether the source also reads a GET, whose query is the post."""
    source = SOURCES.get(base_of(name))
    return source is not None and source.by_get
