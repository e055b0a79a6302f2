"""The ledger's calls of DynamoDB: batches within its limits, what is left over asked again, and nothing ever raised."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from pipeline.aws import waiting
from pipeline.delivery.circuit import Circuit
from pipeline.delivery.ledger import Ledger
from pipeline.delivery.table import Entry, Key, Note, PutOff, Unread
from pipeline.delivery.windows import Tried
from tests.unit.doubles import Never

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

    def put_item(
        self,
        *,
        TableName: str,  # noqa: N803 - AWS's names
        Item: dict[str, Any],  # noqa: N803
        ConditionExpression: str,  # noqa: N803
        ExpressionAttributeValues: dict[str, dict[str, str]],  # noqa: N803
        ReturnValuesOnConditionCheckFailure: str = "NONE",  # noqa: N803
    ) -> dict[str, Any]:
        """AWS's call, for conditions such as `attribute_not_exists(a) OR b = :c`."""
        assert TableName == "ledger"
        self._take([Item])
        key = Item["event_id"]["S"], Item["what"]["S"]
        there = self.items.get(key)
        absent, _, equal = ConditionExpression.partition(" OR ")
        name, _, value = equal.partition(" = ")
        is_absent = there is None or absent.removeprefix("attribute_not_exists(").rstrip(")") not in there
        if there is not None and not is_absent and there.get(name) != ExpressionAttributeValues[value]:
            answer: Any = {"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}
            if ReturnValuesOnConditionCheckFailure == "ALL_OLD":
                answer["Item"] = there
            raise ClientError(answer, "PutItem")
        self.items[key] = Item
        return {}

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


def note(table: Table, *entries: Entry, **options: Any) -> bool:
    """Remember these."""
    return ledger(table, **options).note(entries, 60.0)


def known(table: Table, asked: list[Key], **options: Any) -> tuple[set[Key], bool]:
    """Which of them were delivered, and whether the lookup was complete."""
    found = ledger(table, **options).look_up(asked, [], 60.0)
    return set(found.delivered), found.complete


def keys(count: int) -> list[Key]:
    """So many events."""
    return [Key("g", "LEAD", f"e{number}") for number in range(count)]


def test_what_was_noted_as_delivered_is_known_and_nothing_else() -> None:
    table = Table()
    assert note(table, Entry(Key("g", "LEAD", "a"), "delivered"))
    asked = [Key("g", "LEAD", "a"), Key("g", "LEAD", "b"), Key("g", "PURCHASE", "a"), Key("h", "LEAD", "a")]
    assert known(table, asked) == ({asked[0]}, True)


def test_an_item_says_what_when_why_and_until_when() -> None:
    table = Table()
    note(table, Entry(Key("g", "LEAD", "a"), "rejected", "value: too high", 210))
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
    note(table, Entry(key, "rejected", "no", 400))
    assert known(table, [key]) == (set(), True)
    note(table, Entry(key, "delivered"))
    note(table, Entry(key, "rejected", "no", 400))
    assert known(table, [key]) == ({key}, True)


def test_what_has_expired_is_forgotten_before_dynamodb_deletes_it() -> None:
    table, key = Table(), Key("g", "LEAD", "a")
    note(table, Entry(key, "delivered"))
    assert known(table, [key], now=NOW + 7 * DAY - 1)[0] == {key}
    assert known(table, [key], now=NOW + 7 * DAY)[0] == set()
    assert known(table, [key], now=NOW + 7 * DAY + 1)[0] == set()


def test_calls_stay_within_dynamodbs_batches() -> None:
    table = Table()
    assert note(table, *[Entry(key, "delivered") for key in keys(60)])
    assert sorted(table.sizes) == [10, 25, 25]
    table.sizes.clear()
    assert known(table, keys(250)) == (set(keys(60)), True)
    assert sorted(table.sizes) == [50, 100, 100]


def test_what_was_left_over_is_asked_and_written_once_more() -> None:
    table = Table(refuse=lambda call: 2 if call in (1, 3) else 0)
    assert note(table, *[Entry(key, "delivered") for key in keys(5)])
    assert known(table, keys(5)) == (set(keys(5)), True)
    assert table.sizes == [5, 2, 5, 2]


def test_what_is_left_over_twice_is_told() -> None:
    table = Table(refuse=lambda _: 1)
    assert not note(table, *[Entry(key, "delivered") for key in keys(3)])
    found, whole = known(table, keys(3))
    assert (len(found) < 3, whole) == (True, False)
    assert table.sizes == [3, 1, 3, 1]


def test_an_answer_that_does_not_name_the_table_knows_nothing() -> None:
    class Silent(Table):
        def batch_get_item(self, **_: Any) -> dict[str, Any]:
            return {"Responses": {}, "UnprocessedKeys": {}}

    assert known(Silent(), keys(2)) == (set(), True)


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}, "BatchGetItem"),
        ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": ""}}, "BatchGetItem"),
        ReadTimeoutError(endpoint_url="https://dynamodb.example"),
    ],
)
def test_a_table_out_of_reach_is_told_and_raises_nothing(error: Exception) -> None:
    assert known(Table(error=error), keys(1)) == (set(), False)
    assert not note(Table(error=error), Entry(keys(1)[0], "delivered"))


def test_an_id_or_name_beyond_dynamodbs_key_sizes_is_kept_as_its_digest() -> None:
    table = Table()
    long = [Key("g" * 900, "LEAD" * 50, "x" * 3_000), Key("g", "LEAD", ""), Key("g", "LEAD", "é" * 1_500)]
    assert note(table, *[Entry(key, "delivered") for key in long])
    assert known(table, long) == (set(long), True)
    assert all(1 <= len(i.encode()) <= 2_048 and 1 <= len(w.encode()) <= 1_024 for i, w in table.items)


def test_nothing_to_ask_makes_no_call() -> None:
    table = Table()
    assert known(table, []) == (set(), True)
    assert note(table)
    assert table.sizes == []


def test_a_sign_in_the_group_or_the_name_makes_no_two_keys_one() -> None:
    # Rokt takes any event name.
    table = Table()
    groups = [("shop", "x#LEAD"), ("shop#x", "LEAD"), ("shop%23x", "LEAD")]
    note(table, *[Entry(Key(group, name, "1"), "delivered") for group, name in groups])
    assert len(table.items) == len(groups)


ALIKE = [
    ("Order-a", "order-a"),
    ("ORDER", "order"),
    ("a", "a "),
    ("a", " a"),
    ("a-1", "a1"),
    ("a_1", "a-1"),
    ("1", "01"),
    ("caf\u00e9", "cafe\u0301"),  # composed, and with a combining accent
    ("stra\u00dfe", "strasse"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
@pytest.mark.parametrize("part", Key._fields)
def test_what_differs_in_one_character_of_id_name_or_group_is_another_conversion(
    part: str, one: str, other: str
) -> None:
    first, second = (Key("g", "LEAD", "a")._replace(**{part: text}) for text in (one, other))
    table = Table()
    note(table, Entry(first, "delivered"))
    note(table, Entry(first, "unread", tried=Tried(2)))
    assert known(table, [first, second]) == ({first}, True)
    assert known(table, [second]) == (set(), True)
    assert list(ledger(table).unread([first, second], 60.0)) == [first]
    note(table, Entry(second, "delivered"))
    assert known(table, [first, second]) == ({first, second}, True)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_groups_that_differ_in_one_character_have_a_circuit_each(one: str, other: str) -> None:
    table, state = Table(), Circuit(opened_at=NOW, why="Roku answered 500")
    ledger(table).change(one, Circuit(), state, 60.0)
    assert ledger(table).look_up([], [one, other], 60.0).circuits == {one: replace(state, version=1), other: Circuit()}


# --- what browsers say, windows, circuits -----------------------------------------------------------------------------


def test_a_delivery_is_known_with_the_class_of_its_sender_and_the_fingerprint_of_its_person() -> None:
    table, key = Table(), Key("g", "LEAD", "a")
    note(table, Entry(key, "delivered", sender="browser", fingerprint="em:x"))
    assert ledger(table).look_up([key], [], 60.0).delivered == {key: Note("browser", "em:x")}


def test_what_a_browser_sent_never_overwrites_what_a_server_sent() -> None:
    table, key = Table(), Key("g", "LEAD", "a")
    server, browser = Entry(key, "delivered", fingerprint="em:s"), Entry(key, "delivered", sender="browser")
    assert note(table, server)
    assert note(table, browser)
    assert ledger(table).look_up([key], [], 60.0).delivered == {key: Note("server", "em:s")}
    table = Table()
    assert note(table, browser)
    assert note(table, server)
    assert ledger(table).look_up([key], [], 60.0).delivered == {key: Note("server", "em:s")}


def test_what_a_browser_says_again_is_written_again() -> None:
    table, key = Table(), Key("g", "LEAD", "a")
    first, later = (Entry(key, "delivered", sender="browser", fingerprint=print_) for print_ in ("em:1", "em:2"))
    assert note(table, first)
    assert note(table, later)
    assert ledger(table).look_up([key], [], 60.0).delivered == {key: Note("browser", "em:2")}


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem"),
        ReadTimeoutError(endpoint_url="https://dynamodb.example"),
    ],
)
def test_a_browsers_note_and_a_circuit_that_could_not_be_written_are_told(error: Exception) -> None:
    assert not note(Table(error=error), Entry(keys(1)[0], "delivered", sender="browser"))
    assert ledger(Table(error=error)).change("g", Circuit(), Circuit(probes=1), 60.0) is None


@pytest.mark.parametrize(("took", "given"), [(2.0, [3.0, 1.0]), (5.0, [3.0, 0.0])])
def test_the_notes_of_servers_and_of_browsers_share_their_seconds(
    monkeypatch: pytest.MonkeyPatch, took: float, given: list[float]
) -> None:
    heard: list[float] = []
    clock = [NOW]

    def each(_: Any, call: Callable[[Any], bool], things: list[Any], seconds: float) -> list[bool]:
        heard.append(seconds)
        clock[0] += took
        return [call(thing) for thing in things]

    monkeypatch.setattr(waiting, "each", each)
    client: Any = Table()
    slow = Ledger(
        client,
        "ledger",
        destination="roku",
        days=7,
        request_id="r",
        executor=Never(begun=True),
        now=lambda: clock[0],
    )
    entries = [
        Entry(key, "delivered", sender=sender) for key, sender in zip(keys(2), ("server", "browser"), strict=True)
    ]
    assert slow.note(entries, 3.0)
    assert heard == given


def test_a_circuit_that_was_read_can_be_changed() -> None:
    table = Table()
    ledger(table).change("g", Circuit(), Circuit(probes=1), 60.0)
    there = ledger(table).look_up([], ["g"], 60.0).circuits["g"]
    changed = ledger(table).change("g", there, replace(there, probes=2), 60.0)
    assert changed == (Circuit(version=2, probes=2), True)


def test_the_windows_of_an_event_are_remembered_beside_its_other_outcomes() -> None:
    table, key = Table(), Key("g", "LEAD", "a")
    note(table, Entry(key, "unread", tried=Tried(1, 1_789_999_000)))
    assert ledger(table).unread([key, Key("g", "LEAD", "b")], 60.0) == {key: Unread(Tried(1, 1_789_999_000), int(NOW))}
    assert known(table, [key]) == (set(), True)


def test_a_circuit_is_read_with_the_events_in_one_call() -> None:
    table = Table()
    opened = Circuit(opened_at=NOW - 5.5, why="Roku answered 500", next_probe_at=NOW + 54.5, probes=1)
    assert ledger(table).change("g", Circuit(), opened, 60.0) == (replace(opened, version=1), True)
    table.sizes.clear()
    found = ledger(table).look_up(keys(3), ["g", "h"], 60.0)
    assert found.circuits == {"g": replace(opened, version=1), "h": Circuit()}
    assert len(table.sizes) == 1


def test_of_two_changes_of_one_circuit_the_second_learns_what_is_there() -> None:
    table = Table()
    first = ledger(table).change("g", Circuit(), Circuit(probes=1), 60.0)
    assert first == (Circuit(version=1, probes=1), True)
    # also if both would write the same: of two claims of one probe one is made
    for probes in (7, 1):
        assert ledger(table).change("g", Circuit(), Circuit(probes=probes), 60.0) == (first[0], False)
    again = ledger(table).change("g", Circuit(version=1), Circuit(probes=2), 60.0)
    assert again == (Circuit(version=2, probes=2), True)


def test_a_circuit_that_cannot_be_read_is_not_taken_for_closed() -> None:
    error = ReadTimeoutError(endpoint_url="https://dynamodb.example")
    found = ledger(Table(error=error)).look_up(keys(1), ["g"], 60.0)
    assert (found.circuits, found.complete) == ({}, False)
    assert ledger(Table(error=error)).change("g", Circuit(), Circuit(probes=1), 60.0) is None


def test_the_operators_word_on_empty_answers_is_read_for_its_destination_alone() -> None:
    table = Table()
    assert not ledger(table).look_up([], ["g"], 60.0).accepts_empty
    item = {"event_id": {"S": "circuit"}, "what": {"S": "answers#rokt"}, "empty": {"S": "delivered"}}
    table.items["circuit", "answers#rokt"] = item | {"expires": {"N": str(int(NOW) + DAY)}}
    assert not ledger(table).look_up([], ["g"], 60.0).accepts_empty
    table.items["circuit", "answers#roku"] = item | {"what": {"S": "answers#roku"}, "expires": {"N": "1800000000"}}
    assert ledger(table).look_up([], ["g"], 60.0).accepts_empty


def test_a_table_that_never_answers_is_given_up_when_the_seconds_are_over() -> None:
    client: Any = Table()
    never = Ledger(
        client, "ledger", destination="roku", days=7, request_id="r", executor=Never(begun=True), now=lambda: NOW
    )
    assert not never.look_up(keys(250), ["g"], 0.0).complete
    assert never.unread(keys(3), 0.0) == {}
    assert never.change("g", Circuit(), Circuit(probes=1), 0.0) is None
    assert not never.note([Entry(keys(1)[0], "delivered")], 0.0)


def test_a_message_that_was_put_off_is_read_with_the_events_in_one_call_and_forgotten_after_a_day() -> None:
    table = Table()
    marks = [PutOff("m1", 4, int(NOW)), PutOff("m2", 1, int(NOW), Tried(1, 5)), PutOff("m3", 2, int(NOW), Tried(2))]
    assert ledger(table).note([Entry(keys(1)[0], "delivered"), *marks], 60.0)
    table.sizes.clear()
    found = ledger(table).look_up(keys(2), ["g"], 60.0, messages=["m1", "m2", "m3", "m4"])
    assert (set(found.delivered), found.put_off) == ({keys(1)[0]}, {mark.message_id: mark for mark in marks})
    assert len(table.sizes) == 1
    assert ledger(table, now=NOW + DAY - 1).look_up([], ["g"], 60.0, messages=["m1"]).put_off == {"m1": marks[0]}
    assert ledger(table, now=NOW + DAY).look_up([], ["g"], 60.0, messages=["m1"]).put_off == {}
