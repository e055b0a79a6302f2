"""What of a file was accepted already, in a file beside it: a broken-off send goes on where it was.

A line is known by the digest of its content, as often as it was accepted. So a re-run sends what was not accepted, and
nothing else, also when lines were fixed, added or taken away meanwhile. The file holds digests and no data.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from relay.errors import Trouble
from relay.files.inputs import Item

_DIGITS = 20  # hex: 80 bits, of which no two lines of a file are the same by chance


class Sent:
    """The accepted lines of one file, for one stack and one way of reading it."""

    def __init__(self, path: str, stack: str, stack_id: str, way: Mapping[str, Any], *, again: bool = False) -> None:
        """Remember beside `path`; without a path (stdin) nothing is remembered.

        With `again` what was accepted before is forgotten, at the first acceptance.
        Raises Trouble if what was accepted was read in another way, for then its lines cannot be known again.
        """
        self._path = Path(f"{path}.relay-{stack}") if path != "-" else None
        self._header = {"relay": 1, "stack": stack_id, "way": _digest(way)}
        self._accepted: Counter[str] = Counter()
        self._file: Any = None
        self._is_fresh = True  # nothing that counts is in the file
        self.forgotten = 0  # accepted lines that will be sent again
        if self._path is not None and self._path.exists():
            self._load(self._path, again=again)

    def __enter__(self) -> Self:
        """Nothing is written before the first acceptance: a try that failed binds nobody to its options."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        if self._file is not None:
            self._file.close()

    def knows(self, digest: str) -> bool:
        """Whether such a line was accepted; each acceptance counts for one line."""
        if not self._accepted[digest]:
            return False
        self._accepted[digest] -= 1
        return True

    def add(self, digests: Sequence[str]) -> None:
        """These lines were accepted; they are on the disk when this returns."""
        if self._path is not None and digests:
            if self._file is None:
                self._file = self._begun(self._path)
            self._write(" ".join(digests))

    def _begun(self, path: Path) -> Any:
        """The file, opened for the first acceptance."""
        self._file = path.open("w" if self._is_fresh else "a", encoding="utf-8")
        if self._is_fresh:
            self._write(json.dumps(self._header))
        else:
            self._file.write("\n")  # a line that a crash broke off ends here
        return self._file

    def _write(self, line: str) -> None:
        self._file.write(line + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _load(self, path: Path, *, again: bool) -> None:
        first, *rest = path.read_text(encoding="utf-8", errors="replace").split("\n")
        try:
            header = json.loads(first)
        except ValueError:
            header = None
        if not isinstance(header, dict) or header.get("stack") != self._header["stack"]:
            return  # of a stack that is gone, or broken off in its first line
        accepted = [digest for line in rest for digest in line.split() if len(digest) == _DIGITS]
        if again or not accepted:
            self.forgotten = len(accepted)
            return
        if header != self._header:
            raise Trouble(
                f"{path.name} remembers {len(accepted)} lines that were accepted of this file under other --map, --set,"
                " --group or --format: use the same ones, or --again to send everything again (it says first what that"
                " does)"
            )
        self._is_fresh = False
        self._accepted.update(accepted)


def digest_of(item: Item) -> str:
    """The digest of a line's content, as it is posted."""
    return _digest([item.head, item.conversion])


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:_DIGITS]
