"""Google's words for a person -> user_data. Pure.

Contract: Google's documents "Send user-provided data" and "Common event data".
"""

from typing import Any

from sources.values import as_object, first, present

_MOST_USER_VALUES = 10  # Google takes as many of each; it bounds what a hostile post can cost


def user_data(event: dict[str, Any]) -> dict[str, Any]:
    """Google's user data: clear or under `sha256_`, one value or an array; of an array the first is taken.

    Beside it the event's own words for the visitor.
    """
    user = as_object(event.get("user_data"))
    layers = (as_object(_one(user.get("address"))), user)

    def of(name: str) -> Any:
        return first(*(_one(layer.get(name)) for layer in layers))

    def either(name: str) -> Any:
        # Clear text first: Roku's rules before hashing are not Google's.
        return first(of(name), of("sha256_" + name))

    phone = first(of("phone_number"), _one(user.get("phone")))
    return present(
        {
            "em": first(_one(user.get("email")), either("email_address")),
            "ph": phone,
            # Of the number with its +, which not every destination wants.
            "sha256_phone_number": of("sha256_phone_number") if phone is None else None,
            "fn": either("first_name"),
            "ln": either("last_name"),
            "ct": of("city"),
            "st": of("region"),
            "zp": of("postal_code"),
            "country": of("country"),
            "external_id": event.get("user_id"),
            "client_ip_address": event.get("ip_override"),
            "client_user_agent": event.get("user_agent"),
        }
    )


def _one(value: Any) -> Any:
    return first(*value[:_MOST_USER_VALUES]) if isinstance(value, list) else first(value)
