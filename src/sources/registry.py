"""Which sources there are. A module is imported when its first post comes: a cold start pays for one, not for all."""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple, cast

from pipeline.intake.body import Body
from sources.inbound import Inbound

Reader = Callable[[Inbound], Body]


class Source(NamedTuple):
    """A platform. `module`: whose `read` reads its posts, below `sources`.

    `signed`: its posts can be signed; the others have nothing that a `signature_secret` could be compared with.
    `only_200`: any other status is a failure to it. CallTrackingMetrics posts the same again, Shopify takes the webhook
    away after some time. So it gets 200 for whatever was read; the answer's `code` says what became of it.
    """

    module: str
    signed: bool = False
    only_200: bool = False


# By the word in the path.
SOURCES = {
    "callrail": Source("calls.callrail", signed=True),
    "calltrackingmetrics": Source("calls.calltrackingmetrics", only_200=True),
    "csv": Source("files.delimited", signed=True),
    "ga4": Source("web.ga4"),
    "invoca": Source("calls.invoca"),
    "jsonl": Source("files.json_lines", signed=True),
    "ringba": Source("calls.ringba"),
    "segment": Source("web.segment", signed=True),
    "shopify": Source("web.shopify", signed=True, only_200=True),
    "tealium": Source("web.tealium", signed=True),
}
SIGNING = {name: source.signed for name, source in SOURCES.items()}


def reader(name: str) -> Reader | None:
    """The function that reads this source's posts, or None if there is no such source."""
    source = SOURCES.get(name)
    return None if source is None else cast(Reader, import_module(f"sources.{source.module}").read)


def takes_only_200(name: str | None) -> bool:
    """Whether any other status is a failure to this source."""
    return name in SOURCES and SOURCES[name].only_200
