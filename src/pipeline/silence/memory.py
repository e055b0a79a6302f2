"""A stream as an item of the ledger's table, and back. Pure.

Partition key `event_id` is `silence`, so that one query finds all; sort key `what` names the sender and the event name.
Eight weeks of counts are packed: a small sender's are 100 bytes, a large one's with all kinds of data 10 kB.
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.silence.stream import KINDS, Stream, Wrong

SILENCE = "silence"
# Seconds after the last hour for which a stream is remembered: its own check forgets it sooner.
_KEPT = 60 * 86_400

Item = Mapping[str, Any]


def key(sender: str, name: str) -> dict[str, Any]:
    """Where the stream of a sender's event name is."""
    return {"event_id": {"S": SILENCE}, "what": {"S": f"{SILENCE}#{sender}#{name}"}}


def named(item: Item) -> tuple[str, str]:
    """Whose it is: the sender and the event name."""
    _, sender, name = str(item["what"]["S"]).split("#", 2)
    return sender, name


def item(sender: str, name: str, stream: Stream) -> dict[str, Any]:
    """The stream as an item."""
    wrong = "; ".join(f"{what} {one.since} {one.left:.4f}" for what, one in stream.wrong.items())
    kinds = {f"kind_{kind}": {"B": packed(having)} for kind, having in stream.kinds.items() if any(having)}
    return {
        **key(sender, name),
        "first": {"N": str(stream.first)},
        "counts": {"B": packed(stream.counts)},
        **kinds,
        **({"wrong": {"S": wrong}} if wrong else {}),
        "expires": {"N": str(stream.end * 3_600 + _KEPT)},
    }


def stream(item: Item) -> Stream:
    """The item's stream."""
    counts = unpacked(item["counts"]["B"])
    kinds = {
        kind: unpacked(item[f"kind_{kind}"]["B"]) if f"kind_{kind}" in item else [0] * len(counts) for kind in KINDS
    }
    said = [one.split(" ") for one in item.get("wrong", {}).get("S", "").split("; ") if one]
    wrong = {what: Wrong(int(since), float(left)) for what, since, left in said}
    return Stream(int(item["first"]["N"]), counts, kinds, wrong)


def packed(counts: Sequence[int]) -> bytes:
    """Each count plus 1 in groups of 7 bits, so that an unknown one is 0; then compressed."""
    plain = bytearray()
    for count in counts:
        left = count + 1
        while left > 127:
            plain.append(left & 127 | 128)
            left >>= 7
        plain.append(left)
    return zlib.compress(bytes(plain), 9)


def unpacked(compressed: bytes) -> list[int]:
    """The counts again."""
    counts: list[int] = []
    value = shift = 0
    for byte in zlib.decompress(compressed):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            counts.append(value - 1)
            value = shift = 0
    return counts
