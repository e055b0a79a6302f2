"""Mutation testing: mutmut changes the core's functions, one place at a time, and the unit tests must notice.

Prints a score for each file and each change that no test noticed. Fails if a file's score is below 90 %, or if more
than 5 % of all changes are listed as equivalent. What is changed is configured in pyproject.toml (tool.mutmut).
"""

import argparse
import os
import re
import shutil
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants, setup_source_paths
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from reaching_tests import COPY
from trying_mutants import attempt

LEAST_SCORE, MOST_EQUIVALENT = 0.90, 0.05
EQUIVALENT = Path("tests/equivalent_mutants.toml")
NOTICED = {"killed", "timeout", "segfault", "caught by type check"}


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the function, and what it takes away and puts in its place: whole lines, or a part that repeats."""

    function: str
    was: str
    becomes: str

    def is_of(self, other: "Change") -> bool:
        """Whether the other one is this one, in the same function if this one names any."""
        return self.function in ("", other.function) and other.becomes in (
            other.was[:place] + self.becomes + other.was[place + len(self.was) :]
            for place in range(len(other.was))
            if other.was.startswith(self.was, place)
        )


def main(arguments: list[str]) -> int:
    """Try the mutants of the names that are given (all if there are none); 1 if the tests notice too little."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help='such as "pipeline.aws.sqs*"; all if there are none')
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="tried at the same time")
    parser.add_argument("--rest", action="store_true", help="only those that have no result yet: after an interruption")
    asked = parser.parse_args(arguments)
    if not asked.names and not asked.rest:
        shutil.rmtree(COPY, ignore_errors=True)  # its results are of older tests
    _make()
    attempt(asked.names, asked.jobs, rest=asked.rest)
    return _told(asked.names)


def _make() -> None:
    """Write the mutants of the files that changed since, and copy what the tests read."""
    set_mutant_under_test("mutant_generation")
    with redirect_stdout(StringIO()):
        copy_src_dir()
        copy_also_copy_files()
        setup_source_paths()
        create_mutants(os.cpu_count() or 1)


def _told(names: list[str]) -> int:
    """Print what survived and what each file has; 1 if that is too little."""
    equivalent = _equivalent()
    counted: dict[str, Counter[str]] = {}
    used: set[Change] = set()
    for path in walk_mutatable_files():
        for mutant, status in _checked(path):
            count = counted.setdefault(str(path), Counter())
            if status in NOTICED:
                count["killed"] += 1
                continue
            change = _change(mutant, Path(path))
            if (known := next((one for one in equivalent if one.is_of(change)), None)) is not None:
                used.add(known)
                count["equivalent"] += 1
            else:
                count["survived"] += 1
                print(f"\n{change.function}: {status}\n- {change.was}\n+ {change.becomes}")
    return _report(counted, unused=[] if names else [change for change in equivalent if change not in used])


def _checked(path: Path) -> Iterator[tuple[str, str]]:
    """The mutants of a file that were tried, each with what became of it."""
    data = SourceFileMutationData(path=path)
    data.load()
    found = ((mutant, status_by_exit_code[code]) for mutant, code in data.exit_code_by_key.items())
    return ((mutant, status) for mutant, status in found if status != "not checked")


def _report(counted: dict[str, Counter[str]], *, unused: list[Change]) -> int:
    low = []
    print()
    for path, count in sorted(counted.items()):
        score = count["killed"] / max(1, count["killed"] + count["survived"])
        if score < LEAST_SCORE:
            low.append(path)
        print(f"{score:6.1%}  {count['killed']:4} of {count.total():4}, {count['equivalent']:3} equivalent  {path}")
    total = sum(counted.values(), Counter())
    share = total["equivalent"] / max(1, total.total())
    print(f"{total['killed'] / max(1, total.total() - total['equivalent']):6.1%}  of {total.total()} mutants in all")
    print(f"{share:6.1%}  are equivalent ({EQUIVALENT} says why); {MOST_EQUIVALENT:.0%} may be")
    for change in unused:
        print(f"{EQUIVALENT}: no test misses this any more, remove it: {change.function}: {change.becomes}")
    for path in low:
        print(f"{path}: fewer than {LEAST_SCORE:.0%} are killed")
    return int(bool(low) or bool(unused) or share > MOST_EQUIVALENT or not counted)


def _change(mutant: str, path: Path) -> Change:
    lines = get_diff_for_mutant(mutant, path=path).splitlines()[2:]
    taken, put = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
    function = re.sub(r"x_|xǁ", "", mutant.rpartition("__mutmut_")[0], count=1).replace("ǁ", ".")
    return Change(function, " ".join(taken), " ".join(put))


def _equivalent() -> list[Change]:
    """Those that no test can notice, since they change nothing; each has its reason."""
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutant", [])
    for one in listed:
        if not one["reason"].strip():
            raise SystemExit(f"{EQUIVALENT}: {one['becomes']}: a reason is missing")
    return [Change(one.get("function", ""), one["was"], one["becomes"]) for one in listed]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
