"""GET /v1/relay.js: the script that a web page includes, cached by browsers."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

from pipeline.reply import reply

_HOUR, _YEAR = 3_600, 31_536_000  # seconds


def answer_script(event: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one request for the script: 304 to a browser that has it; for a year if `v` names this very version."""
    if event["requestContext"]["http"]["method"] not in ("GET", "HEAD"):
        body = reply(405, 0, description="this is a script: GET it")
        return _answer(405, to_json(body).decode(), {"Content-Type": "application/json", "Allow": "GET, HEAD"})
    from sources.script import served  # no conversion needs it, so no cold start of one pays for it

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


def _answer(status: int, body: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {"statusCode": status, "headers": dict(headers), "body": body, "isBase64Encoded": False}
