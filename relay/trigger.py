"""`relay trigger`: a platform's sample as one of the senders would post it, in test mode: nothing is counted."""

import time
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from pipeline.intake.senders import Sender, SourceSettings, key_digest
from relay import platform_samples
from relay.deployment import Deployment
from relay.errors import Misuse, Trouble
from relay.platform_samples import Sample
from relay.posting import session
from relay.printing import Out
from relay.secret_texts import sender_keys
from relay.verbs import BAD, KeyOption
from sources import registry

_SECONDS = 35  # API Gateway gives up after 30 s
_JUDGED = frozenset({200, 210, 400, 424})
_NO_TEST = "this stack cannot try a post without counting it: none of its destinations has a test endpoint, as Roku has"


def trigger(
    deployment: Deployment,
    out: Out,
    source: Annotated[
        str, typer.Argument(help="The platform, by the word of its address: callrail, shopify, webhook/stripe.")
    ],
    sample: Annotated[str | None, typer.Option(help="Another of its samples; a wrong name lists them.")] = None,
    sender: Annotated[str | None, typer.Option(help="As which sender; else the only one with such settings.")] = None,
    key: KeyOption = None,
    group: Annotated[str | None, typer.Option(help="The event group of a sample that names one (ringba).")] = None,
) -> int:
    """Post a platform's sample as a sender of the stack, in test mode, and show what would become of it.

    It goes through the sender's key, signature and settings, and to Roku's test endpoint. Nothing is queued, and
    nothing counts. Exit code 1 if none of it would be accepted.
    """
    found = platform_samples.load(source, sample, group, time.time())
    senders, _ = registry.senders(sender_keys(deployment).text)
    known = poster(senders, source, sender, key)
    post = found.signed(known.sources.get(source, SourceSettings()))
    status, said = _post(deployment, post, (key or known.key or "").strip())
    rows = list(ends(said))
    answer = {"source": source, "sample": found.name, "sender": known.name, "status": status, "answer": said}
    out.answer(answer)
    out.line(f"{found.name} as {known.name}: {status} {said.get('description', said.get('message', ''))}")
    if rows:
        out.table(["post", "outcome", "event", "why"], rows)
    for warning in said.get("warnings", []):
        out.line(f"{warning['field']}: {warning['warning']}", style="yellow")
    out.aside("nothing was queued or counted: this was a test")
    return 0 if said.get("passed") else BAD


def poster(senders: Sequence[Sender], source: str, name: str | None, key: str | None) -> Sender:
    """The sender to post as, whose key is known. Raises Misuse, or Trouble with what to do."""
    if key:
        return _holder(senders, key)
    found = [one for one in senders if one.name == name] if name else _set_up(senders, source)
    if name and not found:
        raise Misuse(f"there is no sender {name}: choose {', '.join(one.name for one in senders)}")
    if not found:
        raise Trouble(f"no sender is set up for {source}: relay keys add NAME --source {source} (docs/senders)")
    if len(found) > 1:
        raise Misuse(f"several senders post {source}: say which with --sender ({', '.join(one.name for one in found)})")
    if found[0].key is None:
        raise Trouble(f"of the key of {found[0].name} only the digest is kept: give it with --key (RELAY_SENDER_KEY)")
    return found[0]


def _holder(senders: Sequence[Sender], key: str) -> Sender:
    for one in senders:
        if one.digest() == key_digest(key.strip()):
            return one
    raise Trouble("no sender has this key: check --key (RELAY_SENDER_KEY), or look at `relay keys list`")


def _set_up(senders: Sequence[Sender], source: str) -> list[Sender]:
    """Those with settings of the source; without any the first whose key opens it anyway."""
    base = registry.base_of(source)
    own = [one for one in senders if base in map(registry.base_of, one.sources)]
    return own or [one for one in senders if one.key is not None and not one.browser and one.opens(source)][:1]


def ends(said: dict[str, Any]) -> Iterator[list[str]]:
    """What the answer says of each part of the post: its place, the outcome, the event, and why."""
    for one in said.get("passed", []):
        yield [str(one["index"]), "accepted", f"{one['event_name']} {one['event_id']}", ""]
    for one in said.get("failed_events", []):
        named = " ".join(filter(None, (one.get("event_name"), one.get("event_id"))))
        told = [f"{at}: {why}" for at, why in one["errors"].items()]
        if left_out := one.get("errors_left_out"):
            told.append(f"and {left_out} more")
        yield [str(one["index"]), "invalid", named, "; ".join(told)]
    for word in ("ignored", "withheld"):
        for one in said.get(word, []):
            yield [str(one["index"]), word, "", one["reason"]]
    for one in said.get("limited", []):
        yield [str(one["index"]), "limited", "", f"its use is limited: {', '.join(one['signals'])}"]


def _post(deployment: Deployment, post: Sample, key: str) -> tuple[int, dict[str, Any]]:
    with session(local=deployment.local) as connection:
        answer = connection.post(
            f"{deployment.output('ApiUrl')}/v1/test_events",
            params={"source": post.source},
            data=post.body,
            headers={**post.headers, "Authorization": f"Bearer {key}"},
            timeout=_SECONDS,
            allow_redirects=False,
        )
    try:
        said = answer.json()
    except ValueError:
        said = {}
    if answer.status_code == 404:
        raise Trouble(_NO_TEST)
    if not isinstance(said, dict) or (answer.status_code not in _JUDGED and answer.status_code >= 500):
        raise Trouble(f"the API answered {answer.status_code}: try again, and look at relay doctor")
    if "passed" not in said and answer.status_code in (200, 210):
        raise Trouble("the stack is older than this command: deploy it again")
    return answer.status_code, said
