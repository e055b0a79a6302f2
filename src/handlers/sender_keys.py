"""The sender keys secret, as the functions behind the API read it: who may post, and who posts."""

from collections import Counter
from collections.abc import Sequence

from handlers import telemetry
from pipeline.aws.secrets import Secret, SecretUnavailable
from pipeline.intake.sender_entries import WRONG_MAP
from pipeline.intake.senders import Sender, Senders
from pipeline.values.words import Phrase, Word
from sources import registry


def look_up(
    key: str | None, secret: Secret, allowed_origins: Sequence[str], counts: Counter[str]
) -> tuple[Senders, Sender | None]:
    """All senders, and the one whose key this is; they are read again when it is nobody's, since it may be new.

    `allowed_origins` are the stack's. Raises SecretUnavailable.
    """
    senders = _parsed(secret.text(), allowed_origins, counts)
    if key is None:
        return senders, None
    found = senders.recognise(key)
    if found is None:
        again = _parsed(secret.reread(), allowed_origins, counts)
        senders, found = again, None if again is senders else again.recognise(key)
    return senders, found


_read: dict[str, Senders] = {}


def _parsed(text: str, allowed_origins: Sequence[str], counts: Counter[str]) -> Senders:
    """The senders of the secret's text; if a typo left none, those before it: nobody tries a 401 again."""
    if text not in _read:
        senders, faults = registry.senders(text)
        for fault in faults:
            said, wrong_map, _ = fault.partition(WRONG_MAP)
            # It quotes no key, no name, and nothing of a mapping: `relay keys list` tells all of it.
            telemetry.say("error", Word("sender keys"), fault=Phrase(said + wrong_map))
        counts["SenderKeysUnreadable"] += bool(faults)
        if faults and not senders:
            if not _read:
                raise SecretUnavailable("the sender keys secret holds no usable entry")
            return next(iter(_read.values()))
        _read.clear()
        _read[text] = Senders.of(senders, allowed_origins)
    return _read[text]
