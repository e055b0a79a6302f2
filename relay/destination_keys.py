"""The destinations' own keys: asked for without echo, checked, and put into the stack's secrets."""

import sys
from collections.abc import Callable, Mapping, Sequence

import typer
from botocore.exceptions import ClientError

from destinations import load
from pipeline.values.faults import NoKey
from relay.deployment import Deployment
from relay.destinations import key_words, shown
from relay.errors import Trouble, unanswered
from relay.secret_texts import read_secret


def from_stdin(destinations: Sequence[str]) -> dict[str, str]:
    """A key a line, in the order of the destinations. Raises Trouble."""
    keys = {name: sys.stdin.readline().strip() for name in destinations}
    for name, key in keys.items():
        if not key:
            raise Trouble(f"no key for {name} on standard input: one line each, {' then '.join(destinations)}")
    return keys


def from_terminal(destinations: Sequence[str], check: Callable[[str, str], None]) -> dict[str, str]:
    """Keys asked for without echo, until each is of use; what was left empty is not in the answer."""
    found = {}
    for name in destinations:
        while True:
            try:
                key = typer.prompt(
                    shown(name).prompt, default="", show_default=False, hide_input=True, err=True
                ).strip()
            except typer.Abort as error:
                raise unanswered(error, "no key: run it at a terminal, or say --keys-from-stdin") from error
            try:
                if key:
                    check(name, key)
                    found[name] = key
                break
            except Trouble as trouble:
                typer.echo(f"  {trouble}", err=True)
    return found


def check(name: str, key: str, *, group: str | None, environment: Mapping[str, str]) -> None:
    """Raise Trouble if the destination cannot take it for a key; the key is not quoted."""
    try:
        key_words(name, group or "*", key, environment)
    except NoKey as error:
        raise Trouble(f"that is not a key for {name}: {error}") from None


def missing(deployment: Deployment | None, destinations: Sequence[str]) -> list[str]:
    """The destinations of which the stack has no key yet."""
    return [name for name in destinations if deployment is None or not _has(deployment, name)]


def put(deployment: Deployment, keys: dict[str, str]) -> None:
    """Put the keys into the stack's secrets. Functions read them within a minute."""
    for name, key in keys.items():
        secret = deployment.output(f"{load(name).title}KeysSecretName")
        deployment.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=key)


def _has(deployment: Deployment, name: str) -> bool:
    secret = deployment.outputs.get(f"{load(name).title}KeysSecretName")
    try:
        return secret is not None and bool(read_secret(deployment, secret).text.strip())
    except (Trouble, ClientError):
        return False
