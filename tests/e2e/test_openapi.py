"""The API held against its OpenAPI document by schemathesis, over HTTP, on the local stack."""

import subprocess
import sys
from pathlib import Path

import pytest
import requests
import yaml
from openapi_spec_validator import validate

from local.stack import SENDER_KEY, Choices, Stack
from tests.bounds import BOUND

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


def test_the_document_is_valid_openapi() -> None:
    validate(yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")))


@pytest.mark.thorough(reason="schemathesis posts for minutes")
@pytest.mark.parametrize("authorization", [f"Bearer {SENDER_KEY}", "Bearer unknown"])
def test_no_request_finds_a_5xx_or_an_answer_outside_the_document(authorization: str, tmp_path: Path) -> None:
    both = {"DeliverToRokt": "true"}  # its answers have all that those of one destination have, and more
    with Stack(Choices.free(parameters=both)) as stack:
        document = requests.get(f"{stack.url}/openapi.yaml", timeout=BOUND)
        assert document.text == (ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")
        run = subprocess.run(
            [
                str(Path(sys.executable).parent / "st"),
                "run",
                f"{stack.url}/openapi.yaml",
                f"--url={stack.url}",
                f"--header=Authorization: {authorization}",
                f"--checks={','.join(CHECKS)}",
                "--max-examples=60",
                "--generation-deterministic",
                "--no-shrink",
                "--warnings=off",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=BOUND * 10,
            check=False,
        )
    assert run.returncode == 0, run.stdout
