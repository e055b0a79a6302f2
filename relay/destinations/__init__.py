"""What the command line says and asks of a destination, beyond what `src/NAME/destination.py` declares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec

from botocore.exceptions import ClientError

from destinations import load
from pipeline.intake.senders import Sender
from pipeline.values.faults import NoKey
from pipeline.values.placeholders import is_placeholder
from relay.deployment import Deployment
from relay.doctor.checks import NOT_ASKED, OK, PROBLEM, Finding, is_placeholder_key, just_written
from relay.errors import Trouble, explain
from relay.secret_texts import SecretText, read_secret

# The stack, its senders, event groups to ask about, and a sender key to ask with -> what was found.
Look = Callable[[Deployment, Sequence[Sender], Sequence[str], str | None], list[Finding]]
# A value, its kind (`em`, `ph`, ...) and a country -> what it is normalised to, by the name of its form. Raises Fault.
Forms = Callable[[str, str, str | None], dict[str, str]]
Rule = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Shown:
    """`prompt` asks for its key; `look` is what `relay doctor` looks at before queues; `forms` is for `relay hash`.

    `clear` says of a kind of value that the destination takes it in clear alone. `has_test_events`: a function of the
    stack asks it about events that do not count.
    """

    prompt: str
    look: Look
    forms: Forms | None = None
    clear: Mapping[str, str] = field(default_factory=dict)
    has_test_events: bool = False


def shown(name: str) -> Shown:
    """What is said of the destination of this name: what `relay.destinations.NAME` says, else what holds for any."""
    if find_spec(f"relay.destinations.{name}") is None:
        return Shown(f"{load(name).title}'s key (Enter: later)", looker(name))
    found: Shown = import_module(f"relay.destinations.{name}").SHOWN
    return found


def rules(email: Rule, name: Rule, gender: Rule, birth_date: Callable[[str, int], str]) -> dict[str, Rule]:
    """A destination's rules by the kind of value, as far as every destination has one."""
    year = datetime.now(UTC).year
    return {"em": email, "fn": name, "ln": name, "ge": gender, "db": lambda born: birth_date(born, year)}


def key_words(name: str, group: str, secret: str, environment: Mapping[str, str]) -> Sequence[str]:
    """The words of the key that the secret's text has for the event group. Raises NoKey."""
    words = load(name).key_words(group, secret, environment)
    if any(is_placeholder(word) or is_placeholder_key(word) for word in words):
        raise NoKey("it is a placeholder")
    return words


def read_keys(deployment: Deployment, title: str) -> SecretText:
    """The secret with the keys of the destination of this title. Raises Trouble."""
    try:
        return read_secret(deployment, deployment.output(f"{title}KeysSecretName"))
    except ClientError as error:
        raise Trouble(explain(error)) from error


def key_fix(deployment: Deployment, title: str) -> str:
    """How the operator puts the destination's key in."""
    command = deployment.outputs.get(f"{title}KeyCommand", f"put {title}'s key into the secret")
    return command if deployment.local else f"relay deploy --stack {deployment.name} asks for it; or {command}"


def looker(name: str, told: Callable[[Mapping[str, str]], str] = lambda _: "a key") -> Look:
    """Whether the keys secret holds what the destination can take, which cannot be asked. `told` says what it is."""

    def look(deployment: Deployment, *_: object) -> list[Finding]:
        title = load(name).title
        check = f"{title} keys"
        fix = key_fix(deployment, title)
        try:
            secret = read_keys(deployment, title)
            key_words(name, "*", secret.text, deployment.environment())
        except (NoKey, Trouble) as error:
            return [Finding(PROBLEM, check, str(error), fix)]
        unasked = (
            f"whether {title} takes it: it has no test endpoint, so that only a delivery shows it (relay tail; the"
            " metric KeyRefused)"
        )
        found = told(deployment.environment()) + just_written(secret, title)
        return [Finding(OK, check, found), Finding(NOT_ASKED, title, unasked)]

    return look
