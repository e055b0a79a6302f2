"""Unit tests: no network at all, and the same generated examples on every run."""

from hypothesis import settings
from pytest_socket import disable_socket

from pipeline.values import hints

settings.register_profile("unit", derandomize=True, database=None, deadline=None, max_examples=100)
settings.load_profile("unit")


def pytest_runtest_setup() -> None:
    """Take sockets away, which pytest-socket gives back after each test; no earlier test's request is under way."""
    disable_socket(allow_unix_socket=False)
    hints._asked.set(None)
