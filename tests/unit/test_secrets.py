"""A remembered secret: how old it gets, how often it is read, and what happens when it cannot be."""

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from pipeline.aws.secrets import LEAST_AGE, MAX_AGE, Secret, SecretUnavailable
from relay.first_steps import KNOWN_AFTER
from tests.bounds import BOUND

DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "canary"}}, "GetSecretValue")


class Manager:
    """Secrets Manager: answers `value`, or raises it."""

    def __init__(self, value: str | Exception | None) -> None:
        self.value = value
        self.reads: list[str] = []

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - boto3's word
        """Answer one call."""
        self.reads.append(SecretId)
        if isinstance(self.value, Exception):
            raise self.value
        return {"Name": SecretId} if self.value is None else {"Name": SecretId, "SecretString": self.value}


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def secret(manager: Any, clock: Clock) -> Secret:
    return Secret(manager, "roku", clock)


def test_nothing_is_read_before_it_is_asked_for_and_then_once(clock: Clock) -> None:
    manager = Manager("one")
    kept = secret(manager, clock)
    assert manager.reads == []
    assert [kept.text(), kept.text(), kept.text()] == ["one"] * 3
    assert manager.reads == ["roku"]


def replaced(clock: Clock) -> tuple[Manager, Secret]:
    """A secret that was read and then became another."""
    manager = Manager("one")
    kept = secret(manager, clock)
    kept.text()
    manager.value = "two"
    return manager, kept


def test_it_is_read_again_when_it_is_older_than_a_minute(clock: Clock) -> None:
    _, kept = replaced(clock)
    clock.now += MAX_AGE
    assert kept.text() == "one"
    clock.now += 0.1
    assert kept.text() == "two"
    assert MAX_AGE == 60


def test_a_refused_secret_is_read_again_at_once_but_not_more_often_than_every_two_seconds(clock: Clock) -> None:
    manager, kept = replaced(clock)
    clock.now += LEAST_AGE
    assert kept.reread() == "one"
    clock.now += 0.1
    assert [kept.reread() for _ in range(100)] == ["two"] * 100
    assert len(manager.reads) == 2


@pytest.mark.parametrize("error", [DENIED, EndpointConnectionError(endpoint_url="https://canary")])
def test_an_old_text_is_better_than_none(error: Exception, clock: Clock) -> None:
    manager = Manager("one")
    kept = secret(manager, clock)
    kept.text()
    manager.value = error
    clock.now += 1_000
    assert kept.text() == "one"
    assert kept.reread() == "one"
    assert len(manager.reads) == 2  # a failed reading counts as one: no storm of them
    manager.value = "two"
    clock.now += MAX_AGE + 1
    assert kept.text() == "two"


@pytest.mark.parametrize("value", [None, "", DENIED, EndpointConnectionError(endpoint_url="https://canary")])
def test_without_any_text_the_kind_of_fault_is_told_and_no_more(value: Exception | str | None, clock: Clock) -> None:
    manager = Manager(value)
    kept = secret(manager, clock)
    for _ in range(20):  # twenty threads that want it at once cost one reading
        with pytest.raises(SecretUnavailable, match="secret") as caught:
            kept.text()
        assert "canary" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert len(manager.reads) == 1
    manager.value = "there"
    clock.now += LEAST_AGE + 0.1
    assert kept.text() == "there"


def test_threads_that_want_it_at_the_same_time_read_it_once(clock: Clock) -> None:
    manager = Manager("one")
    kept = secret(manager, clock)
    together = threading.Barrier(8)
    seen: list[str] = []

    def want() -> None:
        together.wait(BOUND)
        seen.append(kept.text())

    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BOUND)
    assert seen == ["one"] * 8
    assert len(manager.reads) == 1


def test_relay_deploy_waits_until_each_function_knows_a_new_key() -> None:
    assert KNOWN_AFTER > LEAST_AGE
