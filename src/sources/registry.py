"""Which sources there are. A module is imported when its first post comes: a cold start pays for one, not for all."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from pipeline.intake.body import Posting
from sources.inbound import Inbound

Source = Callable[[Inbound], Posting]

# The word in the path -> the module.
MODULES = {
    "callrail": "calls.callrail",
    "calltrackingmetrics": "calls.calltrackingmetrics",
    "csv": "files.delimited",
    "ga4": "web.ga4",
    "invoca": "calls.invoca",
    "jsonl": "files.json_lines",
    "ringba": "calls.ringba",
    "segment": "web.segment",
    "shopify": "web.shopify",
    "tealium": "web.tealium",
}
# Those whose posts can be signed; the others have nothing that a `signature_secret` could be compared with.
SIGNED = frozenset({"callrail", "csv", "jsonl", "segment", "shopify", "tealium"})
SIGNING = {name: name in SIGNED for name in MODULES}
# Platforms to which any other status is a failure: CallTrackingMetrics posts the same again, Shopify takes the webhook
# away after some time. Whatever was read is answered 200; the answer's `code` says what became of it.
ONLY_200 = frozenset({"calltrackingmetrics", "shopify"})


def source(name: str) -> Source | None:
    """The function that reads this source's posts, or None if there is no such source."""
    if name not in MODULES:
        return None
    return cast(Source, import_module(f"sources.{MODULES[name]}").read)
