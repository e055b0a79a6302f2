"""`relay calibrate`: what the real Roku says to the vendors' ambiguous sentences, written down.

It asks `/v1/test_events`, which counts nothing, with the stack's key and past the relay's own door, which would
normalise what it asks about.
"""

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import requests
import typer
from pydantic_core import from_json

from pipeline.values.faults import NoKey
from relay.ambiguities import Probe, probes
from relay.deployment import Deployment
from relay.errors import Misuse, Trouble
from relay.posting import session
from relay.printing import Out, number
from relay.secret_texts import read_secret
from relay.verbs import BAD, YesOption
from roku.keys import key_for

PATH = "/v1/test_events"
_SECONDS = 20
_JUDGED = frozenset({200, 201, 202, 210, 400, 413, 422})  # answers that are about the events


def calibrate(
    deployment: Deployment,
    out: Out,
    group: Annotated[str | None, typer.Option(help="The event group to ask about; else the stack's default.")] = None,
    folder: Annotated[Path, typer.Option("--folder", help="Where the two files are written.")] = Path(),
    yes: YesOption = False,
) -> int:
    """Ask Roku's test endpoint what its documents leave open, and write its answers to a Markdown and a JSON file.

    Nothing counts. Exit code 1 if an answer differs from what the relay takes for granted.
    """
    group = group or deployment.parameters.get("DefaultEventGroup") or None
    if group is None:
        raise Misuse("no event group: name one with --group (the stack has no DefaultEventGroup)")
    url = deployment.parameters.get("RokuUrl", "") + PATH
    key = _key(deployment, group)
    asked = probes(int(time.time()), uuid4().hex[:12])
    if not yes and not deployment.local:
        out.aside(f"{number(len(asked), 'request')} with made-up people go to {url}, which counts nothing.")
        if not out.agrees(f"Ask Roku with the key of {deployment.name}?"):
            raise Trouble("nothing was asked: answer y, or say --yes")
    with session(local=deployment.local) as connection:
        answers = _answers(asked, lambda probe: _ask(connection, url, key, group, probe))
    at = datetime.now(UTC)
    report = {"asked_at": at.isoformat(timespec="seconds"), "url": url, "answers": answers}
    files = _write(folder, at, report)
    out.answer(report | {"files": [str(file) for file in files]})
    return _show(out, answers, files)


def _answers(asked: Sequence[Probe], ask: Callable[[Probe], dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers to all probes. Raises Trouble if an ordinary event is not taken: the others would say nothing."""
    control = ask(asked[0])
    if not control["valid"][0]:
        raise Trouble(_control(control))
    return [control, *map(ask, asked[1:])]


def _show(out: Out, answers: Sequence[dict[str, Any]], files: Sequence[Path]) -> int:
    rows = [[one["name"], assumption(one), _sign(one), told(one)] for one in answers]
    out.table(
        ["probe", "the relay takes for granted", "", "Roku says"], rows, {"differs": "red", "no answer": "yellow"}
    )
    out.aside(f"written to {' and '.join(str(file) for file in files)}")
    different = sum(_sign(one) == "differs" for one in answers)
    out.line(
        f"{number(different, 'answer')} of {len(answers)} not as the relay takes it", "red" if different else "green"
    )
    return BAD if different else 0


def judge(probe: Probe, status: int | None, body: Any) -> dict[str, Any]:
    """What an answer says of each event of the probe: valid, invalid, or None if that is not said."""
    said = body if isinstance(body, dict) else {}
    failed = _objects(said.get("failed_events"))
    valid: list[bool | None] = [None] * len(probe.events)
    if status in _JUDGED:
        for place, event in enumerate(probe.events):
            valid[place] = not _is_refused(event, probe, status, failed)
        if len(probe.events) > 1 and failed and all(valid):
            valid = [None] * len(probe.events)  # something was refused, and nobody can say what
    return {
        "name": probe.name,
        "question": probe.question,
        "status": status,
        "code": said.get("code"),
        "description": said.get("description"),
        "valid": valid,
        "assumed": list(probe.assumed),
        "errors": [one.get("errors") for one in failed],
        "echo": sorted({name for one in failed for name in one if name != "errors"}),
    }


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_refused(event: Any, probe: Probe, status: int, failed: list[Any]) -> bool:
    if len(probe.events) == 1:
        return bool(failed) or status >= 400
    named = ("event_id", "event_name")
    return any(one.get(name) == event[name] for one in failed for name in named if name in one) or status >= 400


def told(answer: dict[str, Any]) -> str:
    """What Roku said, for a person: valid or not, with the HTTP status, the body's code and the reasons."""
    if answer["status"] is None:
        return "no answer"
    words = {True: "valid", False: "invalid", None: "no verdict"}
    said = ", ".join(words[one] for one in answer["valid"])
    code = "" if answer["code"] in (None, answer["status"]) else f", code {answer['code']}"
    reasons = "; ".join(f"{name}: {text}" for errors in _objects(answer["errors"]) for name, text in errors.items())
    if not reasons and answer["valid"][0] is not True:
        reasons = str(answer["description"] or "")
    echo = f", names {', '.join(answer['echo'])}" if answer["name"] == "partial" and answer["echo"] else ""
    return f"{said} ({answer['status']}{code}{echo})" + (f": {reasons}" if reasons else "")


def assumption(answer: dict[str, Any]) -> str:
    """What the relay takes for granted."""
    words = {True: "valid", False: "invalid", None: "nothing"}
    return ", ".join(words[one] for one in answer["assumed"])


def _sign(answer: dict[str, Any]) -> str:
    pairs = [(one, other) for one, other in zip(answer["valid"], answer["assumed"], strict=True) if other is not None]
    if None in answer["valid"]:
        return "no answer"
    return "differs" if any(one != other for one, other in pairs) else ""


def _control(answer: dict[str, Any]) -> str:
    fixes = {
        401: "Roku does not know the key: put one of ads.roku.com (Events, CAPI) into the secret",
        403: "the key is not for this event group: name another with --group",
        404: "check the stack's parameter RokuUrl",
        None: "Roku is out of reach: check the network, or ask again later",
    }
    fix = fixes.get(answer["status"], "the other answers would say nothing; ask again later, or another --group")
    return f"Roku did not take an ordinary event: {told(answer)}; {fix}"


def _key(deployment: Deployment, group: str) -> str:
    try:
        return key_for(group, read_secret(deployment, deployment.output("RokuKeysSecretName")).text)
    except NoKey as error:
        raise Trouble(f"{error}: put Roku's key in first (relay deploy, or the output RokuKeyCommand)") from error


def _ask(connection: requests.Session, url: str, key: str, group: str, probe: Probe) -> dict[str, Any]:
    body = {"event_group_id": group, **probe.head, "events": list(probe.events)}
    headers = {"Authorization": f"Bearer {key}", "Accept": "application/json", "Content-Type": "application/json"}
    try:
        answer = connection.post(url, data=json.dumps(body), headers=headers, timeout=_SECONDS, allow_redirects=False)
    except (requests.ConnectionError, requests.Timeout):
        return judge(probe, None, None)
    try:
        return judge(probe, answer.status_code, from_json(answer.content))
    except ValueError:
        return judge(probe, answer.status_code, None)


def _write(folder: Path, at: datetime, report: dict[str, Any]) -> list[Path]:
    name = f"roku-answers-{at:%Y-%m-%d-%H%M%S}"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"# What Roku answered on {at:%Y-%m-%d} at {at:%H:%M} UTC",
        "",
        f"`relay calibrate` asked `{report['url']}`, which counts nothing, with made-up people.",
        "",
        "| Question | Roku says | The relay takes for granted | |",
        "|---|---|---|---|",
    ]
    for one in report["answers"]:
        cells = (one["question"], told(one), assumption(one), _sign(one))
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    made = [(f"{name}.md", "\n".join(lines) + "\n"), (f"{name}.json", json.dumps(report, indent=2) + "\n")]
    for file, text in made:
        (folder / file).write_text(text, encoding="utf-8")
    return [folder / file for file, _ in made]
