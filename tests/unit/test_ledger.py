"""The ledger's calls of DynamoDB: batches within its limits, what is left over asked again, and nothing ever raised."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from pipeline.ledger import Entry, Key, Ledger

NOW = 1_790_000_000.0
DAY = 86_400


class Table:
    """A double of the DynamoDB client: items by key; `refuse` says how many items of a call stay unprocessed."""

    def __init__(self, refuse: Callable[[int], int] = lambda _: 0, error: Exception | None = None) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        self.sizes: list[int] = []
        self._refuse, self._error = refuse, error

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        """AWS's call."""
        keys = RequestItems["ledger"]["Keys"]
        kept = self._take(keys)
        found = [self.items.get((key["event_id"]["S"], key["what"]["S"])) for key in keys[:kept]]
        left = {"ledger": {"Keys": keys[kept:]}} if keys[kept:] else {}
        return {"Responses": {"ledger": [item for item in found if item]}, "UnprocessedKeys": left}

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        """AWS's call."""
        puts = RequestItems["ledger"]
        kept = self._take(puts)
        for put in puts[:kept]:
            item = put["PutRequest"]["Item"]
            self.items[item["event_id"]["S"], item["what"]["S"]] = item
        return {"UnprocessedItems": {"ledger": puts[kept:]} if puts[kept:] else {}}

    def _take(self, things: list[Any]) -> int:
        self.sizes.append(len(things))
        if self._error:
            raise self._error
        return len(things) - self._refuse(len(self.sizes))


def ledger(table: Table, *, days: float = 7, now: float = NOW) -> Ledger:
    """A ledger over the double."""
    client: Any = table
    return Ledger(
        client,
        "ledger",
        destination="roku",
        days=days,
        request_id="r-1",
        executor=ThreadPoolExecutor(2),
        now=lambda: now,
    )


def keys(count: int) -> list[Key]:
    """So many events."""
    return [Key("g", "LEAD", f"e{number}") for number in range(count)]


def test_what_was_noted_as_delivered_is_known_and_nothing_else() -> None:
    table = Table()
    assert ledger(table).note([Entry(Key("g", "LEAD", "a"), "delivered")])
    asked = [Key("g", "LEAD", "a"), Key("g", "LEAD", "b"), Key("g", "PURCHASE", "a"), Key("h", "LEAD", "a")]
    assert ledger(table).delivered(asked) == ({asked[0]}, True)


def test_an_item_says_what_when_why_and_until_when() -> None:
    table = Table()
    ledger(table).note([Entry(Key("g", "LEAD", "a"), "rejected", "value: too high", 210)])
    assert table.items == {
        ("a", "rejected#roku#g#LEAD"): {
            "event_id": {"S": "a"},
            "what": {"S": "rejected#roku#g#LEAD"},
            "at": {"N": "1790000000"},
            "request_id": {"S": "r-1"},
            "expires": {"N": str(1_790_000_000 + 7 * DAY)},
            "reason": {"S": "value: too high"},
            "status": {"N": "210"},
        }
    }


def test_a_rejection_neither_counts_as_a_delivery_nor_overwrites_one() -> None:
    table, key = Table(), Key("g", "LEAD", "a")
    ledger(table).note([Entry(key, "rejected", "no", 400)])
    assert ledger(table).delivered([key]) == (set(), True)
    ledger(table).note([Entry(key, "delivered")])
    ledger(table).note([Entry(key, "rejected", "no", 400)])
    assert ledger(table).delivered([key]) == ({key}, True)


def test_what_has_expired_is_forgotten_before_dynamodb_deletes_it() -> None:
    table, key = Table(), Key("g", "LEAD", "a")
    ledger(table).note([Entry(key, "delivered")])
    assert ledger(table, now=NOW + 7 * DAY - 1).delivered([key])[0] == {key}
    assert ledger(table, now=NOW + 7 * DAY + 1).delivered([key])[0] == set()


def test_calls_stay_within_dynamodbs_batches() -> None:
    table = Table()
    assert ledger(table).note([Entry(key, "delivered") for key in keys(60)])
    assert sorted(table.sizes) == [10, 25, 25]
    table.sizes.clear()
    assert ledger(table).delivered(keys(250)) == (set(keys(60)), True)
    assert sorted(table.sizes) == [50, 100, 100]


def test_what_was_left_over_is_asked_and_written_once_more() -> None:
    table = Table(refuse=lambda call: 2 if call in (1, 3) else 0)
    assert ledger(table).note([Entry(key, "delivered") for key in keys(5)])
    assert ledger(table).delivered(keys(5)) == (set(keys(5)), True)
    assert table.sizes == [5, 2, 5, 2]


def test_what_is_left_over_twice_is_told() -> None:
    table = Table(refuse=lambda _: 1)
    assert not ledger(table).note([Entry(key, "delivered") for key in keys(3)])
    found, whole = ledger(table).delivered(keys(3))
    assert (len(found) < 3, whole) == (True, False)


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}, "BatchGetItem"),
        ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": ""}}, "BatchGetItem"),
        ReadTimeoutError(endpoint_url="https://dynamodb.example"),
    ],
)
def test_a_table_out_of_reach_is_told_and_raises_nothing(error: Exception) -> None:
    assert ledger(Table(error=error)).delivered(keys(1)) == (set(), False)
    assert not ledger(Table(error=error)).note([Entry(keys(1)[0], "delivered")])


def test_an_id_or_name_beyond_dynamodbs_key_sizes_is_kept_as_its_digest() -> None:
    table = Table()
    long = [Key("g" * 900, "LEAD" * 50, "x" * 3_000), Key("g", "LEAD", ""), Key("g", "LEAD", "é" * 1_500)]
    assert ledger(table).note([Entry(key, "delivered") for key in long])
    assert ledger(table).delivered(long) == (set(long), True)
    assert all(1 <= len(i.encode()) <= 2_048 and 1 <= len(w.encode()) <= 1_024 for i, w in table.items)


def test_nothing_to_ask_makes_no_call() -> None:
    table = Table()
    assert ledger(table).delivered([]) == (set(), True)
    assert ledger(table).note([])
    assert table.sizes == []


def test_a_sign_in_the_group_or_the_name_makes_no_two_keys_one() -> None:
    # Rokt takes any event name.
    ledger = Ledger(None, "t", destination="rokt", days=7, request_id="r", executor=None, now=lambda: 0.0)  # type: ignore[arg-type]
    one, other = Key("shop", "x#LEAD", "1"), Key("shop#x", "LEAD", "1")
    assert ledger._item_key("delivered", one) != ledger._item_key("delivered", other)
