"""The items of the ledger's table: what is not there has a meaning, and numbers are read as what they were."""

from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.destination import Routing
from pipeline.contract.messages import BROWSER, Head
from pipeline.delivery.batch import groups_of
from pipeline.delivery.circuit import Circuit
from pipeline.delivery.table import (
    CIRCUIT,
    Entry,
    Key,
    Note,
    Unread,
    answers_key,
    circuit_item,
    circuit_key,
    circuit_of,
    event_item,
    event_key,
    key_of,
    note_of,
    number,
    text,
    unread_of,
)
from pipeline.delivery.windows import Tried
from tests.unit.batches import message

bounded = settings(derandomize=True, max_examples=100, deadline=None)
NOW, DAY = 1_790_000_000, 86_400
KEY = Key("g", "LEAD", "e")


def test_what_an_item_lacks_is_an_empty_text_and_a_zero() -> None:
    item = {"a": {"S": "words"}, "b": {"N": "2"}}
    assert (text(item, "a"), text(item, "b"), text(item, "c"), text({}, "a")) == ("words", "", "", "")
    assert (number(item, "a"), number(item, "b"), number(item, "c"), number({}, "a")) == (0, 2, 0, 0)


def test_a_number_with_a_fraction_is_cut_not_refused() -> None:
    assert number({"at": {"N": "1790000000.75"}}, "at") == NOW


def test_a_delivery_of_the_version_before_was_a_servers_and_has_no_fingerprint() -> None:
    assert note_of({"event_id": {"S": "e"}, "what": {"S": "delivered#roku#g#LEAD"}}) == Note("server", "")


def test_windows_are_read_as_they_were_written() -> None:
    for tried in (Tried(1, NOW - 5), Tried(2), Tried(2, NOW)):
        item = event_item("roku", Entry(KEY, "unread", tried=tried), now=NOW, seconds=DAY, request_id="r")
        assert unread_of(item) == Unread(tried, NOW, Note())
        assert ("began" in item) == (tried.began is not None)
        assert not {"fingerprint", "reason", "status"} & item.keys()
    entry = Entry(KEY, "unread", tried=Tried(1), sender=BROWSER, fingerprint="em:x")
    item = event_item("roku", entry, now=NOW, seconds=DAY, request_id="r")
    assert unread_of(item) == Unread(Tried(1), NOW, Note(BROWSER, "em:x"))


def test_a_delivery_has_a_class_and_a_person_and_no_windows() -> None:
    item = event_item("roku", Entry(KEY, "delivered", fingerprint="em:x"), now=NOW, seconds=DAY, request_id="r")
    assert item == {
        "event_id": {"S": "e"},
        "what": {"S": "delivered#roku#g#LEAD"},
        "at": {"N": str(NOW)},
        "request_id": {"S": "r"},
        "expires": {"N": str(NOW + DAY)},
        "sender": {"S": "server"},
        "fingerprint": {"S": "em:x"},
    }


def test_a_status_of_zero_is_a_status_and_an_empty_text_is_left_out() -> None:
    item = event_item("roku", Entry(KEY, "rejected", "", 0), now=NOW, seconds=DAY, request_id="r")
    assert item["status"] == {"N": "0"}
    assert "reason" not in item


@given(
    st.builds(
        Circuit,
        **{
            one.name: {
                int: st.integers(0, 9_999),
                float: st.floats(0, 4e9),
                str: st.text("aé 5", max_size=20),
            }[one.type]  # type: ignore[index]
            for one in fields(Circuit)
        },
    )
)
@bounded
def test_a_circuit_is_read_as_it_was_written_with_the_types_it_had(state: Circuit) -> None:
    item = circuit_item("roku", "g", state, now=NOW)
    read = circuit_of(item)
    assert read == state
    assert [type(getattr(read, one.name)) for one in fields(Circuit)] == [one.type for one in fields(Circuit)]
    assert item["expires"] == {"N": str(NOW + 30 * DAY)}
    assert key_of(item) == circuit_key("roku", "g") == (CIRCUIT, "circuit#roku#g")


def test_a_field_of_a_later_version_is_passed_over_and_one_that_lacks_has_its_beginning() -> None:
    assert circuit_of({"probes": {"N": "3"}, "colour": {"S": "red"}}) == Circuit(probes=3)


def test_each_kind_of_item_has_a_place_of_its_own() -> None:
    groups = ["g", "g#h", "g%23h", "g%h", ""]
    places = {circuit_key(name, group) for name in ("roku", "rokt") for group in groups}
    assert len(places) == 2 * len(groups)
    assert circuit_key("roku", "shop#1 50%") == (CIRCUIT, "circuit#roku#shop%231 50%25")  # as addresses write them
    assert not places & {answers_key("roku"), answers_key("rokt")}
    assert answers_key("roku") != answers_key("rokt")
    assert event_key("delivered", "roku", KEY) != event_key("delivered", "rokt", KEY)


def test_a_key_is_kept_whole_up_to_dynamodbs_last_byte() -> None:
    at_most = {size: event_key("delivered", "roku", Key("g", "LEAD", "x" * size))[0] for size in (2_048, 2_049)}
    assert at_most[2_048] == "x" * 2_048
    assert at_most[2_049].startswith("sha256:")
    assert len(at_most[2_049]) == len("sha256:") + 64
    rest = len("delivered#roku##LEAD")
    whats = [event_key("delivered", "roku", Key("g" * (size - rest), "LEAD", "e"))[1] for size in (1_024, 1_025)]
    assert [len(what) for what in whats] == [1_024, len("sha256:") + 64]
    groups = ["g" * (size - len("circuit#roku#")) for size in (1_024, 1_025)]
    assert [len(circuit_key("roku", group)[1]) for group in groups] == [1_024, len("sha256:") + 64]


def test_an_empty_id_is_a_space_since_dynamodb_takes_no_empty_key() -> None:
    assert event_key("delivered", "roku", Key("g", "LEAD", ""))[0] == " "


def test_groups_are_named_once_in_order() -> None:
    batch = [
        message(*ids, head=Head(Routing(group))) for group, ids in (("b", "12"), ("a", "1"), ("b", "3"), ("c", ""))
    ]
    assert groups_of(batch) == ["b", "a"]  # an unreadable message has no events, and no group either


def test_signals_that_limit_the_use_of_an_event_are_written_where_there_are_any() -> None:
    for signals, written in (("gpc,opt_out", {"S": "gpc,opt_out"}), ("", None)):
        entry = Entry(KEY, "delivered", refused_by=signals)
        item = event_item("roku", entry, now=NOW, seconds=DAY, request_id="r")
        assert item.get("refused_by") == written


def test_the_table_is_searched_by_the_order_and_by_the_post_of_an_event() -> None:
    entry = Entry(KEY, "delivered", order_id="1234", post_id="post-1")
    item = event_item("roku", entry, now=NOW, seconds=DAY, request_id="run-1")
    assert (item["order_id"], item["post_id"]) == ({"S": "1234"}, {"S": "post-1"})
