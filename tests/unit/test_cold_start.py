"""What a cold start of ingest does without: modules that no conversion of this language needs, and the collector."""

import gc
import json
import subprocess
import sys
from pathlib import Path

from handlers import telemetry

_SRC = Path(__file__).parents[2] / "src"
_LOADED = "import gc, json, sys; import handlers.ingest; print(json.dumps([gc.isenabled(), sorted(sys.modules)]))"
_UNNEEDED = ("boto3", "phonenumbers", "pydantic", "requests", "pipeline.delivery", "pipeline.silence", "browser")
_SOURCES = ("sources.calls", "sources.files", "sources.mapped", "sources.web")


def test_ingest_loads_nothing_that_its_first_conversion_does_not_need() -> None:
    environment = {"PYTHONPATH": str(_SRC), "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"}
    said = subprocess.run([sys.executable, "-c", _LOADED], env=environment, capture_output=True, check=True)
    collects, loaded = json.loads(said.stdout)

    assert not [name for name in loaded if name.startswith(tuple(f"{one}." for one in (*_UNNEEDED, *_SOURCES)))]
    assert not {*_UNNEEDED, *_SOURCES} & set(loaded)
    assert not collects


def test_the_collector_works_from_the_first_line_on_and_leaves_what_was_there() -> None:
    gc.disable()
    try:
        telemetry.Line("request-1").write()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.enable()
        gc.unfreeze()
