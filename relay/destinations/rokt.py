"""What the command line says and asks of Rokt."""

from collections.abc import Mapping
from functools import partial

from relay.destinations import Shown, looker, rules
from rokt import normalise


def _pair(environment: Mapping[str, str]) -> str:
    return f"a pair of the {'Event API' if environment.get('ROKT_API') == 'events' else 'Conversions API'}"


def _forms(text: str, kind: str, country: str | None) -> dict[str, str]:
    made = rules(normalise.email, normalise.name, normalise.gender, normalise.birth_date) | {
        "ph": partial(normalise.mobile, country=country),
        "zp": normalise.zip_code,
    }
    return {"": made[kind](text)}


SHOWN = Shown(
    prompt="Rokt's key and secret with a colon between (Enter: later)",
    look=looker("rokt", _pair),
    forms=_forms,
    clear={"ge": "(in clear)", "db": "(in clear, if RoktSendBirthDate=true)"},
)
