"""The files of events/: one case each, with what is posted and what must become of every conversion.

A file says what the sandbox is told beforehand, which status answers the post, and the outcome of each conversion:
delivered, rejected (a dead letter), invalid (named in the answer), ignored (no conversion, says the answer), withheld
(right, but not for this destination), or redriven (rejected, and delivered once the sandbox no longer refuses it and
the dead letters are moved back).

All of that is of the first destination, Roku. Of another one, such as Rokt, a file may say what its sandbox is told
(`rokt_sandbox`), and of a conversion what becomes of it there: `"rokt": "withheld"`, or `"rokt": {"outcome":
"withheld", "reason": "opted out"}`. It means Rokt's Conversions API; where a file says nothing, whatever that
destination makes of a conversion is right, as long as none is lost.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

import destinations
from local.senders import SOURCES

Outcome = Literal["delivered", "rejected", "invalid", "ignored", "withheld", "redriven"]

# Whose key is presented: a server's or a page's, or that of the sender named like its source.
KEYS = ("server", "browser", "none", *SOURCES)
# The destination that a file speaks of where it names none.
FIRST, *OTHERS = destinations.NAMES
_ACCEPTED = 202


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says that a destination makes of a conversion; the reason is a part of it."""

    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a file says of one conversion."""

    event_id: str | None  # None: derived from the content
    event_name: str  # empty: the body is not JSON
    said: Mapping[str, Said]  # by destination, where the file says something of it
    dropped: frozenset[str] | None = None  # of the first destination; None: the file says nothing of them


@dataclass(frozen=True, slots=True)
class Case:
    """One file: the request, the sandboxes' faults by destination, and what is expected."""

    name: str
    path: str
    headers: Mapping[str, str]
    key: str
    body: bytes
    faults: Mapping[str, Mapping[str, Any]]
    status: int
    conversions: Sequence[Expected]


class CaseError(Exception):
    """A file is not a case; the message names it and says why."""


def read_cases(folder: Path) -> list[Case]:
    """The cases of the folder and of those in it, by path; CaseError names the file that is not one."""
    cases = []
    for path in sorted(folder.rglob("*.json")):
        try:
            cases.append(_case(path.name, json.loads(path.read_text(encoding="utf-8"))))
        except (KeyError, TypeError, ValueError) as error:
            raise CaseError(f"{path.name} is not a sample: {error!r}") from error
    return cases


def _case(name: str, content: Mapping[str, Any]) -> Case:
    post = content["post"]
    text = post["text"] if "text" in post else json.dumps(post["body"])
    key = post.get("key", "server")
    if key not in KEYS:
        raise ValueError(f"the key is one of {', '.join(KEYS)}")
    names = _event_names(post.get("body"))
    conversions = [_expected(item, names) for item in content["conversions"]]
    if not conversions and content["answer"]["status"] == _ACCEPTED:
        # Without ids of their own the events get derived ones, which the file cannot know.
        conversions = [Expected(None, event_name, {FIRST: Said("delivered")}) for _, event_name in names]
    return Case(
        name=name,
        path=post["path"],
        headers=post.get("headers", {}),
        key=key,
        body=text.encode(),
        faults=faults_in(content),
        status=content["answer"]["status"],
        conversions=conversions,
    )


def _expected(item: Mapping[str, Any], names: Sequence[tuple[str | None, str]]) -> Expected:
    return Expected(
        event_id=item["event_id"],
        event_name=item.get("event_name", next((name for one, name in names if one == item["event_id"]), "")),
        said={FIRST: _said(item)} | {name: _said(item[name]) for name in OTHERS if name in item},
        dropped=frozenset(item["dropped"]) if "dropped" in item else None,
    )


def faults_in(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a file tells each destination's sandbox."""
    keys = {FIRST: "sandbox"} | {name: f"{name}_sandbox" for name in OTHERS}
    return {name: content[key] for name, key in keys.items() if key in content}


def _said(told: Any) -> Said:
    return Said(_outcome(told)) if isinstance(told, str) else Said(_outcome(told["outcome"]), told.get("reason", ""))


def _outcome(word: Any) -> Outcome:
    if word not in get_args(Outcome):
        raise ValueError(f"the outcome is one of {', '.join(get_args(Outcome))}")
    return cast(Outcome, word)


def _event_names(body: Any) -> list[tuple[str | None, str]]:
    """The id (as text) and the name of every event of a body, in their order, however they are nested."""
    return list(_walk(body))


def _walk(value: Any) -> Iterator[tuple[str | None, str]]:
    if isinstance(value, Mapping):
        if "event_name" in value:
            event_id = value.get("event_id")
            yield None if event_id is None else str(event_id), str(value["event_name"])
        else:
            yield from _walk(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item)
