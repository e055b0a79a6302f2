"""What an attacker may try and what must not be found anywhere, on the whole stack with its ledger."""

import json

import requests

from local.roku_sandbox.declared import KEY as ROKU_KEY
from local.senders import BROWSER_KEY, SENDER_KEY
from tests.bounds import BOUND
from tests.e2e.relay import EVENT, Relay, running, until
from tests.unit.conversions import CANARIES

# Where personal data does not belong at all.
MISPLACED = {
    "event_source_url": "https://shop.test/thanks/+15550100142?email=canary.url%40example.com&billing_phone=5550100142"
    "&guest_name=Canary&key=canary-key",
    "custom_data": {"search_string": "canary.text@example.com", "status": "paid", "order_id": "+1 555 010 0142"},
    "canary.name@example.com": "canary.value@example.com",
    "+15550100142": {"Canary_Doe": "x"},
}
TRACES = ["canary", "example.com", "5550100142", "010-0142", "1971-04-05", "female", SENDER_KEY, ROKU_KEY]


def test_neither_a_person_nor_a_key_is_found_in_log_ledger_or_dead_letter() -> None:
    with running(LogLevel="DEBUG", LogSampleRate="1") as relay:
        said = {"user_data.em": "canary.em@example.com is on a list", "user_data.ph": "+1 (555) 010-0142"}
        relay.sandbox.set_faults({"refuse": {"refused": said}})
        relay.post("refused", user_data=CANARIES | {"canary.name@example.com": "x", "+15550100142": "x"}, **MISPLACED)
        relay.post("canary.id@example.com", user_data=CANARIES, **MISPLACED)
        letters = until(relay.letters)
        until(lambda: '"Delivered"' in relay.stack.log_text() and '"DeadLettered"' in relay.stack.log_text())
        until(relay.sandbox.events)
        # Delivered and rejected, each has an entry, and the circuit has one: so there is something to search.
        ledger = until(lambda: len(items := relay.everything_known()) == 3 and items)
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
        until(lambda: '"Repeated"' in relay.stack.log_text())
        assert relay.answers("order-1") == [200]
        (conversion,) = relay.conversions("order-1")
        assert conversion["received"] == 1


def forge(relay: Relay, event_id: str, **user: str) -> None:
    """Somebody who read the key in the page makes an order up."""
    order = EVENT | {"event_id": event_id, "user_data": user, "custom_data": {"value": 0, "currency": "USD"}}
    answer = requests.post(
        f"{relay.stack.url}/v1/beacon?key={BROWSER_KEY}",
        data=json.dumps({"event_group_id": "g", "events": [order]}),
        headers={"Origin": relay.stack.url},
        timeout=BOUND,
    )
    assert answer.status_code == 202, answer.text
    until(lambda: relay.known(event_id))


def test_an_order_that_a_page_made_up_keeps_no_order_of_the_server_from_being_delivered() -> None:
    with running() as relay:
        forge(relay, "order-5123", external_id="nobody")
        forge(relay, "order-5124", em="jane@example.com")
        bought = {"custom_data": {"value": 249.9, "currency": "USD"}}
        relay.post("order-5123", **bought)  # of jane@example.com
        relay.post("order-5124", **bought)
        until(lambda: '"Repeated"' in relay.stack.log_text())
        until(lambda: len(relay.answers("order-5123")) == 2)
        # The page told about the same person: one order, heard of twice.
        assert relay.answers("order-5124") == [200]


def test_two_conversions_of_one_post_and_one_id_are_both_delivered() -> None:
    with running() as relay:
        orders = [
            EVENT | {"event_id": "1001", "user_data": {"em": em}, "custom_data": {"value": value, "currency": "USD"}}
            for em, value in (("jane@example.com", 25), ("john@example.com", 99))
        ]
        answer = requests.post(
            f"{relay.stack.url}/v1/events",
            json={"event_group_id": "g", "events": orders},
            headers={"Authorization": f"Bearer {SENDER_KEY}"},
            timeout=BOUND,
        ).json()
        ((warning),) = answer["warnings"]
        assert "under an event_id of their own" in warning["warning"]
        counted = until(lambda: len(found := relay.sandbox.events()) == 2 and found)
        assert [taken["event_id"] == "1001" for taken in counted].count(True) == 1
