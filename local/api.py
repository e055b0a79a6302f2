"""The HTTP front of the local stack: behaves as API Gateway's HTTP API does before and behind the functions."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from local import http_event
from local.functions import DEFAULT, Route
from local.http_event import BadAnswer
from local.http_server import HOST, Answer, Request, Server, message
from local.runtime import FunctionError, PayloadTooLarge

# Stands around every request: answers it itself, or lets the given function do so.
Around = Callable[[Request, Callable[[Request], Answer]], Answer]


class Api:
    """The routes of the template, served on 127.0.0.1."""

    def __init__(
        self,
        port: int,
        routes: Sequence[Route],
        invoke: Mapping[str, Callable[[dict[str, Any]], Any]],
        openapi: Path | None = None,
        around: Around | None = None,
        log: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Binds the port (0: any). `invoke` has each function by its logical id; `log` takes a line of each request."""
        self._log = log
        self._routes = list(routes)
        self._invoke = invoke
        self._openapi = openapi
        respond = self.respond
        self._server = Server(port, respond if around is None else lambda request: around(request, respond))

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.port

    @property
    def url(self) -> str:
        """Its URL, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Begins to serve."""
        self._server.start()

    def stop(self) -> None:
        """Stops serving and frees the port; connections still open are closed."""
        self._server.stop()

    def respond(self, request: Request) -> Answer:
        """What API Gateway answers to one request, the function's answer included."""
        request_id, route = uuid.uuid4().hex[:15], DEFAULT
        path = unquote(request.path)
        found = http_event.match(self._routes, request.method, path)
        if found is None and (document := self._document(path)) is not None:
            answer = document
        elif found is None and (found := http_event.default(self._routes)) is None:
            answer = message(404, "Not Found")
        else:
            route = found[0].key
            answer = self._answer(request, path, *found, request_id)
        # As the template's access log has it.
        self._log(f"{request_id} {answer.status} {route}")
        return replace(answer, headers=[*answer.headers, ("apigw-requestid", request_id)])

    def _answer(
        self, request: Request, path: str, route: Route, parameters: Mapping[str, str], request_id: str
    ) -> Answer:
        try:
            event = http_event.event(request, route, parameters, self.port, request_id)
            return http_event.answer(self._invoke[route.function](event))
        except PayloadTooLarge:
            return message(413, "Request Entity Too Large")
        except (FunctionError, BadAnswer) as error:
            print(f"{request.method} {path}: {error}", flush=True)
            return message(500, "Internal Server Error")

    def _document(self, path: str) -> Answer | None:
        if self._openapi is None or not self._openapi.is_file():
            return None
        text = self._openapi.read_text(encoding="utf-8")
        if path == "/openapi.yaml":
            return Answer(200, [("content-type", "application/yaml")], text.encode())
        if path == "/openapi.json":
            return Answer(200, [("content-type", "application/json")], json.dumps(yaml.safe_load(text)).encode())
        return None
