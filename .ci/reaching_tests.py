"""The tests that reach each function, and how a fork of the process that read them runs some of them."""

import json
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

ROOT, COPY, REACHED = Path.cwd(), Path("mutants"), Path("mutants/reached.json")
SUSPICIOUS, TOO_LONG = 35, 36  # mutmut's words for a trial that failed itself, and for one that did not end
PROCESSOR = 2, 5  # a test may take so many seconds of the processor, and so often what it takes without a change
# One that waits for what never comes takes less than so much of it in so many seconds by the clock. One that works may
# take minutes on a busy machine.
IDLE, CLOCK = 0.05, 20
MEMORY = 6 * 2**30  # bytes: a loop that adds to a list does not end by itself


@dataclass(frozen=True, slots=True)
class Test:
    """A test, and the seconds of the processor that it takes without a change."""

    item: pytest.Item
    seconds: float


def tests_of_functions(items: Sequence[pytest.Item]) -> dict[str, list[Test]]:
    """The tests that reach each function: found in a fork, so that no thread and no cache of theirs is left here."""
    known = json.loads(REACHED.read_text(encoding="utf-8")) if REACHED.exists() else {}
    if os.waitpid(fork(partial(_without_changes, _not_known(items, known), known)), 0)[1]:
        raise SystemExit("A test fails without any change, where mutmut put its copies: see above.")
    by_name = {item.nodeid: item for item in items}
    found: defaultdict[str, list[Test]] = defaultdict(list)
    for name, (seconds, functions) in json.loads(REACHED.read_text(encoding="utf-8")).items():
        for function in functions if name in by_name else ():
            found[function].append(Test(by_name[name], seconds))
    return found


def _not_known(items: Sequence[pytest.Item], known: dict[str, tuple[float, list[str]]]) -> list[pytest.Item]:
    """The tests that are newer than what is known of them; all if any code is."""
    written = REACHED.stat().st_mtime if known else 0.0
    if any(file.stat().st_mtime > written for file in Path("src").rglob("*.py")):
        return list(items)
    return [item for item in items if item.nodeid not in known or item.path.stat().st_mtime > written]


def _without_changes(items: Sequence[pytest.Item], known: dict[str, tuple[float, list[str]]]) -> int:
    switch_to("stats")
    found, began = known, time.process_time()
    for test in each_run([Test(item, 60.0) for item in items]):
        if test.item.session.testsfailed:
            print(f"{test.item.nodeid} fails", file=sys.stderr)
            return 1
        ended = time.process_time()
        found[test.item.nodeid] = (ended - began, sorted(state()._stats))  # noqa: SLF001
        state()._stats.clear()  # noqa: SLF001
        began = ended
    (ROOT / REACHED).write_text(json.dumps(found), encoding="utf-8")
    return 0


def switch_to(mutant: str) -> None:
    """Be the fork that tries this mutant: it prints nothing, and has not all memory."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    set_mutant_under_test(mutant)


def each_run(tests: Sequence[Test]) -> Iterator[Test]:
    """Run one test after the other; one that takes far too long ends this process."""
    for test, following in zip(tests, [*(test.item for test in tests), None][1:], strict=True):
        longest = ceil(time.process_time() + PROCESSOR[0] + PROCESSOR[1] * test.seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (longest, resource.RLIM_INFINITY))
        _end_if_idle(time.process_time())
        test.item.ihook.pytest_runtest_protocol(item=test.item, nextitem=following)
        yield test


def _end_if_idle(used: float) -> None:
    def look(*_: object) -> None:
        now = time.process_time()
        if now - used < IDLE:
            os._exit(TOO_LONG)
        _end_if_idle(now)

    signal.signal(signal.SIGALRM, look)
    signal.alarm(CLOCK)


def fork(work: Callable[[], int]) -> int:
    """Do this in a fork, where the copies are, and end with its result; return the number of the process."""
    sys.stdout.flush()
    if pid := os.fork():
        return pid
    code = SUSPICIOUS
    with suppress(BaseException):
        os.chdir(COPY)
        code = work()
    os._exit(code)
