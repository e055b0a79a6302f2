"""`relay` on a stack without a table (LedgerDays=0)."""

import pytest

from tests.e2e.operator import Operator

PARAMETERS = {"LedgerDays": "0"}


@pytest.mark.parametrize("verb", [("list",), ("close", "g"), ("accept-empty", "--destination", "roku", "--yes")])
def test_every_verb_of_circuits_says_that_there_is_no_table_and_what_to_do(
    operator: Operator, verb: tuple[str, ...]
) -> None:
    said = operator.run("circuit", *verb)
    assert said.code == 3
    assert "this stack has no table (LedgerDays=0)" in said.errors
    assert "LedgerDays of 1 or more" in said.errors


def test_doctor_says_what_that_means_for_circuits(operator: Operator) -> None:
    said = operator.run("doctor")
    assert said.code == 0
    assert "each process keeps its circuits to itself" in said.text
