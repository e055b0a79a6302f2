"""What a browser's request says of the visitor by itself. Pure."""

from pipeline.intake.access import Request
from pipeline.values.cleaning import clean
from pipeline.values.placeholders import is_placeholder


def with_connection(conversion: object, request: Request) -> object:
    """Of a browser the connection is the visitor's own: what the page left out is filled from it."""
    if not isinstance(conversion, dict):
        return conversion
    whole = dict(conversion)
    user = whole.get("user_data")
    if isinstance(user, dict) or user is None:
        connection = {"client_ip_address": request.source_ip, "client_user_agent": request.user_agent}
        given = {name: value for name, value in (user or {}).items() if not _is_absent(value)}
        whole["user_data"] = {name: value for name, value in connection.items() if value} | given
    if _is_absent(whole.get("event_source_url")) and "referer" in request.headers:
        whole["event_source_url"] = request.headers["referer"]
    return whole


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and is_placeholder(clean(value)))
