"""Rokt's APIs by the word for each in the stack's parameter RoktApi."""

from collections.abc import Mapping

from rokt import conversions_api, event_api
from rokt.form import Form

FORMS: Mapping[str, Form] = {"conversions": conversions_api.FORM, "events": event_api.FORM}
