"""What the command line says and asks of Roku."""

from collections.abc import Sequence

from pipeline.intake.senders import Sender
from pipeline.values import phone
from relay import checks, probes
from relay.checks import Finding
from relay.deployment import Deployment
from relay.destinations import Shown, rules
from roku import normalise


def _look(deployment: Deployment, senders: Sequence[Sender], groups: Sequence[str], key: str | None) -> list[Finding]:
    keys, found = checks.roku_keys(deployment)
    return found + probes.ask_roku(deployment, senders, keys, groups, key)


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
