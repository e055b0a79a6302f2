"""What an attacker may try and what must not be found anywhere, on the whole stack with its ledger."""

import json

from local.stack import ROKU_KEY, SENDER_KEY
from tests.e2e.relay import running, until

# Personal data as senders write it, one for each hashed field, and where it does not belong at all.
PERSON = {
    "em": "canary.em+tag@example.com",
    "ph": "+1 (555) 010-0142",
    "fn": "Canaryfirst",
    "ln": "Canarylast",
    "ge": "female",
    "db": "1971-04-05",
}
MISPLACED = {
    "event_source_url": "https://shop.test/thanks?email=canary.url%40example.com",
    "custom_data": {"search_string": "canary.text@example.com", "status": "paid"},
    "canary.name@example.com": "canary.value@example.com",
}
TRACES = ["canary", "example.com", "5550100142", "010-0142", "1971-04-05", "female", SENDER_KEY, ROKU_KEY]


def test_neither_a_person_nor_a_key_is_found_in_log_ledger_or_dead_letter() -> None:
    with running(LogLevel="DEBUG") as relay:
        said = {"user_data.em": "canary.em@example.com is on a list", "user_data.ph": "+1 (555) 010-0142"}
        relay.sandbox.set_faults({"refuse": {"refused": said}})
        relay.post("refused", user_data=PERSON, **MISPLACED)
        relay.post("canary.id@example.com", user_data=PERSON, **MISPLACED)
        letters = until(relay.letters)
        until(lambda: '"Delivered"' in relay.stack.log_text() and '"DeadLettered"' in relay.stack.log_text())
        until(relay.sandbox.events)
        # Delivered and rejected: each has an entry, and so there is something to search.
        ledger = until(lambda: len(items := relay.everything_known()) == 2 and items)
        written = {
            "log": relay.stack.log_text(),
            "ledger": json.dumps(ledger),
            "dead letters": json.dumps([[letter.event, letter.attributes] for letter in letters]),
            "what Roku has": json.dumps(relay.sandbox.events()),
        }
    assert [(place, trace) for place, text in written.items() for trace in TRACES if trace in text.lower()] == []
    assert "[redacted]" in written["dead letters"]


def test_a_body_that_is_posted_again_is_counted_once() -> None:
    with running() as relay:
        relay.post("order-1")
        until(lambda: relay.known("order-1"))
        relay.post("order-1")
        until(lambda: '"Deduplicated"' in relay.stack.log_text())
        assert relay.answers("order-1") == [200]
        (conversion,) = relay.conversions("order-1")
        assert conversion["received"] == 1
