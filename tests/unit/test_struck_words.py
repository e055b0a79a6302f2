"""The check of `make lint` that the words which docs/words.md strikes are written nowhere."""

from pathlib import Path

import pytest

from tests.programs import program

ROOT = Path(__file__).parents[2]
words = program("words")

_PAGE = """# Words

| Not | But |
|---|---|
| kept, since another table has it | - |

## Words that we do not use

| Not | But | Why |
|---|---|---|
| frob, frobs | turn | one reason |
| is handed 200 | gets 200 | another |
| by and large | mostly | a third |

## After

| Not | But |
|---|---|
| free | - |
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "words.md").write_text(_PAGE, encoding="utf-8")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("src/a.py", "x = 1\n# Frob it", "src/a.py:2: 'Frob': write 'turn'"),
        ("docs/a.md", "it frobs.", "docs/a.md:1: 'frobs': write 'turn'"),
        ("template.yaml", "D: is handed 429 then", "template.yaml:1: 'is handed 429': write 'gets 200'"),
        ("src/a.py", "# it is by and\n    # large so", "src/a.py:1: 'by and large': write 'mostly'"),
        ("src/a.js", "// by\n// and large", "src/a.js:1: 'by and large': write 'mostly'"),
        ("tests/unit/test_a.py", "def test_it_frobs() -> None:", "tests/unit/test_a.py:1: 'frobs': write 'turn'"),
        ("Makefile", "a: ## frob", "Makefile:1: 'frob': write 'turn'"),
    ],
)
def test_a_struck_word_is_found_where_it_is_written(project: Path, name: str, text: str, told: str) -> None:
    write(project, name, text)
    assert [line.removesuffix(" (docs/words.md)") for line in words.found(project)] == [told]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("src/a.py", "frobber, afrob"),  # parts of other words
        ("docs/a.md", "kept, free, is handed over, by and by"),
        ("docs/words.md", _PAGE),
        ("bench/npm/node_modules/other/a.js", "frob"),
        ("tests/unit/golden/a.json", "frob"),  # what others sent
        ("docs/a.png", "frob"),
    ],
)
def test_other_words_and_others_files_pass(project: Path, name: str, text: str) -> None:
    write(project, name, text)
    assert list(words.found(project)) == []


def test_a_page_without_its_table_is_an_error(project: Path) -> None:
    write(project, "docs/words.md", "# Words\n")
    with pytest.raises(ValueError, match="has no table"):
        list(words.found(project))
