"""`make size`: what is counted in a part, what of it is later work, and what is written twice."""

from pathlib import Path

import pytest

from tests.programs import program

ROOT = Path(__file__).parents[2]
size = program("size")

SENTENCES = """
[[core]]
name = "consent"
sentence = "No refusal is unheard"
files = ["src/pipeline/consent/*.py", "src/pipeline/gone.py"]
[[local]]
name = "repairs"
sentence = "Queues behave as at AWS"
files = ["local/moto.py"]
"""
LINES = {
    "src/handlers/ingest.py": 3,
    "src/pipeline/values/rules.py": 5,
    "src/pipeline/consent/decision.py": 7,
    "src/roku/event.py": 11,
    "local/stack.py": 13,
    "local/moto.py": 17,
    "local/console/page.py": 19,
    "local/roku_sandbox/sandbox.py": 23,
    "local/sandbox/sandbox.py": 29,
    "template.yaml": 31,
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A small project, in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name, number in LINES.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{path.stem} = {line}\n" for line in range(number)))
    return [Path(name) for name in LINES if name.endswith(".py")]


def test_the_core_is_without_later_work_and_other_parts_are_whole(tree: list[Path]) -> None:
    found = {name: lines for name, lines, _ in size.parts(tree, size.named_rooms(SENTENCES, tree))}
    assert found["core (handlers and pipeline)"] == 3 + 5
    assert found["Roku"] == 11
    assert found["local, no console, no sandboxes"] == 13 + 17
    assert found["template.yaml"] == 31


def test_a_room_has_the_files_that_its_patterns_match_and_says_which_match_none(tree: list[Path]) -> None:
    consent, repairs = size.named_rooms(SENTENCES, tree)
    assert consent.files == (Path("src/pipeline/consent/decision.py"),)
    assert consent.lacking == ["src/pipeline/gone.py"]
    assert (repairs.files, repairs.lacking) == ((Path("local/moto.py"),), [])


def test_six_equal_lines_in_two_files_are_one_piece_and_five_are_none(tree: list[Path]) -> None:
    text = "".join(f"value = made({number})\n" for number in range(6))
    Path("src/roku/event.py").write_text("import one\n" + text)
    Path("local/stack.py").write_text(text + "done = True\n")
    Path("local/moto.py").write_text(text.partition("\n")[2])
    found = size.repeated([Path("src/roku/event.py"), Path("local/stack.py"), Path("local/moto.py")])
    assert found == [(Path("src/roku/event.py"), 2, Path("local/stack.py"), 1, 6)]
