"""Tries mutants: one process reads all tests, and a fork of it for each mutant runs those that reach what is changed.

mutmut's own way starts pytest and reads the tests again for each mutant, which takes 50 times as long as the tests that
notice it. Here those come first that noticed others, then the quickest, and the first that fails ends the trial.
"""

import gc
import os
import resource
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

import pytest
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.utils.file_utils import change_cwd, walk_mutatable_files
from mutmut.utils.format_utils import mangled_name_from_mutant_name
from reaching_tests import COPY, ROOT, TOO_LONG, Test, each_run, fork, switch_to, tests_of_functions

EXAMPLES = 10  # of each property: what only the hundredth example notices is not held firmly
SURVIVED, NOTICED, NO_TESTS = 0, 1, 33  # mutmut's words for what became of a mutant


def attempt(names: list[str], jobs: int, *, rest: bool) -> None:
    """Try the mutants of these names (all if there are none), so many at a time; mutmut's files hold the results.

    With `rest`, those that have a result already are left out.
    """
    quick = ["--rootdir=.", "-q", "-s", "--assert=plain", "--tb=native", "-p", "no:cacheprovider"]
    with change_cwd(COPY):
        code = pytest.main(
            [*quick, *config().pytest_add_cli_args_test_selection], plugins=[_Trial(names, jobs, rest=rest)]
        )
    if code:
        raise SystemExit(f"pytest ended with {code!r}")


class _Trial:
    """Where pytest would run the tests, it tries the mutants with them."""

    def __init__(self, names: list[str], jobs: int, *, rest: bool) -> None:
        self.names, self.jobs, self.rest = names, jobs, rest
        self.noticed: Counter[str] = Counter()
        self.running: dict[int, tuple[str, int]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        from hypothesis import Phase, settings  # pytest wants to be the first that imports it

        for item in items:
            held, name = getattr(item, "obj", None), "_hypothesis_internal_use_settings"
            if (own := getattr(held, name, None)) is not None:
                examples = min(EXAMPLES, own.max_examples)
                setattr(held, name, settings(own, max_examples=examples, phases=[Phase.explicit, Phase.generate]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("a test could not be read")
        with change_cwd(ROOT):
            reached = tests_of_functions(session.items)
            gc.freeze()  # else each fork would copy all memory when it looks for garbage
            for path in walk_mutatable_files():
                began, data = _used(), SourceFileMutationData(path=path)
                data.load()
                chosen = [name for name, code in data.exit_code_by_key.items() if self._is_chosen(name, code)]
                for name, code in self._codes(chosen, reached):
                    data.exit_code_by_key[name] = code
                    data.save()
                if chosen:
                    self._check(path, chosen, reached)
                    print(f"{len(chosen):4} mutants, {_used() - began:6.1f} s of the processor  {path}", flush=True)
        return True

    def _is_chosen(self, name: str, code: int | None) -> bool:
        if self.rest and code is not None:
            return False
        return not self.names or any(fnmatch(name, pattern) for pattern in self.names)

    def _codes(self, mutants: list[str], reached: dict[str, list[Test]]) -> Iterator[tuple[str, int]]:
        for mutant in mutants:
            tests = reached.get(mangled_name_from_mutant_name(mutant), [])
            if not tests:
                yield mutant, NO_TESTS
                continue
            if len(self.running) == self.jobs:
                yield self._ended()
            self._start(mutant, mutant.split(".")[-2], tests)
        while self.running:
            yield self._ended()

    def _check(self, path: Path, mutants: list[str], reached: dict[str, list[Test]]) -> None:
        """Without a change no test may fail, in the order in which they were run last."""
        functions = {mangled_name_from_mutant_name(mutant) for mutant in mutants}
        tests = {test.item: test for function in functions for test in reached.get(function, [])}
        self._start("", path.stem, list(tests.values()))
        if self._ended()[1] != SURVIVED:
            raise SystemExit(f"{path}: a test fails in another order, or alone, without any change")

    def _start(self, mutant: str, module: str, tests: list[Test]) -> None:
        ordered = sorted(tests, key=partial(self._place, module))
        reader, writer = os.pipe()
        self.running[fork(partial(_survives, ordered, mutant, writer))] = mutant, reader
        os.close(writer)

    def _place(self, module: str, test: Test) -> tuple[int, bool, float]:
        """Where a test comes: first those that noticed most, then the module's own, then the quickest."""
        return -self.noticed[test.item.nodeid], module not in test.item.path.name, test.seconds

    def _ended(self) -> tuple[str, int]:
        pid, status = os.wait()
        mutant, reader = self.running.pop(pid)
        with os.fdopen(reader) as told:
            if name := told.read():
                self.noticed[name] += 1
        code = os.waitstatus_to_exitcode(status)
        return mutant, TOO_LONG if code < 0 else code


def _survives(tests: list[Test], mutant: str, writer: int) -> int:
    """What became of the mutant; the test that noticed it is written into the pipe."""
    switch_to(mutant)
    for test in each_run(tests):
        if test.item.session.testsfailed:
            os.write(writer, test.item.nodeid.encode()[:4000])
            return NOTICED
    return SURVIVED


def _used() -> float:
    """The seconds of the processor that trials have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
