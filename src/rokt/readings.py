"""How the answers of each of Rokt's APIs are read."""

from collections.abc import Mapping

from rokt import conversions_answer, event_api_answer
from rokt.reading import Reading

READINGS: Mapping[str, Reading] = {"conversions": conversions_answer.READING, "events": event_api_answer.READING}
