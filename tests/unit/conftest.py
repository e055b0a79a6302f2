"""Unit tests: no network at all, and the same generated examples on every run."""

from hypothesis import HealthCheck, settings
from pytest_socket import disable_socket

from pipeline.values import hints

# The same examples each time; and a busy machine, on which making them takes seconds, must not break a test.
settings.register_profile(
    "unit",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=100,
)
settings.load_profile("unit")


def pytest_runtest_setup() -> None:
    """Take sockets away, which pytest-socket gives back after each test; no earlier test's request is under way."""
    disable_socket(allow_unix_socket=False)
    hints._asked.set(None)
