"""Which event a post is: by the platform's word for it, its state, or the names in it. Pure."""

import re
from typing import Any

from pipeline.values import language
from pipeline.values.rules import fold
from relay.proposing.leaves import Leaf
from relay.proposing.targets import is_time

# What a platform's word for an event, or a name in its post, speaks for; the first that is found counts.
_EVENTS = (
    ("SCHEDULE", "book|appoint|schedul|reserv|invitee|visit|consultation"),
    ("SUBSCRIBE", "subscri|membership"),
    ("START_TRIAL", "trial"),
    ("SIGN_UP", "sign.?up|signup|regist|account.?created|user.?created|member.?created"),
    ("DONATE", "donat"),
    ("PURCHASE", "purchas|order|sale|sold|paid|payment|checkout|charge|invoice|transaction|won|ticket"),
    ("CONTACT", "call|phone|chat|message|sms"),
    ("LEAD", "lead|form|inquir|enquir|quote|submission|submit|response|entry|opportunit|deal|prospect|contact"),
)
_NAMES = (
    ("SCHEDULE", "appointment|booking|reservation"),
    ("LEAD", "leadid|formid|formname|submissionid|buyerconverted|callconverted|callrevenue|payout"),
    ("PURCHASE", "order|lineitem|grandtotal|totalprice|paymentstatus|invoice|transaction"),
    ("LEAD", "callid.*revenue|revenue.*callid"),
    ("CONTACT", "callid|callduration|calluuid|talktime|callernumber|callerid"),
    ("PURCHASE", "amount|total"),
)
_SAYS_EVENT = ("event", "eventname", "eventtype", "triggerevent", "type", "topic", "kind", "action", "trigger",
               "triggertype", "leadtype", "name", "subscriptiontype", "notificationtype", "webhooktype",
               "conversiontype")  # fmt: skip
_SOLD = frozenset({"won", "closed won", "closedwon", "paid", "sold", "captured"})


def event_of(found: list[Leaf], status: Leaf | None) -> tuple[str, Any]:
    """The event, and how the mapping finds it: by the platform's word for it, or always."""
    for name in _SAYS_EVENT:
        for leaf in found:
            if leaf.name == name and (event := _said_by(leaf)) is not None:
                is_listed = fold(str(leaf.value)) in language.event_names()
                return event, leaf.path if is_listed else {"path": leaf.path, "map": {str(leaf.value): event}}
    event = _by_names(found)
    if event == "LEAD" and status is not None and str(status.value).lower() in _SOLD and not _is_lead(found):
        event = "PURCHASE"
    return event, {"const": event}


def _said_by(leaf: Leaf) -> str | None:
    """The event that a field's word speaks for; a `name` within the post is a product's or a form's."""
    if not isinstance(leaf.value, str) or is_time(leaf.value) or len(leaf.names) > (1 if leaf.name == "name" else 2):
        return None
    listed = language.event_names()
    if fold(leaf.value) in listed:
        return listed[fold(leaf.value)]
    return next((event for event, words in _EVENTS if re.search(words, leaf.value.lower())), None)


def _is_lead(found: list[Leaf]) -> bool:
    return any(leaf.name.startswith("lead") for leaf in found)


def _by_names(found: list[Leaf]) -> str:
    names = " ".join(name for leaf in found for name in (*leaf.around, leaf.name) if not name.startswith("utm"))
    return next((event for event, words in _NAMES if re.search(words, names)), "LEAD")
