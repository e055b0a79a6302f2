"""An emulator of AWS that others wrote (PyPI's ministack), which runs functions as processes: no account, no Docker.

It serves TLS, since the stack takes only https addresses for its destinations.
"""

import fcntl
import os
import random
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bounds import BOUND

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-emulator" / "bin" / "python"
NAMES = Path(__file__).parent / "names"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Emulator:
    """One that serves: `environment` is for every program that shall meet it in AWS's place."""

    environment: Mapping[str, str]
    certificate: Path
    log: Path


@contextmanager
def serving(folder: Path) -> Iterator[Emulator]:
    """The emulator while it serves, with its files in `folder`."""
    certificate, key = _certificate(folder)
    port, log = _free_port(), folder / "emulator.log"
    trust = {"AWS_CA_BUNDLE": str(certificate), "REQUESTS_CA_BUNDLE": str(certificate), "PYTHONPATH": str(NAMES)}
    own = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_SSL_CERT": str(certificate),
        "MINISTACK_SSL_KEY": str(key),
        "USE_SSL": "1",
        "IOT_MTLS_ENABLED": "0",
        "TMPDIR": str(folder),
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
    }
    endpoint = f"https://127.0.0.1:{port}"
    # One after the other: of two that both find port 443 free, one gives up.
    with log.open("wb") as written, (PYTHON.parent / "starting").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        server = subprocess.Popen(
            [PYTHON, "-m", "ministack.app"],
            env={**_plain(), **trust, **own},
            stdout=written,
            stderr=written,
            cwd=folder,
        )
        try:
            _wait(server, endpoint, certificate, log)
        except BaseException:
            server.terminate()
            raise
    try:
        account = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
            "HOME": str(folder),
        }
        yield Emulator({**_plain(), **trust, **account}, certificate, log)
    finally:
        server.terminate()
        server.wait(BOUND)


def _plain() -> dict[str, str]:
    """This process's environment without what it says of AWS and of proxies."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("AWS_") and "_proxy" not in name.lower()
    }


def _free_port() -> int:
    """One below those that the system gives to outgoing connections (32,768 and more), of which one could take it."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free between 20,000 and 32,000")


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "emulator.pem", folder / "emulator.key"
    names = "DNS:localhost,DNS:*.localhost,DNS:*.execute-api.localhost,IP:127.0.0.1"
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=emulator"]
    extra: list[str | Path] = ["-addext", f"subjectAltName={names}", "-keyout", key, "-out", certificate]
    subprocess.run([*asked, *extra], check=True, capture_output=True)
    return certificate, key


def _wait(server: "subprocess.Popen[bytes]", endpoint: str, certificate: Path, log: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    while server.poll() is None:
        try:
            with urllib.request.urlopen(f"{endpoint}/_ministack/health", context=context):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise RuntimeError(f"the emulator ended: {log.read_text(encoding='utf-8')[-2000:]}")
