"""`relay send`: files to the relay, each line once, broken lines alone refused."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.operator import Operator
from tests.e2e.relay import until

NOW = int(time.time()) - 600


def _line(event_id: str | None, **fields: Any) -> str:
    event = {"event_name": "PURCHASE", "event_time": NOW, "user_data": {"em": "jane@example.com"}} | fields
    return json.dumps(event | ({"event_id": event_id} if event_id else {}))


def _file(folder: Path, name: str, *lines: str) -> str:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def _counts(said: Any) -> tuple[int, int, int]:
    (file,) = said["files"]
    return file["accepted"], file["accepted_before"], file["refused"]


def _posted(operator: Operator) -> int:
    return operator.relay.stack.log_text().count('"Accepted":[')


def test_a_csv_file_with_columns_of_its_own(operator: Operator, tmp_path: Path) -> None:
    rows = ["Number,E-Mail,Day", f"s-1,jane@example.com,{NOW}", f"s-2,joe@example.com,{NOW}"]
    file = _file(tmp_path, "orders.csv", *rows)
    options = ["--map", "Number=event_id", "--map", "Day=event_time", "--set", "event_name=PURCHASE", "--group", "shop"]
    assert _counts(operator.json("send", file, *options)) == (2, 0, 0)
    (taken,) = until(lambda: operator.relay.conversions("s-1"))
    assert taken["event"]["event_name"] == "PURCHASE"
    assert operator.run("status", "s-1").code in (0, 4)
    assert {one["event_group_id"] for one in operator.relay.sandbox.requests() if "s-1" in one["event_ids"]} == {"shop"}


def test_a_broken_line_is_its_own_refusal_and_the_report_holds_no_data(operator: Operator, tmp_path: Path) -> None:
    bad_mail = _line("t-3", user_data={"em": "jane at example.com"})
    file = _file(tmp_path, "events.jsonl", _line("t-1"), "{broken", bad_mail, _line("t-4"))
    report = tmp_path / "refused.jsonl"
    said = operator.run("send", file, "--group", "g", "--report", str(report))
    assert said.code == 1
    refusals = [json.loads(line) for line in report.read_text().splitlines()]
    assert [(one["line"], one["event_id"]) for one in refusals] == [(2, None), (3, "t-3")]
    assert "user_data.em" in refusals[1]["errors"]
    assert "jane" not in report.read_text() + said.text + said.errors
    until(lambda: operator.relay.conversions("t-1") and operator.relay.conversions("t-4"))


def test_bytes_that_are_no_utf_8_are_the_fault_of_their_line(operator: Operator, tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    path.write_bytes(_line("u-1").encode() + b'\n{"event_name": "caf\xe9"}\n' + _line("u-3").encode())
    said = operator.json("send", str(path), "--group", "g")
    assert _counts(said) == (2, 0, 1)
    assert said["refusals"][0]["line"] == 2
    assert "UTF-8" in said["refusals"][0]["errors"]["line"]


def test_a_second_run_sends_only_what_was_not_accepted(operator: Operator, tmp_path: Path) -> None:
    # Two lines alike without an id: two lines, one conversion.
    file = _file(
        tmp_path, "again.jsonl", _line("v-1"), _line(None, event_time=NOW - 7), _line(None, event_time=NOW - 7)
    )
    assert _counts(operator.json("send", file, "--group", "g")) == (3, 0, 0)
    posts = _posted(operator)
    assert _counts(operator.json("send", file, "--group", "g")) == (0, 3, 0)
    assert _posted(operator) == posts
    with Path(file).open("a") as more:
        more.write(_line("v-9") + "\n" + _line(None, event_time=NOW - 7) + "\n")  # a third line alike is a new one
    assert _counts(operator.json("send", file, "--group", "g")) == (2, 3, 0)
    assert _counts(operator.json("send", file, "--group", "g", "--again")) == (5, 0, 0)


def test_a_crash_in_the_middle_of_the_memory_forgets_nothing_before_it(operator: Operator, tmp_path: Path) -> None:
    file = _file(tmp_path, "crash.jsonl", _line("w-1"), _line("w-2"))
    operator.run("send", file, "--group", "g")
    memory = Path(f"{file}.relay-local")
    memory.write_text(memory.read_text()[:-10])  # the last digest is torn
    assert _counts(operator.json("send", file, "--group", "g")) == (1, 1, 0)
    assert _counts(operator.json("send", file, "--group", "g")) == (0, 2, 0)
    assert "jane" not in memory.read_text()


def test_other_options_than_the_first_time_are_refused(operator: Operator, tmp_path: Path) -> None:
    file = _file(tmp_path, "way.jsonl", _line("x-1"))
    operator.run("send", file, "--group", "g")
    said = operator.run("send", file, "--group", "other")
    assert said.code == 3
    assert "--again" in said.errors


def test_a_dry_run_asks_roku_and_queues_nothing(operator: Operator, tmp_path: Path) -> None:
    file = _file(tmp_path, "dry.jsonl", _line("y-1"), _line("y-2"))
    operator.relay.refuse("y-2")
    posts = _posted(operator)
    said = operator.json("send", file, "--group", "g", "--dry-run")
    operator.relay.accept()
    assert _counts(said) == (1, 0, 1)
    assert "is too old" in said["refusals"][0]["errors"]["roku"]
    assert _posted(operator) == posts
    assert not Path(f"{file}.relay-local").exists()


@pytest.mark.parametrize(
    "content",
    [
        {"event_group_id": "g", "events": [json.loads(_line("z-1")), json.loads(_line("z-2"))]},
        [json.loads(_line("z-1")) | {"event_group_id": "g"}, json.loads(_line("z-2")) | {"event_group_id": "h"}],
    ],
    ids=["body", "array"],
)
def test_json_as_it_is_posted_or_as_an_array(operator: Operator, tmp_path: Path, content: Any) -> None:
    path = tmp_path / "body.json"
    path.write_text(json.dumps(content))
    assert _counts(operator.json("send", str(path))) == (2, 0, 0)


def test_one_event_of_stdin(operator: Operator) -> None:
    said = operator.run("send", "-", "--format", "jsonl", "--group", "g", "--json", answer=_line("stdin-1"))
    assert _counts(said.json()) == (1, 0, 0)


def test_more_events_than_a_post_takes_go_in_several(operator: Operator, tmp_path: Path) -> None:
    file = _file(tmp_path, "large.jsonl", *(_line(f"large-{number}") for number in range(2_100)))
    posts = _posted(operator)
    assert _counts(operator.json("send", file, "--group", "g")) == (2_100, 0, 0)
    assert _posted(operator) == posts + 3


def test_a_key_that_nobody_knows_stops_at_once(operator: Operator, tmp_path: Path) -> None:
    file = _file(tmp_path, "key.jsonl", _line("k-1"))
    said = operator.run("send", file, "--group", "g", "--key", "nobody-knows-this")
    assert said.code == 3
    assert "--key" in said.errors
    assert "nobody-knows-this" not in said.errors


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("none.csv", None, "there is no file"),
        ("what.dat", b"x", "--format json, jsonl or csv"),
        ("sheet.csv", b"PK\x03\x04rest", "export it as CSV"),
        ("broken.json", b"{", "is not JSON"),
        ("array.jsonl", b"[\n{}]", "one object a line"),
        ("header.csv", b"foo,bar\n1,2\n", "header row"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_fix(
    operator: Operator, tmp_path: Path, name: str, content: bytes | None, word: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    said = operator.run("send", str(tmp_path / name))
    assert said.code == (2 if name == "what.dat" else 3)
    assert word in said.errors
    assert len(said.errors.splitlines()) == 1
