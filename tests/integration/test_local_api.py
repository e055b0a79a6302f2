"""The local HTTP front against what API Gateway's HTTP API does: events (payload format 2.0), answers and limits."""

import base64
import http.client
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.api import Api
from local.functions import Route
from local.runtime import MAX_PAYLOAD_BYTES, FunctionError, PayloadTooLarge
from tests.bounds import BOUND

ROUTES = [
    Route("ANY", "/v1/events", "Take"),
    Route("GET", "/items/{id}", "Take"),
    Route("GET", "/items/first", "First"),
    Route("ANY", "/files/{rest+}", "Take"),
]
OK = {"statusCode": 200, "headers": {}, "body": "ok"}


class Site:
    """The server with one function that notes its events and answers what it is told to."""

    def __init__(self, folder: Path, *more: Route) -> None:
        self.events: list[dict[str, Any]] = []
        self.answer: Callable[[], Any] = lambda: OK
        self.openapi = folder / "openapi.yaml"
        self.api = Api(
            0, [*ROUTES, *more], {"Take": self._take, "First": lambda _: {**OK, "body": "first"}}, self.openapi
        )
        self.api.start()

    def _take(self, event: dict[str, Any]) -> Any:
        self.events.append(event)
        return self.answer()

    def ask(
        self, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.api.port, timeout=BOUND)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.api.stop()


def test_an_event_has_the_form_of_payload_format_2(site: Site) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "tester", "X-One": "1", "Cookie": "a=1; b=2"}
    site.ask("POST", "/v1/events?k=1&k=2&empty=&e%20f=%C3%A9", b'{"a": "\xc3\xa9"}', headers)
    (event,) = site.events
    assert (event["version"], event["routeKey"]) == ("2.0", "ANY /v1/events")
    assert (event["rawPath"], event["rawQueryString"]) == ("/v1/events", "k=1&k=2&empty=&e%20f=%C3%A9")
    assert event["queryStringParameters"] == {"k": "1,2", "empty": "", "e f": "é"}
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]
    assert event["headers"]["x-one"] == "1"
    assert event["headers"]["content-type"] == "application/json"
    assert event["headers"]["x-forwarded-for"] == "203.0.113.1"
    assert event["headers"]["host"] == f"127.0.0.1:{site.api.port}"
    assert (event["body"], event["isBase64Encoded"]) == ('{"a": "é"}', False)
    context = event["requestContext"]
    assert context["http"] == {
        "method": "POST",
        "path": "/v1/events",
        "protocol": "HTTP/1.1",
        "sourceIp": "203.0.113.1",
        "userAgent": "tester",
    }
    assert (context["stage"], context["routeKey"]) == ("$default", "ANY /v1/events")
    assert isinstance(context["timeEpoch"], int)
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context["time"])
    assert context["requestId"]


def test_what_a_request_lacks_its_event_lacks(site: Site) -> None:
    site.ask("GET", "/v1/events")
    (event,) = site.events
    assert not {"body", "cookies", "queryStringParameters", "pathParameters", "stageVariables"} & event.keys()
    assert (event["rawQueryString"], event["isBase64Encoded"]) == ("", False)


def test_headers_of_one_name_are_joined_with_a_comma(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.api.port, timeout=BOUND)
    connection.putrequest("GET", "/v1/events")
    connection.putheader("X-Many", "1")
    connection.putheader("x-many", "2")
    connection.endheaders()
    connection.getresponse().read()
    connection.close()
    assert site.events[0]["headers"]["x-many"] == "1,2"


@pytest.mark.parametrize(
    ("content_type", "is_text"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Text/Plain;charset=UTF-8", True),
        ("application/xml", True),
        ("application/javascript", True),
        ("application/x-www-form-urlencoded", False),
        ("application/vnd.api+json", False),
        ("application/octet-stream", False),
        (None, False),
    ],
)
def test_bodies_are_base64_unless_their_type_is_text(site: Site, content_type: str | None, is_text: bool) -> None:
    site.ask("POST", "/v1/events", b"{}", {} if content_type is None else {"Content-Type": content_type})
    (event,) = site.events
    expected = "{}" if is_text else base64.b64encode(b"{}").decode()
    assert (event["body"], event["isBase64Encoded"]) == (expected, not is_text)


@pytest.mark.parametrize(
    ("method", "target", "parameters"),
    [("GET", "/items/7", {"id": "7"}), ("DELETE", "/files/a/b%20c", {"rest": "a/b c"})],
)
def test_path_parameters_are_taken_from_the_path(
    site: Site, method: str, target: str, parameters: dict[str, str]
) -> None:
    assert site.ask(method, target)[0] == 200
    assert site.events[0]["pathParameters"] == parameters


def test_a_plain_segment_goes_before_a_parameter(site: Site) -> None:
    assert site.ask("GET", "/items/first")[2] == b"first"


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", "/"), ("POST", "/items/7"), ("GET", "/v1/events/more"), ("TRACE", "/v1/events")],
)
def test_what_no_route_takes_is_not_found(site: Site, method: str, target: str) -> None:
    status, headers, body = site.ask(method, target)
    assert (status, headers["content-type"], body) == (404, "application/json", b'{"message":"Not Found"}')
    assert site.events == []


def test_an_answer_is_sent_as_the_function_gave_it(site: Site) -> None:
    site.answer = lambda: {
        "statusCode": 210,
        "headers": {"Content-Type": "application/json", "X-Number": 7},
        "cookies": ["a=1"],
        "body": base64.b64encode(b"\x00\xff").decode(),
        "isBase64Encoded": True,
    }
    status, headers, body = site.ask("GET", "/v1/events")
    assert (status, body) == (210, b"\x00\xff")
    assert (headers["content-type"], headers["x-number"], headers["set-cookie"]) == ("application/json", "7", "a=1")


def test_a_value_without_a_status_is_the_body_of_a_200(site: Site) -> None:
    site.answer = lambda: {"hello": "world"}
    status, headers, body = site.ask("GET", "/v1/events")
    assert (status, headers["content-type"], json.loads(body)) == (200, "application/json", {"hello": "world"})


def _raise(error: Exception) -> Any:
    raise error


@pytest.mark.parametrize(
    "answer",
    [
        lambda: _raise(FunctionError("it raised")),
        lambda: {"statusCode": "many"},
        lambda: {"statusCode": 42},
        lambda: {"statusCode": 200, "body": {"not": "text"}},
        lambda: {"statusCode": 200, "body": "no base64!", "isBase64Encoded": True},
        lambda: {"statusCode": 200, "headers": {"x": "a\r\nb: c"}},
        lambda: {"statusCode": 200, "headers": ["x"]},
    ],
)
def test_a_function_that_fails_or_answers_nonsense_makes_a_500(site: Site, answer: Callable[[], Any]) -> None:
    site.answer = answer
    status, _, body = site.ask("GET", "/v1/events")
    assert (status, body) == (500, b'{"message":"Internal Server Error"}')


def test_a_body_of_ten_mebibytes_comes_through_and_a_byte_more_does_not(site: Site) -> None:
    limit = 10 * 1024 * 1024
    assert site.ask("POST", "/v1/events", b"x" * limit, {"Content-Type": "text/plain"})[0] == 200
    status, _, body = site.ask("POST", "/v1/events", b"x" * (limit + 1), {"Content-Type": "text/plain"})
    assert (status, body) == (413, b'{"message":"Request Entity Too Large"}')
    assert [len(event["body"]) for event in site.events] == [limit]


def test_an_event_that_lambda_would_refuse_is_too_large(site: Site) -> None:
    site.answer = lambda: _raise(PayloadTooLarge())
    assert site.ask("POST", "/v1/events", b"x")[0] == 413
    assert MAX_PAYLOAD_BYTES == 6_291_456


def test_connections_are_kept_and_chunked_bodies_are_read(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.api.port, timeout=BOUND)
    kept = []
    for _ in range(3):
        connection.request("POST", "/v1/events", iter([b"ab", b"cd"]), {"Content-Type": "text/plain"})
        connection.getresponse().read()
        kept.append(connection.sock)
    connection.close()
    assert [event["body"] for event in site.events] == ["abcd"] * 3
    assert len(set(map(id, kept))) == 1


@pytest.mark.parametrize("length", ["-1", "ten"])
def test_a_length_that_is_no_number_is_a_bad_request(site: Site, length: str) -> None:
    assert site.ask("POST", "/v1/events", headers={"Content-Length": length})[0] == 400


def test_a_head_request_has_the_headers_alone(site: Site) -> None:
    status, headers, body = site.ask("HEAD", "/v1/events")
    assert (status, headers["content-length"], body) == (200, "2", b"")


def test_the_default_route_takes_what_no_other_takes_and_leaves_the_document_alone(tmp_path: Path) -> None:
    site = Site(tmp_path, Route("ANY", "$default", "Take"))
    site.openapi.write_text("openapi: 3.1.0\n")
    try:
        asked = ("/", "/v2/events", "/$default", "/items/first", "/openapi.yaml")
        assert [site.ask("GET", target)[2] for target in asked] == [b"ok", b"ok", b"ok", b"first", b"openapi: 3.1.0\n"]
    finally:
        site.api.stop()
    assert [event["routeKey"] for event in site.events] == ["$default"] * 3
    assert [event["requestContext"]["routeKey"] for event in site.events] == ["$default"] * 3


def test_the_openapi_document_is_served_in_both_forms(site: Site) -> None:
    assert site.ask("GET", "/openapi.json")[0] == 404
    site.openapi.write_text("openapi: 3.1.0\ninfo: {title: Relay}\n")
    document = {"openapi": "3.1.0", "info": {"title": "Relay"}}
    status, headers, body = site.ask("GET", "/openapi.json")
    assert (status, headers["content-type"], json.loads(body)) == (200, "application/json", document)
    assert site.ask("GET", "/openapi.yaml")[2] == site.openapi.read_bytes()
