"""GET /v1/relay.js: the script that a web page includes, without its comments and indentation, cached by browsers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from pydantic_core import to_json

from pipeline.intake.reply import reply

_HOUR, _YEAR = 3_600, 31_536_000  # seconds


@dataclass(frozen=True, slots=True)
class Script:
    """What is served; `version` and `etag` are digests of `content`, so that they change exactly when it does."""

    content: bytes
    version: str
    etag: str


def answer(event: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one request for the script: 304 to a browser that has it; for a year if `v` names this very version."""
    if event["requestContext"]["http"]["method"] not in ("GET", "HEAD"):
        body = to_json(reply(405, 0, description="this is a script: GET it")).decode()
        return _answer(405, body, {"Content-Type": "application/json", "Allow": "GET, HEAD"})
    script = served()
    asked = (event.get("queryStringParameters") or {}).get("v")
    lasting = f"max-age={_YEAR}, immutable" if asked == script.version else f"max-age={_HOUR}"
    headers = {
        "Content-Type": "text/javascript; charset=utf-8",
        "Cache-Control": f"public, {lasting}",
        "ETag": script.etag,
        "Access-Control-Allow-Origin": "*",  # a page that checks its integrity must be able to read it
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    known = {name.lower(): value for name, value in (event.get("headers") or {}).items()}.get("if-none-match", "")
    if script.etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        return _answer(304, "", headers)
    return _answer(200, script.content.decode(), headers)


@cache
def served() -> Script:
    """The script as it is beside this module."""
    content = stripped(files("browser").joinpath("relay.js").read_text(encoding="utf-8")).encode()
    version = sha256(content).hexdigest()[:12]
    return Script(content, version, f'"{version}"')


def stripped(source: str) -> str:
    """The source without lines that are only a comment (`//`) or empty, and without indentation.

    Nothing else is touched: whoever shortens code needs to parse it. A text of several lines (a template literal) would
    be shortened too; relay.js has none.
    """
    lines = (line.lstrip() for line in source.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def _answer(status: int, body: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {"statusCode": status, "headers": dict(headers), "body": body, "isBase64Encoded": False}
