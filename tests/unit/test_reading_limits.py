"""The check of `make lint` that files and functions can be read at once."""

from pathlib import Path

import pytest

from tests.programs import program

limits = program("reading_limits")


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "lines", "is_told"),
    [
        ("src/new/event.py", 200, False),
        ("src/new/event.py", 201, True),
        ("local/console/new.js", 201, True),
        ("tests/simulation/new.py", 201, True),
        ("tests/unit/test_new.py", 201, False),  # a list of cases
        ("bench/npm/node_modules/other/new.js", 201, False),  # not ours
    ],
)
def test_a_file_has_200_lines_at_most(tmp_path: Path, name: str, lines: int, is_told: bool) -> None:
    write(tmp_path, name, "\n" * lines)
    assert [text.partition(":")[0] for text in limits.too_long(tmp_path)] == [name] * is_told


# Each of these is one way more for radon, and none of them for ruff's C901.
@pytest.mark.parametrize("way", ["a and a", "a or a", "a if a else a", "[a for a in b if a]"])
@pytest.mark.parametrize("where", ["", "class A:\n    ", "def outer():\n    "])
def test_a_function_has_complexity_12_at_most(tmp_path: Path, way: str, where: str) -> None:
    each = 2 if "for" in way else 1  # the loop and its condition
    for count, expected in ((11 // each, []), (12 // each, ["src/new/event.py:inner"])):
        indent = "        " if where else "    "
        body = "".join(f"{indent}{way}\n" for _ in range(count))
        write(tmp_path, "src/new/event.py", f"{where}def inner(self, a, b):\n{body}")
        assert [text.partition(" ")[0] for text in limits.too_complex(tmp_path)] == expected
