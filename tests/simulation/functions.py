"""The code under test, among the models: the handlers with models in place of AWS, the destinations and time."""

import importlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any, Protocol
from unittest.mock import patch

from tests.simulation.containers import separate_memories
from tests.simulation.secrets import ModelSecrets
from tests.simulation.service import Service
from tests.simulation.stage import Stage, Violation
from tests.simulation.threads import GreenExecutor, GreenLock, wait_in

# Threads for requests and for calls of AWS: as many as `handlers.clients` makes.
_REQUESTS, _CALLS = 20, 10
# Whose `wait` waits for threads.
_WAITING = "pipeline.aws.waiting"


class Posts(Protocol):
    """What a session is to the handlers."""

    def post(self, url: str, **request: Any) -> Any:
        """What requests does."""


class Session:
    """The session that the handlers are given: a destination is behind each address."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        """Those that are on, by name."""
        self._services = services

    def post(self, url: str, **request: Any) -> Any:
        """What requests does."""
        return self._services[url.removeprefix("https://").partition(".")[0]].post(url, **request)


@contextmanager
def installed(stage: Stage, session: Posts, secrets: ModelSecrets) -> Iterator[None]:
    """The handlers, as long as a history lasts."""
    world, quiet = stage.world, SimpleNamespace(info=_silent, warning=_silent, error=_silent)

    def count(counts: Counter[str], **_: object) -> None:
        stage.result.counts.update(counts)
        stage.told.setdefault(world.process().name, Counter()).update(counts)

    with (
        patch.dict("os.environ", _environment(stage)),
        patch.multiple(
            importlib.import_module("handlers.clients"),
            sqs=lambda: stage.sqs,
            secrets_manager=lambda: secrets,
            dynamodb=lambda: stage.ledger,
            session=lambda: session,
            executor=lambda: GreenExecutor(world, _REQUESTS),
            aws_executor=lambda: GreenExecutor(world, _CALLS),
            now=lambda: world.now,
            jitter=world.random.random,
        ),
        patch.multiple(
            importlib.import_module("handlers.telemetry"), count=count, logger=lambda: quiet, failed=_failed
        ),
        patch.object(importlib.import_module(_WAITING), "wait", partial(wait_in, world)),
        patch.object(
            importlib.import_module("pipeline.aws.secrets"),
            "threading",
            SimpleNamespace(Lock=lambda: GreenLock(world)),
        ),
        separate_memories(world),
    ):
        yield


def _environment(stage: Stage) -> dict[str, str]:
    made = {
        "DELIVERY_MODE": stage.plan.delivery,
        "SENDER_KEYS_SECRET": "senders",
        "FINGERPRINT_SECRET": "fingerprints",
        "LEDGER_TABLE": "ledger" if stage.plan.ledger_days else "",
        "LEDGER_DAYS": str(stage.plan.ledger_days),
        "LOG_SAMPLE_RATE": "0",
        "DEFAULT_EVENT_GROUP": "",
        "PHONE_FORMAT": "digits",
        "DEFAULT_COUNTRY": "US",
        "PHONE_WITHOUT_COUNTRY": "drop",
        "ALLOWED_ORIGINS": "",
        "ROKU_URL": "https://roku.test",
        "ROKT_URL": "https://rokt.test",
        "ROKT_API": stage.plan.rokt_api,
        "ROKT_ACCOUNT_ID": "account",
        "ROKT_HASHED": "email,first_name,last_name,mobile,billing_zip",
        "ROKT_COPY_RTID": "true",
        "ROKT_HASHED_NAMES": "lower_case",
        "ROKT_CONVERSION_TYPE": "own",
        "ROKT_SEND_BIRTH_DATE": "false",
        "POWERTOOLS_SERVICE_NAME": "simulation",
        "POWERTOOLS_METRICS_NAMESPACE": "simulation",
    }
    for name in importlib.import_module("destinations").NAMES:
        is_on = name in stage.plan.names()
        made[f"{name.upper()}_QUEUE_URL"] = name if is_on else ""
        made[f"{name.upper()}_DEAD_LETTER_QUEUE_URL"] = f"{name}-dead-letters"
        made[f"{name.upper()}_KEYS_SECRET"] = name
    return made


def _silent(*_: object, **__: object) -> None:
    """No log."""


def _failed(error: BaseException, **_: object) -> None:
    """The handlers caught a fault: of their own, unless it is Secrets Manager's."""
    if type(error).__name__ != "SecretUnavailable":
        raise Violation(f"the program failed: {error!r}") from error
