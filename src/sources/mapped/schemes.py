"""The signature schemes that a mapping can name, each by its vendor's own document. Pure."""

from typing import Any

from pipeline.values.faults import Fault
from sources.mapped.scope import known_only
from sources.signature import Scheme

NAMED = {
    "standard-webhooks": Scheme(
        "webhook-signature", encoding="base64", signed="{id}.{timestamp}.{body}", prefix="v1,", separator=" ",
        timestamp="webhook-timestamp", id="webhook-id", key="whsec",
    ),
    "stripe": Scheme("stripe-signature", signed="{timestamp}.{body}", prefix="v1=", separator=",", timestamp="t"),
    "calendly": Scheme(
        "calendly-webhook-signature", signed="{timestamp}.{body}", prefix="v1=", separator=",", timestamp="t"
    ),
    "woocommerce": Scheme("x-wc-webhook-signature", encoding="base64"),
    "shopify": Scheme("x-shopify-hmac-sha256", encoding="base64"),
    "square": Scheme("x-square-hmacsha256-signature", encoding="base64", signed="{url}{body}"),
    "hubspot": Scheme(
        "x-hubspot-signature-v3", encoding="base64", signed="{method}{url}{body}{timestamp}",
        timestamp="x-hubspot-request-timestamp",
    ),
    "twilio": Scheme("x-twilio-signature", algorithm="sha1", encoding="base64", signed="{url}{params}"),
    "typeform": Scheme("typeform-signature", encoding="base64", prefix="sha256="),
    "meta": Scheme("x-hub-signature-256", prefix="sha256="),
}  # fmt: skip

_WORDS = {
    "algorithm": ("sha1", "sha256", "sha512"),
    "encoding": ("hex", "base64"),
    "key": ("text", "whsec"),
}
_OPTIONS = ("header", *_WORDS, "signed", "prefix", "separator", "timestamp", "id")


def scheme(given: Any) -> Scheme:
    """The scheme of a name, or of an object with a header and how it is made. Raises Fault."""
    if isinstance(given, str):
        if given not in NAMED:
            raise Fault(f"must be one of {', '.join(NAMED)}, or an object with a header")
        return NAMED[given]
    options = known_only(given, _OPTIONS, "a signature")
    _check(options)
    lower: dict[str, Any] = {name: options[name].lower() for name in ("header", "id") if name in options}
    if "separator" not in options and "timestamp" in options:
        lower["timestamp"] = options["timestamp"].lower()
    return Scheme(**{**options, **lower})


def _check(options: dict[str, Any]) -> None:
    """Raises Fault."""
    if "header" not in options:
        raise Fault("header is missing: the name of the header with the signature")
    for name, one in options.items():
        if not isinstance(one, str) or one not in _WORDS.get(name, (one,)):
            raise Fault(f"{name} must be {' or '.join(_WORDS.get(name, ('a text',)))}")
    signed = options.get("signed", "{body}")
    if "{body}" not in signed and "{params}" not in signed:
        raise Fault("signed must hold {body}: a signature that does not sign the body proves nothing")
