"""The script for web pages as it is served: how large it may be, what names it, what is taken out of its source."""

from hashlib import sha256
from importlib.resources import files

import pytest

from browser.script import served, stripped

SOURCE = files("browser").joinpath("relay.js").read_text(encoding="utf-8")


def test_it_has_at_most_2048_bytes() -> None:
    assert 0 < len(served().content) <= 2_048


def test_version_and_etag_are_digests_of_what_is_served() -> None:
    script = served()
    assert sha256(script.content).hexdigest().startswith(script.version)
    assert len(script.version) == 12  # 48 bits: two versions that are alike do not happen
    assert script.etag == f'"{script.version}"'


def test_it_is_read_once() -> None:
    assert served() is served()


def test_all_code_is_served_and_no_comment() -> None:
    code = [line.strip() for line in SOURCE.splitlines() if line.strip() and not line.strip().startswith("//")]
    assert served().content.decode().splitlines() == code
    assert len(code) < len(SOURCE.splitlines())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("// a comment\nf()\n", "f()\n"),
        ("  // an indented comment\n    f()\n", "f()\n"),
        ("//\nf()", "f()\n"),
        ("f()\n\n  \ng()\n", "f()\ng()\n"),
        ("\tf()\n", "f()\n"),
        ('let url = "https://example.com" // behind code\n', 'let url = "https://example.com" // behind code\n'),
        ("let pattern = /[?&]a/\n", "let pattern = /[?&]a/\n"),
        ("  let text = '  //  '\n", "let text = '  //  '\n"),
    ],
)
def test_only_comment_lines_and_indentation_are_taken_out(source: str, expected: str) -> None:
    assert stripped(source) == expected


def test_the_source_has_nothing_that_stripping_could_change() -> None:
    # A text of several lines would lose its indentation.
    assert "`" not in SOURCE
    assert "\\\n" not in SOURCE
    assert SOURCE.isascii()
