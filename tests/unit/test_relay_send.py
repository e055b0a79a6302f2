"""`relay send` before and after its posts: letters of a file, what it asks, what it remembers, what it tells."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.values.moments import Habits
from relay.errors import Misuse, Trouble
from relay.files import file_questions
from relay.files.checkpoint import Sent
from relay.files.file_questions import again_means, asking
from relay.files.inputs import Item, Reading, items
from relay.files.send_answer import reasons, tell
from relay.files.sending import Tally
from relay.printing import Out
from sources.files.file_times import Open

PERSON = "Zoë Müller"
TABLE = f"event_name,event_time,email,city\nLEAD,1772442900,zoe@example.org,{PERSON}\n"


def read(path: Path, **reading: Any) -> tuple[list[Item], list[str]]:
    said: list[str] = []
    return list(items(str(path), Reading(**reading), say=said.append)), said


def written(folder: Path, content: bytes, name: str = "leads.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def city(found: list[Item]) -> Any:
    (item,) = found
    assert item.conversion is not None, item.fault
    return item.conversion["user_data"]["ct"]


# ── letters ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_a_word_about_it(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, TABLE.encode(encoding))
    found, said = read(path)
    assert city(found) == PERSON
    assert said == [f"{path} is UTF-16, and was read so"]


def test_a_table_of_windows_is_read_with_a_word_about_it(tmp_path: Path) -> None:
    found, said = read(written(tmp_path, TABLE.encode("cp1252")))
    assert city(found) == PERSON
    assert len(said) == 1
    assert "Windows-1252" in said[0]
    assert "--encoding" in said[0]


@pytest.mark.parametrize("content", [TABLE.encode(), TABLE.encode("utf-8-sig"), TABLE.replace(PERSON, "Zoe").encode()])
def test_of_utf_8_nothing_is_said(tmp_path: Path, content: bytes) -> None:
    assert read(written(tmp_path, content))[1] == []


def test_a_broken_byte_in_a_file_of_utf_8_is_its_lines_fault(tmp_path: Path) -> None:
    found, said = read(written(tmp_path, TABLE.encode() + b"LEAD,1772442900,b@example.org,Caf\xe9\n"))
    assert said == []
    assert [item.fault is None for item in found] == [True, False]
    assert "UTF-8" in str(found[1].fault)


def test_letters_of_another_alphabet_are_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, TABLE.replace(PERSON, "Москва").encode("cp1251"))
    with pytest.raises(Trouble, match="--encoding"):
        read(path)
    assert city(read(path, encoding="cp1251")[0]) == "Москва"


def test_an_encoding_that_nobody_knows_is_misuse(tmp_path: Path) -> None:
    for name in ("nobodys", "base64"):
        with pytest.raises(Misuse, match="--encoding"):
            read(written(tmp_path, TABLE.encode()), encoding=name)


def test_json_lines_are_utf_8_whatever_a_line_holds(tmp_path: Path) -> None:
    found, said = read(written(tmp_path, b'{"event_name": "caf\xe9"}\n{"event_name": "LEAD"}\n', "leads.jsonl"))
    assert [item.fault is None for item in found] == [False, True]
    assert said == []


# ── what is asked ────────────────────────────────────────────────────────────────────────────────────────────────────


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@contextmanager
def _paused() -> Iterator[None]:
    yield


def test_at_a_terminal_the_zone_and_the_order_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["mdy", "America/New_York"]
    asked: list[str] = []

    def question(text: str, default: str | None, check: Any) -> str:
        asked.append(text)
        return str(check(answers.pop(0)))

    monkeypatch.setattr(file_questions, "question", question)
    monkeypatch.setattr("sys.stdin", _Terminal())
    ask = asking("deals.csv", Out(), _paused)
    habits = ask(Open("3/2/2026", "3/2/2026", None), Habits())
    assert (str(habits.zone), habits.order) == ("America/New_York", "mdy")
    assert all("deals.csv" in text and "3/2/2026" in text for text in asked)


@pytest.mark.parametrize(
    ("unsaid", "option"),
    [(Open("3/2/2026", "3/2/2026", "a report"), "--date-order"), (Open("2026-03-02", None, "a report"), "--time-zone")],
)
def test_elsewhere_a_known_export_is_refused_with_the_option_that_says_it(
    monkeypatch: pytest.MonkeyPatch, unsaid: Open, option: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(Misuse, match=option):
        asking("deals.csv", Out(), _paused)(unsaid, Habits())


def test_elsewhere_any_other_file_is_read_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert asking("deals.csv", Out(), _paused)(Open("2026-03-02", "3/2/2026", None), Habits()) == Habits()


def test_what_again_means_depends_on_what_the_stack_remembers() -> None:
    assert "changes nothing" in again_means(0, "7")
    assert "12 lines again that were accepted before" in again_means(12, "7")
    assert "counts once for 7 days" in again_means(12, "7")
    assert "no ledger" in again_means(1, "0")


# ── what is remembered ───────────────────────────────────────────────────────────────────────────────────────────────

DIGESTS = ["a" * 20, "b" * 20]


def sent(file: Path, *accepted: str, group: str = "g", again: bool = False) -> Sent:
    memory = Sent(str(file), "ads", "stack-1", {"group": group}, again=again)
    with memory:
        memory.add(list(accepted))
    return memory


def test_a_try_of_which_nothing_was_accepted_binds_nobody(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    sent(file)
    assert list(tmp_path.iterdir()) == []
    sent(file, *DIGESTS, group="other")
    assert sent(file, group="other").knows(DIGESTS[0])
    with pytest.raises(Trouble, match="2 lines that were accepted"):
        sent(file)


def test_a_memory_of_nothing_that_an_older_version_left_binds_nobody(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    Path(f"{file}.relay-ads").write_text(json.dumps({"relay": 1, "stack": "stack-1", "way": "of old"}) + "\n")
    sent(file, DIGESTS[0])
    assert sent(file).knows(DIGESTS[0])


def test_again_forgets_at_the_first_acceptance_and_not_before(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    sent(file, *DIGESTS)
    failed = sent(file, again=True)
    assert failed.forgotten == 2
    assert not failed.knows(DIGESTS[0])
    assert sent(file).knows(DIGESTS[0])  # it failed: what was accepted is known still
    sent(file, DIGESTS[1], group="other", again=True)
    after = sent(file, group="other")
    assert (after.knows(DIGESTS[0]), after.knows(DIGESTS[1])) == (False, True)


# ── what is told ─────────────────────────────────────────────────────────────────────────────────────────────────────


def refusal(line: int, text: str, event_id: str | None = None) -> dict[str, Any]:
    return {"line": line, "event_id": event_id, "errors": {"event_time": text}}


def test_refusals_are_told_by_their_reason_the_most_frequent_first(capsys: pytest.CaptureFixture[str]) -> None:
    refused = [refusal(2, "is in the future", "o-1"), *(refusal(line, "could be two days") for line in range(3, 40))]
    tell(Out(), [Tally("orders.csv", refused=refused)], None, dry_run=False)
    printed = capsys.readouterr().out.splitlines()[2:]
    assert printed == [
        "37 lines (orders.csv:3 and others): event_time: could be two days",
        "orders.csv:2 (o-1): event_time: is in the future",
    ]


def test_of_many_reasons_the_rest_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    tell(Out(), [Tally("a.csv", refused=[refusal(line, f"is {line}") for line in range(2, 14)])], None, dry_run=False)
    assert capsys.readouterr().out.splitlines()[-1] == "and 2 further reasons: --report FILE writes all refusals"


def test_programs_get_the_reasons_and_what_was_left_out_with_their_counts(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally("a.csv", refused=[refusal(2, "is old"), refusal(3, "is old")], ignored=Counter({"was refunded": 4}))
    tell(Out(as_json=True), [tally], None, dry_run=False)
    answer = json.loads(capsys.readouterr().out)
    assert answer["reasons"] == [{"reason": "event_time: is old", "count": 2}]
    assert answer["files"][0]["ignored"] == [{"reason": "was refunded", "count": 4}]
    assert [one["line"] for one in answer["refusals"]] == [2, 3]


def test_what_is_no_conversion_is_told_with_its_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = "email,event_name,event_time,amount,Amount Refunded\n" + "a@example.org,PURCHASE,1772442900,30,30\n" * 3
    tally = Tally("orders.csv")
    found = list(items(str(written(tmp_path, lines.encode())), Reading(), say=print, ignored=tally.ignored))
    assert found == []
    tell(Out(), [tally], None, dry_run=False)
    assert "3 lines left out: the order was refunded" in capsys.readouterr().out
    assert reasons([]) == []
