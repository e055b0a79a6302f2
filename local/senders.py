"""The senders of the local stack: a server, a page, other systems' libraries, and one for each source.

Everybody may know their keys.
"""

from typing import Any

from sources import registry

SENDER_KEY = "local-sender-key"
BROWSER_KEY = "local-browser-key"
WRITE_KEY = "local-write-key"  # of Segment's libraries, which sign nothing
SIGNATURE_SECRET = "local-signing-secret"
SOURCES = tuple(registry.SOURCES)
SIGNED = ("callrail", "segment", "shopify")
EVENT_GROUP = "example_website_123"


def key_of(source: str) -> str:
    """The key of the sender that is named like its source."""
    return f"local-{source}-key"


def senders(key: str, origins: list[str]) -> dict[str, Any]:
    """The entries of the sender keys secret; `key` is the server's, `origins` are the page's."""
    page = {"key": BROWSER_KEY, "browser": True, "origins": origins, "default_event_group": EVENT_GROUP}
    libraries = {"key": WRITE_KEY, "default_event_group": EVENT_GROUP}
    entries: dict[str, Any] = {"local": key, "browser": page, "libraries": libraries}
    for source in SOURCES:
        settings = {"signature_secret": SIGNATURE_SECRET} if source in SIGNED else {}
        entries[source] = {"key": key_of(source), "default_event_group": EVENT_GROUP, "sources": {source: settings}}
    return entries
