"""A post of any form -> one value of objects, lists and texts: JSON, forms, a query, XML. Pure.

What it is, the body itself says: platforms send JSON as a form, as text and without any content type.
"""

import re
from collections.abc import Iterable
from email import policy
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic_core import from_json

from pipeline.intake import body as bodies
from pipeline.intake.body import BadRequest
from pipeline.intake.unwrapping import without_brackets
from sources.files.objects import is_csv, objects
from sources.inbound import FORM, Inbound
from sources.mapped.xml_posts import xml
from sources.source_settings import Warnings

_MOST_FIELDS = 1_000  # of a form, ten times what any has: it bounds what a hostile post can cost
_BOUNDARY = re.compile(r"[\w'()+,./:=? -]{1,70}", re.ASCII).fullmatch  # RFC 2046


def content(inbound: Inbound, warnings: Warnings) -> Any:
    """What was posted; a GET, and a POST without a body, post the query of their address. Raises BadRequest."""
    body = inbound.body.removeprefix(b"\xef\xbb\xbf").lstrip()
    kind = inbound.headers.get("content-type", "").lower()
    if inbound.method == "GET" or not body:
        return _of_query(inbound)
    if is_csv(kind):
        return objects(body, warnings)
    if body[:1] in (b"{", b"["):
        return bodies.parse(body, warnings)
    if kind.startswith("multipart/form-data"):
        return nested(_parts(inbound.body, inbound.headers["content-type"]))
    if body[:1] == b"<":
        return xml(body)
    if "x-www-form-urlencoded" in kind or FORM(body):
        return nested(_pairs(body))
    return bodies.parse(body, warnings)


def query(inbound: Inbound) -> dict[str, Any]:
    """The parameters of the address, without the key."""
    pairs = _pairs(urlsplit(inbound.url).query.encode())
    return nested((name, value) for name, value in pairs if name != "key")


def _of_query(inbound: Inbound) -> dict[str, Any]:
    found = query(inbound)
    if not found:
        raise BadRequest(400, "the post is empty: it has neither a body nor, besides the key, a query in its address")
    return found


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The fields of a form: of one name the values are a list, a[b] is an object, a text of JSON its value."""
    fields: dict[str, Any] = {}
    for name, text in pairs:
        value = from_text(text)
        if name in fields:
            before = fields[name]
            fields[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            fields[name] = value
    without_brackets(fields)
    return fields


def from_text(text: Any) -> Any:
    """What a text holds that is JSON of an object or array; else what it is."""
    if not isinstance(text, str) or text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError:
        return text  # such as [[tag]], which was not filled in


def _pairs(form: bytes) -> list[tuple[str, str]]:
    try:
        text = form.decode()
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError as error:
        raise BadRequest(400, f"the body is not UTF-8 at byte {error.start}: send UTF-8") from None
    except ValueError:
        raise BadRequest(
            400, f"the form has more than {_MOST_FIELDS} fields: send only those that the mapping reads"
        ) from None


def _parts(body: bytes, content_type: str) -> list[tuple[str, str]]:
    """The texts of a multipart form; its files are left out."""
    if body.count(b"\n--") > _MOST_FIELDS:
        raise BadRequest(400, f"the form has more than {_MOST_FIELDS} fields: send only those that the mapping reads")
    # The body knows its boundary best: proxies and hand-written requests get the header's wrong.
    own = body.lstrip().partition(b"\n")[0].strip().removeprefix(b"--").decode("latin-1")
    boundary = own if _BOUNDARY(own) else ""
    kind = f'multipart/form-data; boundary="{boundary}"' if boundary else content_type
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str) or part.get_filename() is not None:
            continue
        raw = part.get_payload(decode=True)
        found.append((name, raw.decode(errors="replace") if isinstance(raw, bytes) else ""))
    if not found:
        raise BadRequest(400, "the multipart form has no field: its boundary must be that of the Content-Type header")
    return found
