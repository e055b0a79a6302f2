"""An HTTP request as the event of API Gateway's HTTP API (payload format 2.0), and a function's answer to it.

Source: "Create AWS Lambda proxy integrations for HTTP APIs" of the API Gateway developer guide. The guide does not
say which bodies are text: seen on the service, text/* and three application types are, everything else is base64.
Nobody has documented a compressed body of such a type: here it arrives whole, as base64, and `make smoke` tries it.
"""

import base64
import binascii
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.functions import DEFAULT, Route
from local.http_server import Answer, Request, joined
from local.template import ACCOUNT

VISITOR = "203.0.113.1"  # the address that API Gateway would see: here every client has that of this machine
_ANY = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})  # what a route for ANY takes
_TEXT_TYPES = frozenset({"application/json", "application/javascript", "application/xml"})


class BadAnswer(Exception):
    """The function answered what API Gateway cannot turn into an HTTP answer."""


def match(routes: Sequence[Route], method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The most specific route for a request and its path parameters: plain segments first, then the exact method."""
    found = [
        (route, parameters)
        for route in routes
        if (route.method == method or (route.method == "ANY" and method in _ANY))
        and (parameters := _path_parameters(route.path, path)) is not None
    ]
    return min(found, key=lambda item: (len(item[1]), item[0].method == "ANY"), default=None)


def default(routes: Sequence[Route]) -> tuple[Route, dict[str, str]] | None:
    """The route for what no other takes, if there is one."""
    return next(((route, {}) for route in routes if route.path == DEFAULT), None)


def event(request: Request, route: Route, parameters: Mapping[str, str], port: int, request_id: str) -> dict[str, Any]:
    """The event that the route's function gets; absent parts (body, cookies, query) are absent from it."""
    path, query = unquote(request.path), request.target.partition("?")[2]
    headers = _headers(request, port)
    cookies = headers.pop("cookie", None)
    text = _is_text(headers.get("content-type", "")) and "content-encoding" not in headers
    now = time.time()
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": headers.get("host", ""),
            "domainPrefix": headers.get("host", "").split(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": VISITOR,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": route.key,
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": bool(request.body) and not text,
    }
    if request.body:
        made["body"] = request.body.decode(errors="replace") if text else base64.b64encode(request.body).decode()
    if cookies is not None:
        made["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if query:
        made["queryStringParameters"] = joined(parse_qsl(query, keep_blank_values=True, errors="replace"))
    if parameters:
        made["pathParameters"] = dict(parameters)
    return made


def answer(value: Any) -> Answer:
    """The HTTP answer that API Gateway makes of a function's; BadAnswer where it would answer 500.

    A value without statusCode is itself the body of a 200 with JSON.
    """
    if not isinstance(value, Mapping) or "statusCode" not in value:
        return Answer(200, [("content-type", "application/json")], json.dumps(value).encode())
    status, body, headers = value["statusCode"], value.get("body"), value.get("headers") or {}
    if not _is_status(status):
        raise BadAnswer(f"statusCode {status!r}")
    if not isinstance(body, str | None) or not isinstance(headers, Mapping):
        raise BadAnswer("a body that is not text, or headers that are no object")
    content = _content(body or "", is_base64=bool(value.get("isBase64Encoded")))
    sent = {str(name).lower(): _header_text(item) for name, item in headers.items()}
    sent.pop("content-length", None)
    if content:
        sent.setdefault("content-type", "text/plain;charset=utf-8")
    cookies = [("set-cookie", str(cookie)) for cookie in value.get("cookies") or []]
    return Answer(int(status), [*sent.items(), *cookies], content)


def _content(body: str, *, is_base64: bool) -> bytes:
    try:
        return base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadAnswer(str(error)) from error


def _is_status(status: object) -> bool:
    return isinstance(status, int | str) and str(status).isdigit() and 100 <= int(status) <= 599


def _path_parameters(pattern: str, path: str) -> dict[str, str] | None:
    wanted, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    parameters: dict[str, str] = {}
    for position, segment in enumerate(wanted):
        if segment.startswith("{") and segment.endswith("+}"):
            rest = "/".join(given[position:])
            return {**parameters, segment[1:-2]: rest} if rest else None
        if position >= len(given):
            return None
        if segment.startswith("{"):
            parameters[segment[1:-1]] = given[position]
        elif segment != given[position]:
            return None
    return parameters if len(wanted) == len(given) else None


def _headers(request: Request, port: int) -> dict[str, str]:
    headers = dict(request.headers)
    for name in ("connection", "transfer-encoding", "keep-alive", "expect"):  # of the connection, not of the request
        headers.pop(name, None)
    headers["content-length"] = str(len(request.body))
    headers["x-forwarded-for"] = ", ".join(filter(None, [headers.get("x-forwarded-for"), VISITOR]))
    headers["x-forwarded-port"] = str(port)
    headers["x-forwarded-proto"] = "http"
    headers["x-amzn-trace-id"] = f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}"
    return headers


def _is_text(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in _TEXT_TYPES


def _header_text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    if not (text.isascii() and text.isprintable()):
        raise BadAnswer("a header that HTTP cannot carry")
    return text
