"""Unit tests: no network at all, and the same generated examples on every run."""

from hypothesis import settings
from pytest_socket import disable_socket

settings.register_profile("unit", derandomize=True, database=None, deadline=None, max_examples=100)
settings.load_profile("unit")


def pytest_runtest_setup() -> None:
    """Take sockets away; pytest-socket gives them back after each test."""
    disable_socket(allow_unix_socket=False)
