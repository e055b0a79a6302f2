"""A person's fields that have a name of somebody else's, under Roku's. Pure."""

from typing import Any

from pipeline.values.rules import Warnings
from roku.normalise import Settings

_GOOGLES = "sha256_phone_number"
_OTHERS = frozenset({"AID", _GOOGLES})
_NOT_GOOGLES = (
    "dropped: Google's digest is of the number with its +, which matches nobody here: send the number in clear text, or"
    " set the stack's PhoneFormat to e164"
)


def under_own_names(user: dict[str, Any], settings: Settings, warnings: Warnings) -> dict[str, Any]:
    """The person's fields that have a name of somebody else's under Roku's."""
    if _OTHERS.isdisjoint(user):
        return user
    if "AID" in user:  # the page's sentence spells it so, its table aID
        user = {**user, "aID": user.get("aID") or user["AID"]}
        del user["AID"]
    return _without_googles(user, settings, warnings)


def _without_googles(user: dict[str, Any], settings: Settings, warnings: Warnings) -> dict[str, Any]:
    """The person with Google's digest of the phone number, which is of the number with its +, only where ours is too.

    Rule: Google's "Send user-provided data".
    """
    if user.get(_GOOGLES) is None:
        return user
    rest = {name: value for name, value in user.items() if name != _GOOGLES}
    if user.get("ph") is not None:
        return rest
    if settings.phone_format == "e164":
        return rest | {"ph": user[_GOOGLES]}
    warnings.append(("user_data.ph", _NOT_GOOGLES))
    return rest
