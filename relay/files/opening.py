"""A file of the operator's, opened as text in the encoding that it has; any other file is refused, with what to do."""

import codecs
import io
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from relay.errors import Misuse, Trouble

STDIN = "-"
_OTHERS = {
    b"\x1f\x8b": "is compressed: unpack it first (gunzip)",
    b"PK\x03\x04": "is a spreadsheet or an archive: export it as CSV in UTF-8",
    b"\xd0\xcf\x11\xe0": "is a spreadsheet: export it as CSV in UTF-8",
}
_CHUNK = 1 << 20  # bytes
_HIGH = re.compile(rb"[\x80-\xff]+").findall
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]").search  # bytes that mean nothing in Windows-1252
_REAL = re.compile(r"[^\x00-\x7f\udc80-\udcff]").search  # a letter beyond ASCII that the bytes are UTF-8 of
_SAY_ELSE = "if that is wrong, say --encoding"


class Encoding(NamedTuple):
    """A codec's name, what becomes of bytes that it does not know, and what to tell the operator."""

    name: str
    errors: str
    note: str | None = None


# A byte that is not UTF-8 becomes half a surrogate pair: the fault of its line, not the end of the file.
_UTF_8 = Encoding("utf-8", "surrogateescape")


@contextmanager
def opened(
    path: str, *, asked: str | None = None, is_table: bool = False, say: Callable[[str], None] = lambda _: None
) -> Iterator[TextIO]:
    """The lines of a file, or of standard input, in the encoding `asked` for, or in that which it shows.

    `is_table`: a spreadsheet may have written it, in an encoding of Windows. `say` is told what was taken. Raises
    Trouble.
    """
    if asked is not None:
        _check(asked)
    if path == STDIN:
        found = _of_start(_peeked(sys.stdin.buffer)) or _UTF_8 if asked is None else Encoding(asked, "replace")
        sys.stdin.reconfigure(encoding=found.name, errors=found.errors, newline="")  # type: ignore[union-attr]
        yield sys.stdin
        return
    try:
        with Path(path).open("rb") as binary:
            found = _encoding_of(path, binary, is_table=is_table) if asked is None else Encoding(asked, "replace")
    except FileNotFoundError:
        raise Trouble(f"there is no file {path}") from None
    if found.note:
        say(f"{path} {found.note}")
    with Path(path).open(encoding=found.name, errors=found.errors, newline="") as text:
        yield text


def _check(name: str) -> None:
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=name)
    except LookupError:
        raise Misuse(f"--encoding {name} is not known: say utf-8, utf-16, cp1252, cp1251 or another") from None


def _peeked(stdin: BinaryIO) -> bytes:
    peek = getattr(stdin, "peek", None)
    return bytes(peek(4)) if peek is not None else b""


def _encoding_of(path: str, binary: BinaryIO, *, is_table: bool) -> Encoding:
    """The encoding that the bytes of a file show. Raises Trouble for what is not text, or may be any of several."""
    start = binary.read(4)
    for mark, fault in _OTHERS.items():
        if start.startswith(mark):
            raise Trouble(f"{path} {fault}")
    if (known := _of_start(start)) is not None:
        return known
    binary.seek(0)
    return _of_letters(path, binary) if is_table else _UTF_8


def _of_start(start: bytes) -> Encoding | None:
    """UTF-16 by its byte order mark, or by the zeros that it has beside Latin letters."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", "replace", "is UTF-16, and was read so")
    for name, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if len(start) == 4 and zeros == b"\0\0":
            return Encoding(name, "replace", "is UTF-16, and was read so")
    return None


def _of_letters(path: str, binary: BinaryIO) -> Encoding:
    """UTF-8 where some letter beyond ASCII is it, else Windows-1252, which Excel writes in Western countries."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    runs = long_runs = 0
    undefined = False
    while chunk := binary.read(_CHUNK):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        if _REAL(decoder.decode(chunk)):
            return _UTF_8
        found = _HIGH(chunk)
        runs += len(found)
        long_runs += sum(len(run) > 2 for run in found)
        undefined = undefined or _UNDEFINED(chunk) is not None
    if not runs:
        return _UTF_8
    if undefined or long_runs * 2 > runs:
        raise Trouble(
            f"{path} is neither UTF-8 nor Windows-1252: export it in UTF-8, or say --encoding (cp1251 is Cyrillic)"
        )
    return Encoding("cp1252", "replace", f"is not UTF-8, and was read as Windows-1252: {_SAY_ELSE}")
