"""The requests that Rokt's two APIs take. Pure.

One object goes to `/v2/events`, an array to `/v2/bulkevents`.
"""

from collections.abc import Iterator, Sequence

from pipeline.contract.destination import Frame, Limits
from rokt.settings import Settings

# 100 and 256 KB (read as 256,000): the Conversions API. The other states 100 events and no bytes: the same.
# Seconds: connecting and reading, at the longest (pipeline.aws.http.TIMEOUT). Repeats: by source_request_id for 30 to
# 60 days; the other by order number, without a stated end.
LIMITS = Limits(events=100, bytes=256_000, seconds=20.0, repeat_window=30 * 86_400.0)

ONE, MANY = "/v2/events", "/v2/bulkevents"


def frame(settings: Settings) -> Frame:
    """What a request has around its events; the Conversions API takes one alone as it is."""
    return settings.form.frame(settings.account_id)


def path(body: bytes) -> str:
    """Where this body is posted to."""
    return MANY if body.startswith(b"[") else ONE


def places(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Of each object of a bulk request the one-based offsets of its first and last byte in the body."""
    start = 2  # behind the bracket
    for line in lines:
        size = len(line.encode())
        yield start, start + size - 1
        start += size + 1
