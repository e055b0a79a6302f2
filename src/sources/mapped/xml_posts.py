"""XML as objects, lists and texts: names without their namespaces, attributes beside the elements. Pure.

Entities of a document's own are refused: with a few lines of them one text becomes gigabytes.
"""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from pipeline.intake.body import BadRequest

_DEEPEST = 30
_MOST_ELEMENTS = 20_000


def xml(body: bytes) -> Any:
    """The value of an XML document. Raises BadRequest."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest(400, f"the XML is not UTF-8 at byte {error.start}: send it in UTF-8") from None
    if "<!DOCTYPE" in text:
        raise BadRequest(400, "the XML declares a document type: send it without one")
    if text.count("<") > 2 * _MOST_ELEMENTS:
        raise BadRequest(413, f"the XML has more than {_MOST_ELEMENTS} elements: send it in parts")
    parser: XMLPullParser[Any] = XMLPullParser(["start", "end"])
    depth, root = 0, None
    event: Any
    try:
        parser.feed(text)
        parser.close()
        for event in parser.read_events():
            kind, element = event
            depth += 1 if kind == "start" else -1
            if depth > _DEEPEST:
                raise BadRequest(400, f"the XML is nested more than {_DEEPEST} deep")
            root = element if root is None else root
    except ParseError as error:
        line, column = error.position
        said = f"the body is not XML at line {line}, column {column}: send JSON or well-formed XML"
        raise BadRequest(400, said) from None
    return {_name(root.tag): _value(root)} if isinstance(root, Element) else None


def _value(element: Element) -> Any:
    fields: dict[str, Any] = {_name(name): text for name, text in element.attrib.items()}
    for child in element:
        name, value = _name(child.tag), _value(child)
        if name in fields:
            before = fields[name]
            if isinstance(before, list):
                before.append(value)
            else:
                fields[name] = [before, value]
        else:
            fields[name] = value
    text = (element.text or "").strip()
    if not len(element):
        return text if not fields or text else fields
    return fields


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]
