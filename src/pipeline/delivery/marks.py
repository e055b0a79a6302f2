"""The items that say that a message was put off by its run: so that no run has died with it. Pure."""

from typing import Any

from pipeline.delivery.table import Item, ItemKey, PutOff, item_of, number, text, tried_of

# Seconds for which it is remembered: a message comes back within an hour.
_SECONDS = 86_400


def key(destination: str, message_id: str) -> ItemKey:
    """Where it is written that a message was put off."""
    return message_id, f"put off#{destination}"


def item(destination: str, mark: PutOff) -> dict[str, Any]:
    """The item that says that a message was put off."""
    message_id, what = key(destination, mark.message_id)
    said = {"receives": mark.receives, "at": mark.at, "windows": mark.tried.windows, "began": mark.tried.began}
    return item_of(said | {"event_id": message_id, "what": what, "expires": mark.at + _SECONDS})


def mark_of(of: Item) -> PutOff:
    """What the item says of a message that was put off."""
    return PutOff(text(of, "event_id"), number(of, "receives"), number(of, "at"), tried_of(of))
