"""The paths of other systems' own APIs, which their libraries call with nothing but the host changed."""

import re
from importlib import import_module
from typing import Any, Protocol, cast

from pipeline.intake.access import Door, Request
from pipeline.intake.body import Body
from sources.inbound import Inbound


class Wire(Protocol):
    """What a module below `sources` has that reads the posts of such an API and answers them."""

    def read(self, inbound: Inbound) -> Body:
        """The conversions of a post. Raises BadRequest."""

    def key_in(self, request: Request) -> str | None:
        """The key that the body holds; it is asked for where neither the headers nor the address have one."""

    def said(self, status: int, body: dict[str, Any], taken: int) -> tuple[int, dict[str, Any]]:
        """The status and the body that the API's libraries expect, of what this relay would say itself.

        `taken` is how many events of the post are queued.
        """


# Of Segment's HTTP API: its server libraries call the first, analytics.js in a page and the SDKs of apps the others.
_SEGMENT = "batch import track identify page screen group alias".split()
_SEGMENT_PAGES = "b t i p s g a".split()
_DOORS = {f"/v1/{word}": Door("segment") for word in _SEGMENT} | {
    f"/v1/{word}": Door("segment", of_pages=True) for word in _SEGMENT_PAGES
}
# By the form, or else the source: it is imported when the first post of its kind comes.
_MODULES = {"segment": "web.segment_http", "meta": "web.meta_http", "pinterest": "web.pinterest_http"}
# Meta's version is one as v25.0, Snap's is v3; the id is of a pixel or an app.
_META = re.compile(r"/v\d{1,3}(?:\.\d{1,2})?/[^/]{1,100}/events").fullmatch
_PINTEREST = re.compile(r"/v5/ad_accounts/[^/]{1,100}/events").fullmatch


def door_of(path: str) -> Door | None:
    """The door that the path is, or None if it belongs to no other system's API."""
    if path.endswith("/events") and not path.startswith("/v1/"):
        return Door("meta") if _META(path) else Door("meta", form="pinterest") if _PINTEREST(path) else None
    return _DOORS.get(path.rstrip("/"))


def wire_of(door: Door) -> Wire:
    """What reads and answers the posts to this door."""
    return cast(Wire, import_module(f"sources.{_MODULES[door.form or door.source]}"))
