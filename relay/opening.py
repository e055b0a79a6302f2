"""A file of the operator's, opened as text; what is no text is refused with what to do."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from relay.errors import Trouble

STDIN = "-"
_OTHERS = {
    b"\x1f\x8b": "is compressed: unpack it first (gunzip)",
    b"PK\x03\x04": "is a spreadsheet or an archive: export it as CSV in UTF-8",
    b"\xd0\xcf\x11\xe0": "is a spreadsheet: export it as CSV in UTF-8",
    b"\xff\xfe": "is UTF-16: export it in UTF-8",
    b"\xfe\xff": "is UTF-16: export it in UTF-8",
}


@contextmanager
def opened(path: str) -> Iterator[TextIO]:
    """The lines of a file, or of standard input. Raises Trouble."""
    # A byte that is no UTF-8 becomes half a surrogate pair: the fault of its line, not the end of the file.
    if path == STDIN:
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape", newline="")  # type: ignore[union-attr]
        yield sys.stdin
        return
    try:
        with Path(path).open("rb") as binary:
            start = binary.read(4)
    except FileNotFoundError:
        raise Trouble(f"there is no file {path}") from None
    for mark, fault in _OTHERS.items():
        if start.startswith(mark):
            raise Trouble(f"{path} {fault}")
    with Path(path).open(encoding="utf-8", errors="surrogateescape", newline="") as text:
        yield text
