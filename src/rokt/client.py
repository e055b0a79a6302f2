"""Rokt as a destination: the only file here that does I/O."""

import time
from collections.abc import Callable
from functools import partial

import requests

from pipeline.aws.http import TIMEOUT, Connection, with_key
from pipeline.contract.destination import Answer, KeySecret, Routing
from rokt import request
from rokt.keys import Pair, pair_in
from rokt.settings import Settings


class Rokt:
    """One of Rokt's APIs, for one account."""

    def __init__(
        self,
        *,
        settings: Settings,
        keys: KeySecret,
        session: requests.Session,
        now: Callable[[], float] = time.time,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        """Post over `session` to the API that `settings` name, with the pair in `keys`.

        `now` is epoch seconds; `timeout` is for connecting and for the whole answer.
        """
        self._settings = settings
        self._keys = keys
        self._now = now
        self._connection = Connection(session, "Rokt", now=now, timeout=timeout)

    def post(self, _: Routing, body: bytes) -> Answer:
        """Send one request; if Rokt refuses the pair and the secret holds another by now, once more with that.

        All event groups have one pair.
        """
        endpoint = self._settings.url + request.path(body)
        own = self._settings.form.headers

        def send(pair: Pair) -> Answer:
            return self._connection.post(endpoint, body, {"Authorization": pair.authorization(), **own})

        return with_key(self._keys, partial(pair_in, api=self._settings.api), send, now=self._now)
