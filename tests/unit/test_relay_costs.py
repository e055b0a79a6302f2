"""What `relay deploy` says that a stack costs is what bench computes, within the sixth part that "about" may mean."""

import ast
from pathlib import Path

import pytest

from bench import cost, cost_table, standing
from bench.figures import read
from relay import costs

ABOUT = 0.16


def computed(per_post: int) -> tuple[float, float]:
    """Dollars of a million conversions: without the ledger, and with it."""
    load = cost.Load(1_000_000, per_post)
    found = cost_table.columns(load, cost.Setting(), read(cost.RESULTS).figures, "roku")
    return sum(found["this relay"].values()), sum(found["with the ledger"].values())


def test_a_month_without_any_conversion() -> None:
    assert standing.a_month() == pytest.approx(costs.MONTH, rel=ABOUT)


@pytest.mark.parametrize(
    ("per_post", "said"),
    [
        (1, (costs.ONE_BY_ONE_WITHOUT, costs.ONE_BY_ONE)),
        (1_000, (costs.BY_THE_THOUSAND_WITHOUT, costs.BY_THE_THOUSAND)),
    ],
)
def test_a_million_conversions(per_post: int, said: tuple[float, float]) -> None:
    assert computed(per_post) == pytest.approx(said, rel=ABOUT)


def test_the_sentence_names_what_is_chosen() -> None:
    one, two = costs.told(1, ledger=True), costs.told(2, ledger=False)
    assert ("second destination" in one, "second destination" in two) == (False, True)
    assert (f"${costs.ONE_BY_ONE:.2f}" in one, f"${costs.ONE_BY_ONE_WITHOUT:.2f}" in two) == (True, True)


def test_the_command_line_is_installed_without_bench_and_so_imports_nothing_of_it() -> None:
    for file in Path(costs.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & {"bench", "local", "tests", "handlers"}, file.name
