"""Roku as a destination: the only file here that does I/O."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import requests

from pipeline.aws.http import LAST_START, TIMEOUT, Connection, with_key
from pipeline.contract.destination import Answer, KeySecret, Routing
from roku import request
from roku.groups import Groups
from roku.keys import key_for
from roku.settings import Path


class Roku:
    """Roku's Events API at one base URL."""

    def __init__(
        self,
        *,
        url: str,
        path: Path,
        keys: KeySecret,
        session: requests.Session,
        now: Callable[[], float] = time.time,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        """Post to `url` + `path` over `session` with the key of each event group.

        `now` is epoch seconds; `timeout` is for connecting and for the whole answer.
        """
        self._url = url.rstrip("/")
        self._path = path
        self._keys = keys
        self._now = now
        self._connection = Connection(session, "Roku", now=now, timeout=timeout)
        self._groups = Groups(now)

    def post(self, routing: Routing, body: bytes) -> Answer:
        """Send one request; if Roku refuses the key and the secret holds another by now, once more with that.

        If it is still refused with 403, the partner's name may be why: then the answer says so.
        """
        began = self._now()
        given = self._send(self._path, routing, body)
        if given.status != 403 or routing.partner_name is None or self._now() - began > LAST_START:
            return given
        group = Routing(routing.event_group_id)
        if self._groups.is_open(group, lambda: self._send("/v1/test_events", group, request.without_partner(body))):
            return replace(given, partner_refused=True)
        return given

    def _send(self, path: Path, routing: Routing, body: bytes) -> Answer:
        def send(key: str) -> Answer:
            return self._connection.post(self._url + path, body, {"Authorization": f"Bearer {key}"})

        return with_key(self._keys, partial(key_for, routing.event_group_id), send, now=self._now)
