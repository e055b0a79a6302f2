"""What `relay doctor` asks the API: whether Roku takes the keys, and what time it is."""

import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

import requests

from pipeline.intake.senders import Sender
from pipeline.values.digests import digest
from relay.checks import OK, PROBLEM, WARNING, Finding, groups_of
from relay.deployment import Deployment
from relay.posting import session
from relay.printing import age

_SECONDS = 35  # API Gateway gives up after 30 s
# Beyond the first, times of conversions begin to be wrong; beyond the second AWS refuses this machine's signatures.
_SKEW_WARNING, _SKEW_PROBLEM = 30, 300


def sender_key(senders: Sequence[Sender], group: str | None, given: str | None = None) -> str | None:
    """A key that may post to the group (None: whichever): the given one, or one that the secret holds in plain text."""
    if given:
        return given
    plain = [one for one in senders if one.key is not None and not one.browser]
    if group is None:
        # A key with a default group of its own would send everything there.
        plain.sort(key=lambda one: (one.default_event_group is not None, "*" not in one.event_groups))
        return (plain[0].key or "").strip() if plain else None
    fitting = [one for one in plain if one.may_post_to(group)]
    return (fitting[0].key or "").strip() if fitting else None


def groups_to_ask(
    deployment: Deployment, senders: Sequence[Sender], keys: str | None, given: Sequence[str]
) -> list[str]:
    """Every event group that is named anywhere: by the caller, the Roku keys, the senders, the stack's default."""
    named = [*given, *groups_of(keys or "")]
    for sender in senders:
        named += [*sender.event_groups, sender.default_event_group or ""]
        named += [settings.event_group or "" for settings in sender.sources.values()]
    named.append(deployment.parameters.get("DefaultEventGroup", ""))
    return [group for group in dict.fromkeys(named) if group not in ("", "*")]


def ask_roku(
    deployment: Deployment, senders: Sequence[Sender], keys: str | None, given: Sequence[str], key: str | None
) -> list[Finding]:
    """Whether Roku takes the key for each event group, asked by way of /v1/test_events, which counts nothing."""
    groups = groups_to_ask(deployment, senders, keys, given)
    if not groups:
        return [
            Finding(WARNING, "Roku", "no event group is named anywhere, so Roku was not asked", "name one with --group")
        ]
    findings = []
    for group in groups:
        check = f"Roku, {group}"
        if (own := sender_key(senders, group, key)) is None:
            findings.append(
                Finding(
                    WARNING,
                    check,
                    "not asked: no sender key for it is known in plain text",
                    "name one with --key (RELAY_SENDER_KEY)",
                )
            )
            continue
        try:
            answer = _post(deployment, own, group)
        except (requests.RequestException, ValueError) as error:
            findings.append(
                Finding(PROBLEM, "API", f"out of reach: {type(error).__name__}", "look at relay tail and the network")
            )
            break
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


def clock(deployment: Deployment) -> list[Finding]:
    """How far this machine's clock and AWS's are apart, by the Date of an answer."""
    try:
        before = time.time()
        answer = session(local=deployment.local).get(f"{deployment.output('ApiUrl')}/v1/events", timeout=_SECONDS)
        here = (before + time.time()) / 2
        there = parsedate_to_datetime(answer.headers["Date"]).timestamp() + 0.5  # it has whole seconds
    except (requests.RequestException, KeyError, ValueError) as error:
        return [Finding(WARNING, "clock", f"not compared: {type(error).__name__}", "see the other findings first")]
    return [skew(here - there)]


def skew(seconds: float) -> Finding:
    """What a clock that is so much ahead means."""
    ahead = "ahead" if seconds > 0 else "behind"
    if abs(seconds) <= _SKEW_WARNING:
        return Finding(OK, "clock", f"within {_SKEW_WARNING} s of the API's")
    level = PROBLEM if abs(seconds) > _SKEW_PROBLEM else WARNING
    return Finding(
        level, "clock", f"this machine is {age(abs(seconds))} {ahead} of the API", "switch its time service (NTP) on"
    )


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
