"""What the command line says and asks of Roku."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import requests

from pipeline.intake.senders import Sender
from pipeline.values import phone
from pipeline.values.digests import digest
from pipeline.values.faults import NoKey
from pipeline.values.json_objects import json_object
from relay.deployment import Deployment
from relay.destinations import Shown, key_fix, key_words, read_keys, rules
from relay.doctor.checks import OK, PROBLEM, WARNING, Finding, just_written
from relay.errors import Trouble
from relay.posting import sender_key, session
from relay.printing import number
from roku import normalise

_SECONDS = 35  # API Gateway gives up after 30 s


def _look(deployment: Deployment, senders: Sequence[Sender], groups: Sequence[str], key: str | None) -> list[Finding]:
    keys, found = _keys(deployment)
    return found + _ask(deployment, senders, _groups_to_ask(deployment, senders, keys, groups), key)


def _keys(deployment: Deployment) -> tuple[str | None, list[Finding]]:
    """The text of the Roku keys secret if it is of use, and what is wrong with it."""
    check, fix = "Roku keys", key_fix(deployment, "Roku")
    try:
        secret = read_keys(deployment, "Roku")
    except Trouble as error:
        return None, [Finding(PROBLEM, check, str(error), fix)]
    groups, findings = _groups_of(secret.text) or ["*"], []
    for group in groups:
        try:
            key_words("roku", group, secret.text, {})
        except NoKey as error:
            findings.append(Finding(PROBLEM, check, str(error) if groups == ["*"] else f"{group}: {error}", fix))
    if findings:
        return (secret.text if len(findings) < len(groups) else None), findings
    return secret.text, [Finding(OK, check, number(len(groups), "key") + just_written(secret, "Roku"))]


def _groups_of(secret: str) -> list[str]:
    """The event groups that the Roku keys secret names, "*" included; none if it is one key for all."""
    return list(json_object(secret) or {})


def _groups_to_ask(
    deployment: Deployment, senders: Sequence[Sender], keys: str | None, given: Sequence[str]
) -> list[str]:
    """Every event group that is named anywhere: by the caller, the Roku keys, the senders, the stack's default."""
    named = [*given, *_groups_of(keys or "")]
    for sender in senders:
        named += [*sender.event_groups, sender.default_event_group or ""]
        named += [settings.event_group or "" for settings in sender.sources.values()]
    named.append(deployment.parameters.get("DefaultEventGroup", ""))
    return [group for group in dict.fromkeys(named) if group not in ("", "*")]


def _ask(deployment: Deployment, senders: Sequence[Sender], groups: Sequence[str], key: str | None) -> list[Finding]:
    """Whether Roku takes the key for each event group, asked by way of /v1/test_events, which counts nothing."""
    if not groups:
        unnamed = "no event group is named anywhere, so Roku was not asked"
        return [Finding(WARNING, "Roku", unnamed, "name one: relay doctor --group GROUP, or relay deploy asks for one")]
    findings = []
    for group in groups:
        check = f"Roku, {group}"
        if (own := sender_key(senders, group, key)) is None:
            unknown = "not asked: no sender key for it is known in plain text"
            findings.append(Finding(WARNING, check, unknown, "name one with --key (RELAY_SENDER_KEY)"))
            continue
        try:
            answer = _post(deployment, own, group)
        except (requests.RequestException, ValueError) as error:
            away = f"out of reach: {type(error).__name__}"
            return [*findings, Finding(PROBLEM, "API", away, "look at relay tail and the network")]
        findings.append(judge(check, *answer))
    return findings


def judge(check: str, status: int, body: dict[str, Any]) -> Finding:
    """What an answer of /v1/test_events says of the keys."""
    said = str(body.get("description", body.get("message", "")))
    if status == 200:
        return Finding(OK, check, "Roku takes the key")
    if status in (210, 400) and body.get("failed_events"):
        errors = body["failed_events"][0].get("errors", {})
        why = "; ".join(f"{name}: {text}" for name, text in errors.items())
        return Finding(
            WARNING, check, f"Roku takes the key, but not the test event: {why}", "ask Roku about this event"
        )
    if status == 424:
        return Finding(PROBLEM, check, said, _fix_of_no_verdict(said))
    fixes = {
        401: "the sender key is not known: name another with --key, or make one with relay keys add",
        403: "the sender key does not open this event group: name another with --key",
        429: "ask again later: the API's throttle is met (parameters ThrottleRate, ThrottleBurst)",
        503: "the secrets cannot be read: look at relay tail",
    }
    return Finding(PROBLEM, check, f"the API answered {status}: {said}", fixes.get(status, "look at relay tail"))


def _fix_of_no_verdict(said: str) -> str:
    if "401" in said:
        return "Roku does not know the key: make one in ads.roku.com (Events, CAPI) and put it into the secret"
    if "403" in said:
        return "the key is of another Roku account: put the key of this event group's account into the secret"
    if "404" in said or "answered 3" in said:
        return "check the stack's parameter RokuUrl"
    if "secret" in said:
        return "put the key into the Roku keys secret (output RokuKeyCommand)"
    return "Roku is down or cannot be reached: ask again later"


def _post(deployment: Deployment, key: str, group: str) -> tuple[int, dict[str, Any]]:
    event = {
        "event_name": "PAGE_VIEW",
        "event_time": int(time.time()) - 60,
        "event_id": f"relay-doctor-{uuid4().hex}",
        "user_data": {"em": digest("relay-doctor@example.com"), "is_hashed": True},
    }
    answer = session(local=deployment.local).post(
        f"{deployment.output('ApiUrl')}/v1/test_events",
        json={"event_group_id": group, "events": [event]},
        headers={"Authorization": f"Bearer {key}"},
        timeout=_SECONDS,
    )
    body = answer.json()
    return answer.status_code, body if isinstance(body, dict) else {}


def _forms(text: str, kind: str, country: str | None) -> dict[str, str]:
    if kind == "ph":
        formats: tuple[phone.PhoneFormat, ...] = ("digits", "e164")
        return {form: phone.normalise(text, form=form, country=country) for form in formats}
    made = rules(normalise.email, normalise.name, normalise.gender, normalise.birth_date) | {"zp": str}
    return {"": made[kind](text)}


SHOWN = Shown(
    prompt="Roku's API key (ads.roku.com: Events, CAPI, Generate an API key; Enter: later)",
    look=_look,
    forms=_forms,
    clear={"zp": "(in clear)"},
    has_test_events=True,
)
