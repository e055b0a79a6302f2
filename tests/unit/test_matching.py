"""The population of the bench in small: people of every country, in every way, reach the digest of the person."""

import ast
from pathlib import Path

import phonenumbers
import pytest

from bench.matching import counting, doors, people, ways
from bench.matching.countries import COUNTRIES
from pipeline.values.place_names import COUNTRIES as OF_ISO
from pipeline.values.state_names import STATES

BENCH = Path(__file__).parents[2] / "bench" / "matching"
OURS = {"pipeline", "roku", "rokt", "sources", "destinations", "handlers"}
SOME = tuple(people.population(100))


@pytest.fixture(scope="module")
def counted() -> counting.Count:
    return counting.count(ways.WAYS, SOME, doors.sent)


def test_at_least_99_of_100_fields_reach_the_person(counted: counting.Count) -> None:
    assert len(ways.WAYS) == 30
    assert counted.share() >= 0.99
    assert {way: share for way, share in counted.by(0).items() if share < 0.97} == {}


def test_a_wrong_digest_counts_as_missed() -> None:
    def nobody(_way: ways.Way, some: object) -> list[dict[str, str]]:
        return [{"em": "0" * 64} for _ in SOME]

    missed = counting.count(ways.WAYS[:2], SOME, nobody, batch=len(SOME))
    assert missed.share() == 0
    assert ("as the page asks for it", "em") in missed.missed


@pytest.mark.parametrize("file", ["countries", "people", "parts", "writings", "ways"])
def test_the_population_is_made_without_the_relay(file: str) -> None:
    tree = ast.parse((BENCH / f"{file}.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in imported} & OURS


def test_the_people_are_possible() -> None:
    for person in SOME:
        assert phonenumbers.is_possible_number(phonenumbers.parse(person.e164))
    for country in COUNTRIES:
        assert f"{country.code}=" in OF_ISO
        known = dict(entry.split("=") for entry in STATES.get(country.code, "").split(";") if entry)
        assert dict(one.split("=") for one in country.states.split(";") if one).items() <= (known.items())
