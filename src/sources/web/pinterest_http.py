"""Pinterest's Conversions API as its libraries call it: as Meta's, with an answer of its own. Pure.

Contract: Pinterest's API v5, "Send conversions".
"""

from typing import Any

from sources.web import meta_http

read, key_in = meta_http.read, meta_http.key_in


def said(status: int, body: dict[str, Any], taken: int) -> tuple[int, dict[str, Any]]:
    """200 with what became of each event, for whatever was read."""
    if not meta_http.was_read(status, body):
        return status, meta_http.error(status, body) | {"code": status, "message": body["description"]}
    faults, received = meta_http.messages(body), body["events_received"]
    events = [
        {"status": "failed", "error_message": faults[index]} if index in faults else {"status": "processed"}
        for index in range(received)
    ]
    return 200, {"num_events_received": received, "num_events_processed": taken, "events": events}
