"""What a cold start of ingest does without: modules that no conversion of this language needs, and a busy collector."""

import json
import subprocess
import sys
from pathlib import Path

_SRC = Path(__file__).parents[2] / "src"
_LOADED = (
    "import gc, json, sys; import handlers.ingest; print(json.dumps([gc.get_threshold()[0], sorted(sys.modules)]))"
)
_UNNEEDED = ("boto3", "phonenumbers", "pydantic", "requests", "pipeline.delivery", "pipeline.silence", "browser")
_SOURCES = ("sources.calls", "sources.files", "sources.mapped", "sources.web")


def test_ingest_loads_nothing_that_its_first_conversion_does_not_need() -> None:
    environment = {"PYTHONPATH": str(_SRC)}
    said = subprocess.run([sys.executable, "-c", _LOADED], env=environment, capture_output=True, check=True)
    threshold, loaded = json.loads(said.stdout)

    assert not [name for name in loaded if name.startswith(tuple(f"{one}." for one in (*_UNNEEDED, *_SOURCES)))]
    assert not {*_UNNEEDED, *_SOURCES} & set(loaded)
    assert threshold >= 50_000
