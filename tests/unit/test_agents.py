"""User agents: a program's gets a warning, a visitor's does not."""

import pytest

from pipeline.values.agents import is_program, user_agent
from tests.unit.conversions import conversion, finished, warned

ADDRESS = "203.0.113.9"


@pytest.mark.parametrize(
    "agent",
    [
        *("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "facebookexternalhit/1.1"),
        *("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36", "curl/8.5.0"),
        *("python-requests/2.32", "AhrefsBot", "Sogou web spider/4.0", "PostmanRuntime/7.4", "Go-http-client/2.0"),
    ],
)
def test_a_program_is_told_of_and_the_conversion_stays(agent: str) -> None:
    posted = conversion(user_data={"client_ip_address": ADDRESS, "client_user_agent": agent})
    assert finished(posted)["user_data"]["client_user_agent"] == agent
    assert warned(posted) == ["user_data.client_user_agent"]


@pytest.mark.parametrize(
    "agent",
    [
        *("Mozilla/5.0 (Linux; Android 8.0; CUBOT X18 Build/O00623) Chrome/90.0 Mobile", "okhttp/4.12.0"),
        *("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)", "Roku/DVP-14.0", "Abbott 2"),
    ],
)
def test_a_visitor_is_not(agent: str) -> None:
    notes: list[str] = []
    assert (user_agent(agent, notes), notes) == (agent, [])
    assert is_program(agent) is False
