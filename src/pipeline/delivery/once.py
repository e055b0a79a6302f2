"""Which events were delivered before, which are copies of another one of the batch, and which only share its id. Pure.

The same event group, name and id mean a repeat, with two exceptions. What a browser sent, which anybody can forge,
holds back a server's event only if both have an identifier's value in common. And an event that is plainly another
conversion (see `pipeline.contract.fingerprints`) is sent under an id of its own, made of its id and its fingerprint, so
that its own repeats are found.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pipeline.contract.fingerprints import are_plainly_two, share_an_identifier
from pipeline.contract.messages import BROWSER, SERVER
from pipeline.contract.outcome import Repeated
from pipeline.delivery.batch import Event, Message
from pipeline.delivery.table import Key, Note
from pipeline.values.digests import digest

Known = Mapping[Key, Note]


def tell_apart(
    messages: Sequence[Message], known: Known, look_up: Callable[[Sequence[Key]], Known]
) -> list[tuple[Message, Event]]:
    """Mark repeats and copies, and return the events that are to be sent, each once.

    `known` is what the ledger knows of the events' own ids; `look_up` asks it about further ones.
    """
    # A server's event is the first of its copies, and of those the one that was tried most.
    left = sorted(messages, key=lambda message: (message.head.sender == BROWSER, -message.windows))
    first, renamed = _divide(((message, event) for message in left for event in message.events), known)
    if renamed:
        for _, event in renamed:
            event.sent_as = digest(f"{event.queued.event_id}\n{event.queued.fingerprint}")[:32]
            event.key = event.key._replace(event_id=event.sent_as)
        own, rest = _divide(renamed, look_up(list({event.key for _, event in renamed})))
        first = [*first, *own, *rest]
    return first


Pairs = list[tuple[Message, Event]]


def _divide(pairs: Iterable[tuple[Message, Event]], known: Known) -> tuple[Pairs, Pairs]:
    """The events to be sent, and those that only share another one's id."""
    first: dict[Key, tuple[Message, Event]] = {}
    others: Pairs = []
    for pair in pairs:
        message, event = pair
        note, mine = known.get(event.key), event.queued.fingerprint
        if note is not None and are_plainly_two(note.fingerprint, mine):
            pass
        elif note is not None and not is_forgeable(note, Note(message.head.sender, mine)):
            event.outcome = Repeated()
            continue
        elif (there := first.setdefault(event.key, pair)) is pair:
            continue
        elif not are_plainly_two(there[1].queued.fingerprint, mine):
            event.copy_of = there[1]
            continue
        others.append(pair)
    return list(first.values()), others


def is_forgeable(note: Note, mine: Note) -> bool:
    """Whether the note must not hold back this event: a browser wrote it, and they have nothing in common."""
    forged = note.sender == BROWSER and mine.sender == SERVER
    return forged and not share_an_identifier(note.fingerprint, mine.fingerprint)


def sent(event: Event, renamed: Callable[[str, str], str]) -> str:
    """The line of an event as it goes out; `renamed` puts another id into a line."""
    return renamed(event.queued.line, event.sent_as) if event.sent_as else event.queued.line
