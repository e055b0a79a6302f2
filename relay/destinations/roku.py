"""What the command line says and asks of Roku."""

from collections.abc import Sequence

from pipeline import phone
from pipeline.faults import Fault
from pipeline.senders import Sender
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
        return _phones(text, country)
    made = rules(normalise.email, normalise.name, normalise.gender, normalise.birth_date) | {"zp": str}
    return {"": made[kind](text)}


def _phones(text: str, country: str | None) -> dict[str, str]:
    """One for each phone format that takes it. Raises Fault."""
    made, faults = {}, []
    for form in ("digits", "e164"):
        try:
            made[form] = phone.normalise(text, form=form, country=country)
        except Fault as fault:
            faults.append(fault)
    if not made:
        raise faults[0]
    return made


SHOWN = Shown(
    prompt="Roku's API key (ads.roku.com: Events, CAPI, Generate an API key; Enter: later)",
    look=_look,
    forms=_forms,
    clear={"zp": "(in clear)"},
    has_test_events=True,
)
