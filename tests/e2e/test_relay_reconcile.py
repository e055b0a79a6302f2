"""`relay reconcile` on the whole local stack: a shop's orders beside what became of them."""

import json
from pathlib import Path

from tests.e2e.operator import Operator, Said
from tests.e2e.relay import EVENT, EVENT_TIME, until

DOLLARS = {"value": 25, "currency": "USD"}


def test_a_shops_orders_are_found_and_each_difference_is_named(operator: Operator, tmp_path: Path) -> None:
    relay = operator.relay
    relay.refuse("rec-refused")
    posts = {"rec-well": DOLLARS, "rec-refused": DOLLARS, "rec-cents": {"value": 2_500, "currency": "USD"}}
    relay.post_all([EVENT | {"event_id": name, "custom_data": money} for name, money in posts.items()])
    until(lambda: all(relay.known(name) for name in posts))
    until(relay.letters)
    file = tmp_path / "orders.csv"
    rows = [f"{name},{EVENT_TIME},25.00,USD" for name in (*posts, "rec-never")]
    file.write_text("\n".join(["Order Number,event_time,value,currency", *rows]), encoding="utf-8")

    def settled() -> Said | None:
        one = operator.run("reconcile", str(file), "--map", "Order Number=event_id", "--json")
        return None if "may wait" in one.text else one

    said = until(settled)
    told = json.loads(said.text)
    assert said.code == 1
    assert [(one["event_id"], one["cause"]) for one in told["differences"] if one["destination"] == "roku"] == [
        ("rec-refused", "dead letter"),
        ("rec-cents", "amount in minor units"),
        ("rec-never", "never posted"),
    ]
    (day,) = [one for one in told["days"] if one["destination"] == "roku"]
    assert (day["orders"], day["delivered"], day["missing"], day["differs"]) == (4, 2, 2, 1)
    relay.accept()
