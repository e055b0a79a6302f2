"""A visitor's user agent, in the form of `pipeline.values.rules`; one of a program is told. Pure."""

from collections.abc import Callable
from functools import cache
from typing import Any

from pipeline.values import texts
from pipeline.values.glances import glance

# As crawlers, monitors and HTTP libraries name themselves. A Cubot is a telephone, and okhttp is in apps.
_PROGRAMS = (
    r"(?i:(?:^|[^u])bot(?:[/ ;:,)_.-]|$)|crawl(?:er|ing)|spider|slurp|headless|phantomjs|lighthouse|pingdom|uptime"
    r"|gtmetrix|externalhit|mediapartners|python-(?:requests|urllib)|aiohttp|curl/|wget/|libwww|go-http-client"
    r"|node-fetch|axios/|postman|java/[0-9]|scrapy|monitoring)"
)


def user_agent(value: Any, notes: list[str]) -> str | None:
    """The user agent; of a program it stays, and its sender is told."""
    word = texts.agent(value, notes)
    if word is not None and is_program(word):
        notes.append("is a program's, not a visitor's: send the agent of the visitor's browser, and nothing of bots")
    return word


def is_visitors(agent: str) -> bool:
    """Whether no program names itself so."""
    return not _look()(agent)


def is_program(agent: str) -> bool:
    """Whether a program names itself so."""
    return _look()(agent)


@cache
def _look() -> Callable[[str], bool]:
    return glance(_PROGRAMS)
