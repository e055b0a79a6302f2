"""The key of the stack's fingerprints: read once, and done without for a while where it cannot be read."""

from collections.abc import Callable

from handlers import telemetry
from pipeline.aws.secrets import Secret, SecretUnavailable
from pipeline.values.words import Word

# Seconds until it is tried again: a Secrets Manager that hangs must not slow each request down.
_PAUSE = 60.0


class FingerprintKey:
    """The key, kept for the life of the process: the stack makes it once and never changes it."""

    def __init__(self, secret: Secret, clock: Callable[[], float]) -> None:
        """Read `secret`; `clock` gives seconds."""
        self._secret, self._clock = secret, clock
        self._key: bytes | None = None
        self._failed_at: float | None = None

    def value(self) -> bytes | None:
        """The key, or None: events are taken without fingerprints then, and what delivery cannot tell is a repeat."""
        paused = self._failed_at is not None and self._clock() - self._failed_at < _PAUSE
        if self._key is None and not paused:
            try:
                self._key = self._secret.text().encode()
            except SecretUnavailable:
                self._failed_at = self._clock()
                telemetry.say("warning", Word("fingerprint key"), fault=Word("it cannot be read"))
        return self._key
