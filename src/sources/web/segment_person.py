"""Who a Segment call is of. Pure.

Contract: Segment's documents "Spec: Identify" (traits) and "Spec: Common Fields" (context).
"""

from collections.abc import Mapping
from typing import Any

from pipeline.values import limits
from pipeline.values.personal import holds_email
from sources.values import as_object, first, present

# Of `context.device.type`: the field for its advertising id, and for its own.
_ADVERTISING_IDS = {"ios": "aID", "android": "aGA"}
_DEVICE_IDS = {"ios": "idfv", "android": "android_uuid"}


def user_data(call: Mapping[str, Any]) -> dict[str, Any]:
    """The call's `user_data`.

    Identify calls have the traits themselves, track calls in their context. Of several places the first one counts, in
    the order of Segment's own destinations.
    """
    context = as_object(call.get("context"))
    traits, kept = as_object(call.get("traits")), as_object(context.get("traits"))
    told = (traits, as_object(call.get("properties")), kept)
    address, user_id = as_object(first(*(one.get("address") for one in told))), call.get("userId")
    id_is_email = isinstance(user_id, str) and len(user_id) <= limits.TEXT and holds_email(user_id)

    def said(*names: str) -> Any:
        return first(*(one.get(name) for one in told for name in names))

    fields = {
        "em": first(said("email"), user_id if id_is_email else None),
        "ph": said("phone"),
        "fn": said("first_name", "firstName"),
        "ln": said("last_name", "lastName"),
        "ge": said("gender"),
        "db": said("birthday"),
        "ct": address.get("city"),
        "st": address.get("state"),
        "zp": first(address.get("postal_code"), address.get("postalCode"), address.get("zip")),
        "country": first(
            address.get("country"),
            traits.get("country"),
            kept.get("country"),
            as_object(context.get("location")).get("country"),
        ),
        "external_id": None if id_is_email else user_id,
        "client_ip_address": context.get("ip"),
        "client_user_agent": context.get("userAgent"),
    }
    return present(fields | _device_ids(as_object(context.get("device"))))


def _device_ids(device: dict[str, Any]) -> dict[str, Any]:
    kind = device.get("type")
    found = {_DEVICE_IDS[kind]: device.get("id")} if isinstance(kind, str) and kind in _DEVICE_IDS else {}
    if isinstance(kind, str) and kind in _ADVERTISING_IDS and device.get("adTrackingEnabled") is not False:
        found[_ADVERTISING_IDS[kind]] = device.get("advertisingId")
    return found
