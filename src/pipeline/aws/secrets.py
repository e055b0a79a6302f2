"""Secrets Manager: secrets read once and kept, read again when they are old or refused."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# A revoked sender key works this long at most (seconds), a new one at once.
MAX_AGE = 60.0
# Whoever guesses keys cannot make us read the secret more often than this (seconds).
LEAST_AGE = 2.0


class SecretUnavailable(RuntimeError):
    """The secret has no value, or Secrets Manager is out of reach and nothing is remembered."""


class Secret:
    """One secret of Secrets Manager, its text remembered for the life of the process. Safe to share between threads."""

    def __init__(
        self,
        client: "SecretsManagerClient",
        name: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        max_age: float = MAX_AGE,
        least_age: float = LEAST_AGE,
    ) -> None:
        """Read `name` (name or ARN) with `client`; `clock` gives seconds, as are the ages."""
        self._client = client
        self._name = name
        self._clock = clock
        self._max_age, self._least_age = max_age, least_age
        self._text: str | None = None
        self._read_at = 0.0
        self._failure: str | None = None
        self._lock = threading.Lock()

    def text(self) -> str:
        """The secret's text, at most `max_age` old if Secrets Manager answers. Raises SecretUnavailable."""
        return self._at_most(self._max_age)

    def reread(self) -> str:
        """The secret's text, read again unless that was `least_age` ago or less. Raises SecretUnavailable."""
        return self._at_most(self._least_age)

    def _at_most(self, age: float) -> str:
        with self._lock:
            # A failure is remembered too: threads that waited here for one another's 21 s would use up the run.
            remembered = self._text is not None or self._failure is not None
            if not remembered or self._clock() - self._read_at > (self._least_age if self._failure else age):
                self._read()
                self._read_at = self._clock()
            if self._text is None:
                raise SecretUnavailable(self._failure)
            return self._text

    def _read(self) -> None:
        try:
            text = self._client.get_secret_value(SecretId=self._name).get("SecretString")
        except (BotoCoreError, ClientError) as error:
            # Better an old key than none; without one, only the kind of error is told, never its text.
            self._failure = None if self._text else f"the secret cannot be read: {type(error).__name__}"
        else:
            self._text = text or None
            self._failure = None if text else "the secret has no text value"
