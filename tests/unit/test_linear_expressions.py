"""The check of `make lint` that every regular expression is linear finds those that are not, and no others."""

import importlib.util
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_FILE = Path(__file__).parents[2] / ".ci" / "linear.py"
_SPEC = importlib.util.spec_from_file_location("linear", _FILE)
assert _SPEC is not None
assert _SPEC.loader is not None
linear: Any = importlib.util.module_from_spec(_SPEC)
sys.modules["linear"] = linear
sys.path.insert(0, str(_FILE.parent))
_SPEC.loader.exec_module(linear)
sys.path.remove(str(_FILE.parent))

SQUARE = [
    (r"https?://[^\s/?#]+[^\s]*", "fullmatch"),  # the one that cost 37 s
    (r"[\s,;]*(?:ext|x)\s*\d{1,7}$", "search"),
    (r"\d+x", "search"),
    (r"\s+$", "sub"),
    (r"<.*>", "search"),
    (r"a*a*", "fullmatch"),
    (r"(?:a|b)*(?:a|c)*d", "match"),
    (r"\$\{([^}]+)\}", "findall"),
    (r"[+\d][\d\s]{5,}(?:\s*x.*)?", "fullmatch"),
    (r"\"(?:[^\"\\]|\\.)*(?:\"|\Z)", "sub"),  # a text of \" that ends with a backslash
    (r"\S*\d\S*", "sub"),
]
DOUBLING = [(r"(a+)+b", "match"), (r"(?:a*)*b", "match"), (r"(?:(?:x+)y?)*z", "fullmatch")]
LINEAR = [
    (r"https?://[^\s/?#]\S*", "fullmatch"),
    (r"\d+x", "fullmatch"),
    (r"\d+x", "match"),
    (r"\d+", "findall"),
    (r"a*b*c", "fullmatch"),
    (r"a*a*", "match"),
    (r"^\s*a", "search"),
    (r"[\W_]+", "sub"),
    (r"<[^<>]*>", "search"),
    (r"\"(?:[^\"\\]|\\.)*(?:\"|\\?\Z)", "sub"),
    (r"\+?\d(?:[\s().-]{0,2}\d){6,}", "sub"),
    (r"[^@]+@[^@]+\.[^@.]+", "fullmatch"),
    (r"(?i:K+)k?", "match"),
    (r"", "search"),
]


@pytest.mark.parametrize(("pattern", "use"), SQUARE)
def test_an_expression_that_tries_a_square_of_times_is_found(pattern: str, use: str) -> None:
    assert "square" in linear.fault(pattern, re.DOTALL, use)


@pytest.mark.parametrize(("pattern", "use"), DOUBLING)
def test_a_loop_within_a_loop_is_found(pattern: str, use: str) -> None:
    assert linear.fault(pattern, 0, use) is not None


@pytest.mark.parametrize(("pattern", "use"), LINEAR)
def test_a_linear_expression_is_let_pass(pattern: str, use: str) -> None:
    assert linear.fault(pattern, re.DOTALL, use) is None


def test_the_flags_count() -> None:
    assert linear.fault("a+A+b", 0, "match") is None
    assert "square" in linear.fault("a+A+b", re.IGNORECASE, "match")


@pytest.mark.parametrize(
    ("pattern", "use", "text"),
    [
        (SQUARE[0][0], "fullmatch", lambda size: "http://" + "a" * size + " "),
        (r"\d+x", "search", lambda size: "1" * size),
        (r"\"(?:[^\"\\]|\\.)*(?:\"|\Z)", "search", lambda size: '\\"' * (size // 2) + "\\"),
    ],
)
def test_what_is_found_is_slow_indeed(pattern: str, use: str, text: Callable[[int], str]) -> None:
    def cost(size: int) -> float:
        begun = time.process_time()
        getattr(re.compile(pattern, re.DOTALL), use)(text(size))
        return time.process_time() - begun

    assert cost(16_000) > 8 * min(cost(2_000) for _ in range(3))  # 64 times for a text of 8 times the length


def test_each_expression_of_a_module_is_checked_with_its_own_use() -> None:
    source = (
        "import re\n"
        "A = re.compile(f'{LETTER}+', re.IGNORECASE).fullmatch\n"
        "B = re.compile('b')\n"
        "def f(name, text):\n"
        "    return re.sub('c', '', text) + str(re.match(rf'{re.escape(name)}-d', text, flags=re.DOTALL))\n"
    )
    assert sorted(linear.expressions(source, {"re": re, "LETTER": "a"})) == [
        (2, "a+", int(re.IGNORECASE), "fullmatch"),
        (3, "b", 0, "compile"),
        (5, "c", 0, "sub"),
        (5, "x-d", int(re.DOTALL), "match"),
    ]


def test_nothing_to_check_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert linear.main([str(tmp_path)]) == 1
    assert "0 regular expressions" in capsys.readouterr().out
