"""The Python peer: Meta's own SDK for its Conversions API, doing with an event what this relay does with Roku's."""

import json
from typing import Any

from facebook_business.adobjects.serverside.action_source import ActionSource
from facebook_business.adobjects.serverside.content import Content
from facebook_business.adobjects.serverside.custom_data import CustomData
from facebook_business.adobjects.serverside.event import Event
from facebook_business.adobjects.serverside.user_data import UserData


def facebook_business(post: bytes) -> list[str]:
    """Parse, build its objects, normalise, hash and write each event, each on its own."""
    lines = []
    for conversion in json.loads(post)["events"]:
        try:
            lines.append(json.dumps(_event(conversion).normalize()))
        except (KeyError, TypeError, ValueError):  # what it raises for what it refuses
            continue
    return lines


def _event(conversion: dict[str, Any]) -> Event:
    user, custom = conversion["user_data"], conversion["custom_data"]
    return Event(
        event_name="Purchase",
        event_time=conversion.get("event_time"),
        event_id=conversion["event_id"],
        event_source_url=conversion["event_source_url"],
        referrer_url=conversion["referrer_url"],
        action_source=ActionSource.WEBSITE,
        user_data=UserData(
            email=user.get("em"),
            phone=user.get("ph"),
            first_name=user.get("fn"),
            last_name=user.get("ln"),
            date_of_birth=(user.get("db") or "").replace("-", "") or None,
            client_ip_address=user.get("client_ip_address"),
            client_user_agent=user.get("client_user_agent"),
        ),
        custom_data=CustomData(
            value=custom["value"],
            currency=custom["currency"],
            order_id=custom["order_id"],
            num_items=custom["num_items"],
            contents=[
                Content(product_id=item["id"], quantity=int(item["quantity"]), item_price=item["price"])
                for item in custom["contents"]
            ],
        ),
    )
