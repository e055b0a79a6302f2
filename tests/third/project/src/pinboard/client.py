"""The pinboard's API."""

from collections.abc import Callable

import requests

from pipeline.aws.http import Connection, with_key
from pipeline.contract.destination import Answer, KeySecret, Post, Routing


def connect(url: str, keys: KeySecret, session: requests.Session, now: Callable[[], float]) -> Post:
    """What posts notes there, with the key in the secret."""
    connection = Connection(session, "Pinboard", now=now)

    def post(_: Routing, body: bytes) -> Answer:
        def send(key: str) -> Answer:
            return connection.post(f"{url}/notes", body, {"Authorization": f"Bearer {key}"})

        return with_key(keys, str.strip, send, now=now)

    return post
