"""The request that Roku's Events API takes. Pure."""

from pydantic_core import from_json, to_json

from pipeline.contract.destination import Frame, Limits

# 1,000 events: Roku's Events API page. 1 MB: Tealium's connector guide; an ordinary event has 1,150 bytes, so the bytes
# bind first. Seconds: connecting and reading, at the longest (pipeline.aws.http.TIMEOUT).
# Repeats: Events API page, 10 minutes.
LIMITS = Limits(events=1_000, bytes=1_000_000, seconds=20.0, repeat_window=600.0)
# Roku Advertising Services in the IAB's Global Vendor List, version 3 number 45.
IAB_VENDOR = 71


def frame(event_group_id: str) -> Frame:
    """What a request has around its events."""
    return Frame(b'{"event_group_id":' + to_json(event_group_id) + b',"events":[', b"]}")


def without_partner(body: bytes) -> bytes:
    """A request with the first event of this one, without its partner."""
    whole = from_json(body)
    event = {name: value for name, value in whole["events"][0].items() if name != "partner_name"}
    return to_json({"event_group_id": whole["event_group_id"], "events": [event]})
