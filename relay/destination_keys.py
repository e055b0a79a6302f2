"""The destinations' own keys: asked for without echo, checked, and put into the stack's secrets."""

import sys
from collections.abc import Callable, Sequence

import typer
from botocore.exceptions import ClientError

from pipeline.faults import NoKey
from pipeline.placeholders import is_placeholder
from relay.checks import is_placeholder_key
from relay.deployment import Deployment
from relay.secret_texts import read_secret
from relay.trouble import Trouble
from rokt.keys import pair_in
from rokt.settings import Api
from roku.keys import key_for

_TITLES = {
    "roku": "Roku's API key (ads.roku.com: Events, CAPI, Generate an API key; Enter: later)",
    "rokt": "Rokt's key and secret with a colon between (Enter: later)",
}


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
                key = typer.prompt(_TITLES[name], default="", show_default=False, hide_input=True, err=True).strip()
            except typer.Abort as error:
                raise Trouble("no key: run it at a terminal, or say --keys-from-stdin") from error
            try:
                if key:
                    check(name, key)
                    found[name] = key
                break
            except Trouble as trouble:
                typer.echo(f"  {trouble}", err=True)
    return found


def check(name: str, key: str, *, group: str | None, api: Api) -> None:
    """Raise Trouble if the destination cannot take it for a key; the key is not quoted."""
    try:
        words = [key_for(group or "*", key)] if name == "roku" else list(pair_in(key, api))
    except NoKey as error:
        raise Trouble(f"that is no key for {name}: {error}") from None
    if any(is_placeholder(word) or is_placeholder_key(word) for word in words):
        raise Trouble(f"that is no key for {name}: it is a placeholder")


def missing(deployment: Deployment | None, destinations: Sequence[str]) -> list[str]:
    """The destinations of which the stack has no key yet."""
    return [name for name in destinations if deployment is None or not _has(deployment, name)]


def put(deployment: Deployment, keys: dict[str, str]) -> None:
    """Put the keys into the stack's secrets. Functions read them within a minute."""
    for name, key in keys.items():
        secret = deployment.output(f"{name.capitalize()}KeysSecretName")
        deployment.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=key)


def _has(deployment: Deployment, name: str) -> bool:
    secret = deployment.outputs.get(f"{name.capitalize()}KeysSecretName")
    try:
        return secret is not None and bool(read_secret(deployment, secret).text.strip())
    except (Trouble, ClientError):
        return False
