"""Two peers on the same people: Meta's SDK for Python, and Segment's destination for Meta.

Meta's rules are not Roku's (a state is a code there), so each peer is compared with itself: does it give the same
digest for the person however that person is written? What it gets are the fields as they are written, in their places.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.matching.counting import Sent
from bench.matching.parts import Fields, plain
from bench.matching.people import Person
from bench.matching.ways import Way

_NPM = Path(__file__).parents[1] / "npm"
META, SEGMENT = "facebook-business (Python)", "@segment/action-destinations (Meta)"
Make = Callable[[Sequence[dict[str, str]]], list[dict[str, Any] | None]]


@contextmanager
def peers(notices: list[str]) -> Iterator[dict[str, Make]]:
    """The peers that can run here, by name; why others cannot goes to `notices`."""
    found: dict[str, Make] = {}
    try:
        from facebook_business.adobjects.serverside.normalize import Normalize

        found[META] = lambda people: [_meta(Normalize.normalize, person) for person in people]
    except ImportError:
        notices.append(f"{META} is not installed: left out")
    node = shutil.which("node")
    if node is None or not (_NPM / "node_modules").is_dir():
        notices.append(f"Node or bench/npm/node_modules is missing: {SEGMENT} left out")
        yield found
        return
    with subprocess.Popen(
        [node, str(_NPM / "matching.cjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        found[SEGMENT] = lambda people: _asked(process, people)
        yield found


def _meta(normalize: Callable[[str, str, bool], str | None], person: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, text in person.items():
        try:
            made[name] = normalize(name, text, True)
        except (TypeError, ValueError):  # what it raises for what it refuses
            made[name] = None
    return made


def _asked(process: "subprocess.Popen[str]", people: Sequence[dict[str, str]]) -> list[dict[str, Any] | None]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(people) + "\n")
    process.stdin.flush()
    said: list[dict[str, Any] | None] = json.loads(process.stdout.readline())
    return said


def sent_by(make: Make) -> Sent:
    """What arrives by this peer: a field is the person's own where it is what the peer makes of the person in plain."""

    def sent(way: Way, people: Sequence[Person]) -> list[dict[str, Any]]:
        written = make([_texts(way.write(person)) for person in people])
        known = make([_texts(plain(person)) for person in people])
        return [
            {name: value for name, value in person.canonical().items() if _is_same(name, one, itself)}
            for person, one, itself in zip(people, written, known, strict=True)
        ]

    return sent


def _is_same(name: str, one: dict[str, Any] | None, itself: dict[str, Any] | None) -> bool:
    return one is not None and itself is not None and one.get(name) is not None and one.get(name) == itself.get(name)


def _texts(fields: Fields) -> dict[str, str]:
    """The fields as texts: an array of one is its item, as both peers take it."""
    single = {name: value[0] if isinstance(value, list) else value for name, value in fields.items()}
    return {name: str(value) for name, value in single.items()}
