"""api_page.py PAGE: writes the page of the API from docs/openapi.yaml, with examples from events/."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
HEAD = """# API

Every path, its parameters, its answers and an example. The same for machines: [openapi.yaml](openapi.yaml), from which
`make fields` writes this page; the examples are the samples in `events/`. What a body may hold: [fields](fields.md).

"""
# The samples that show an operation, by its id.
EXAMPLES = {
    "postEvents": ("api/purchase-clear.json", "api/one-good-one-bad.json"),
    "postBeacon": ("api/browser-beacon.json",),
    "postSource": ("sources/callrail-post-call.json", "sources/csv-store-purchases.json"),
    "postWebhook": ("sources/webhook-stripe.json",),
}
_LANGUAGES = {"application/json": "json", "text/csv": "csv"}

_HEADERS = {
    "bearer": "header `Authorization: Bearer KEY`",
    "basic": "header `Authorization: Basic`, of `KEY:` in base64 (`curl -u KEY:`)",
}


def page(document: Mapping[str, Any]) -> str:
    """The page's text."""
    return HEAD + "\n".join(_lines(document)) + "\n"


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    parts = document["components"]
    yield from ("## Keys", "", "| Where the key is | |", "|---|---|")
    for scheme in parts["securitySchemes"].values():
        where = f"{scheme['in']} `{scheme['name']}`" if "in" in scheme else _HEADERS[scheme["scheme"]]
        yield f"| {where} | {_cell(scheme.get('description', ''))} |"
    for path, item in document["paths"].items():
        for method in (name for name in item if name in ("get", "post")):
            yield from _operation(document, method, path, item)
    yield from ("", "## Status codes", "", "| Status | Meaning |", "|---|---|")
    yield from (f"| {status} | {meaning} |" for status, meaning in _usual(document).items())
    yield from ("", "## The answer", "", "| Field | Type | Meaning |", "|---|---|---|")
    for name, schema in parts["schemas"]["Answer"]["properties"].items():
        yield from _field(parts["schemas"], name, schema)


def _operation(document: Mapping[str, Any], method: str, path: str, item: Mapping[str, Any]) -> Iterator[str]:
    operation = item[method]
    yield from ("", f"## {method.upper()} {path}", "", operation["summary"])
    if "description" in operation:
        yield from ("", operation["description"])
    parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
    if parameters:
        yield from ("", "| Parameter | Where | Meaning |", "|---|---|---|")
        yield from (f"| `{one['name']}` | {one['in']} | {_cell(_told(one))} |" for one in parameters)
    body = _found(document, operation.get("requestBody", {}))
    if body:
        kinds = ", ".join(f"`{kind}`" for kind in body["content"])
        yield from ("", f"**Body**: {body['description']} Content types: {kinds}.")
    for name in EXAMPLES.get(operation["operationId"], ()):
        yield from _example(json.loads((ROOT / "events" / name).read_text(encoding="utf-8")), name)
    usual = _usual(document)
    answers = {status: _meaning(document, answer) for status, answer in sorted(operation["responses"].items())}
    shared = [status for status, meaning in answers.items() if usual.get(status) == meaning]
    yield from ("", "| Status | Meaning |", "|---|---|")
    yield from (f"| {status} | {meaning} |" for status, meaning in answers.items() if status not in shared)
    yield f"| {', '.join(shared)} | as [everywhere](#status-codes) |"


def _usual(document: Mapping[str, Any]) -> dict[str, str]:
    """The status codes that mean the same wherever they occur, and occur more than once."""
    told = [
        (status, _meaning(document, answer))
        for item in document["paths"].values()
        for method in ("get", "post")
        for status, answer in item.get(method, {}).get("responses", {}).items()
    ]
    ways = {status: {meaning for one, meaning in told if one == status} for status, _ in told}
    counts = {status: sum(one == status for one, _ in told) for status, _ in told}
    return {status: next(iter(found)) for status, found in sorted(ways.items()) if len(found) == 1 < counts[status]}


def _meaning(document: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    return _cell(_found(document, answer)["description"])


def _example(sample: Mapping[str, Any], name: str) -> Iterator[str]:
    post = sample["post"]
    yield from ("", f"**Example**, `events/{name}`: {sample['about']} It gets {sample['answer']['status']}.", "")
    if "body" in post:
        yield from ("```json", json.dumps(post["body"], indent=2, ensure_ascii=False), "```")
    else:
        kind = post.get("headers", {}).get("Content-Type", "").partition(";")[0]
        yield from (f"```{_LANGUAGES.get(kind, 'text')}", post["text"].rstrip("\n"), "```")


def _field(schemas: Mapping[str, Any], name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    target = schema["$ref"].rpartition("/")[2] if "$ref" in schema else None
    shown = schemas[target] if target else schema
    yield f"| `{name}` | {shown.get('type', 'any')} | {_cell(_told(shown))} |"
    inner, mark = (shown.get("items", {}), "[].") if shown.get("type") == "array" else (shown, ".")
    for field, one in inner.get("properties", {}).items():
        yield from _field(schemas, f"{name}{mark}{field}", one)


def _told(schema: Mapping[str, Any]) -> str:
    values = schema.get("enum") or schema.get("schema", {}).get("enum") or schema.get("items", {}).get("enum") or ()
    listed = f" One of {', '.join(f'`{value}`' for value in values)}." if values else ""
    return str(schema.get("description", "")) + listed


def _found(document: Mapping[str, Any], value: Mapping[str, Any]) -> Any:
    """The value itself, or what it refers to."""
    found: Any = document
    for part in value["$ref"].removeprefix("#/").split("/") if "$ref" in value else ():
        found = found[part]
    return found if "$ref" in value else value


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the page."""
    document = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    Path(sys.argv[1]).write_text(page(document), encoding="utf-8")


if __name__ == "__main__":
    main()
