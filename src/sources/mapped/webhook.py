"""POST or GET /v1/sources/webhook and /v1/sources/webhook/NAME: a post of any form, by a mapping, -> conversions. Pure.

The mapping is in the sender's entry, or it is the ready-made one of that name. Without one, a post that uses the names
of /v1/events, or names that files of conversions use, is read by these.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.contract.destination import Invalid
from pipeline.intake.body import MAX_EVENTS, BadRequest, Body, Ignored
from pipeline.intake.sender_entries import WRONG_MAP
from pipeline.intake.senders import SourceSettings
from pipeline.intake.unwrapping import unwrapped
from pipeline.values import rules
from pipeline.values.faults import Fault
from sources import signature
from sources.files.columns_to_fields import place
from sources.inbound import Inbound, unpacked
from sources.mapped import ready
from sources.mapped.content import content, from_text, query
from sources.mapped.conversions import conversions
from sources.mapped.mapping import PostMapping, compiled
from sources.mapped.paths import Path, Post, fields_of
from sources.mapped.scope import Scope, is_empty
from sources.source_settings import Warnings, event_names, only, settle

PATH = "webhook"
_NUMBERED = re.compile(r"q\d{1,4}_(\w{1,100})").fullmatch
_SECRET_HEADERS = ("authorization", "authentication", "x-api-key", "cookie")


def understood(name: str, settings: SourceSettings) -> PostMapping | None:
    """The mapping of a sender's settings of this source, None if they name none. Raises Fault."""
    named = name.partition("/")[2]
    given = settings.map if settings.map is not None else named or None
    if given is None:
        return None
    if settings.signature is not None:
        given = {"like": given} if isinstance(given, str) else given
        given = {**given, "signature": settings.signature}
    try:
        made = compiled(given, ready.ready)
    except Fault as fault:
        raise Fault(f"{WRONG_MAP}{fault}") from None
    if settings.signature_secret is not None and made.signature is None:
        raise Fault(
            "has a signature_secret, but nothing says how the platform signs: set signature, such as standard-webhooks"
        )
    return made


def read(inbound: Inbound) -> Body:
    """Read one post. Raises BadRequest."""
    mapping = _mapping(inbound)
    packed, warnings = inbound, list[tuple[str, str]]()
    inbound = unpacked(inbound)
    if mapping is None:
        return _by_names(inbound, warnings)
    if inbound.settings.signature_secret is not None and not mapping.ping:
        _verify(packed, mapping)
    whole = content(inbound, warnings)
    for path in mapping.json_in:
        _in_place(whole, path, from_text)
    if mapping.numbered is not None:
        _in_place(whole, mapping.numbered, _unnumbered)
    headers = {name: one for name, one in inbound.headers.items() if name not in _SECRET_HEADERS}
    post = Post(whole, query(inbound), headers)
    if mapping.ping:
        if _is_ping(mapping, post):
            told = Ignored("not_a_conversion", "the platform tries the address: there is nothing to send")
            return Body(inbound.settings.event_group, {}, [told], warnings, only_200=mapping.only_200)
        _verify(packed, mapping)
    return _posting(mapping, post, inbound, warnings)


def _mapping(inbound: Inbound) -> PostMapping | None:
    understanding = inbound.settings.understood
    if isinstance(understanding, PostMapping):
        return understanding
    try:
        return understood(inbound.source, inbound.settings)
    except Fault as fault:
        raise BadRequest(
            404, f"this address {fault}; or put a map of your own into this sender's entry, as webhook/NAME"
        ) from None


def _verify(inbound: Inbound, mapping: PostMapping) -> None:
    if mapping.signature is not None:
        signature.verify(inbound, mapping.signature)


def _is_ping(mapping: PostMapping, post: Post) -> bool:
    scope = Scope(post, post.whole, [])
    return all(one.holds(scope) for one in mapping.ping)


def _in_place(whole: Any, path: Path, made_of: Callable[[Any], Any]) -> None:
    """Put what `made_of` makes of a value in its place, in each element if the body is a list."""
    *before, last = path.names or ("",)
    for start in whole if isinstance(whole, list) else [whole]:
        node = start
        for name in before:
            node = node.get(name) if isinstance(node, dict) else None
        if isinstance(node, dict) and last in node:
            node[last] = made_of(node[last])


def _unnumbered(fields: Any) -> Any:
    """The fields with those of q4_email named email too, as Jotform numbers its questions."""
    if not isinstance(fields, dict):
        return fields
    found = {match[1]: fields[name] for name in reversed(fields) if (match := _NUMBERED(name))}
    return found | fields


def _posting(mapping: PostMapping, post: Post, inbound: Inbound, warnings: Warnings) -> Body:
    elements = _elements(mapping, post)
    if len(elements) > MAX_EVENTS:
        raise BadRequest(
            400, f"the post has {len(elements)} conversions; at most {MAX_EVENTS} are taken: send them in parts"
        )
    made: list[Any] = []
    spoken: list[Any] = []
    groups: set[str | None] = set()
    for element in elements:
        if isinstance(element, Invalid):  # a row of a table that cannot be read
            found: list[Any] = [element]
        else:
            found = list(conversions(mapping, Scope(post, element, warnings), inbound, groups))
        made += found
        spoken += [element] * len(found)
    if not elements:
        made = [Ignored("not_a_conversion", "the post has nothing where the mapping's each looks")]
        spoken = [None]
    unwrapped(made, warnings)
    group = inbound.settings.event_group or only(groups)
    said = list(dict.fromkeys(warnings))
    return Body(
        group,
        {},
        made,
        said,
        _beside(mapping, post.whole),
        spoken,
        only_200=mapping.only_200,
        acknowledgement=mapping.acknowledgement if inbound.body.lstrip().startswith(b"<") else None,
    )


def _elements(mapping: PostMapping, post: Post) -> Sequence[Any]:
    """What each is one conversion: where `each` leads, the entries of a list, or the whole."""
    found = post.whole if mapping.each is None else post.at(mapping.each, post.whole)
    if isinstance(found, list):
        return found
    return [] if mapping.each is not None and is_empty(found) else [found]


def _beside(mapping: PostMapping, whole: Any) -> Any:
    """What the post says beside its elements, where signals of consent hold for all of them."""
    if mapping.each is None:
        return None if isinstance(whole, list) else whole
    return _without(whole, fields_of(mapping.each))


def _without(node: Any, names: Sequence[str]) -> Any:
    if isinstance(node, list):
        return [_without(one, names) for one in node] if names else []
    if not isinstance(node, Mapping) or not names or names[0] not in node:
        return node
    rest = {name: value for name, value in node.items() if name != names[0]}
    return rest | {names[0]: _without(node[names[0]], names[1:])} if len(names) > 1 else rest


def _by_names(inbound: Inbound, warnings: Warnings) -> Body:
    """A post without a mapping: its fields by what they are called."""
    if inbound.settings.signature_secret is not None:
        raise BadRequest(503, "signature_secret is set, but no map says how the platform signs: set map and signature")
    whole = content(inbound, warnings)
    elements = whole if isinstance(whole, list) else [whole]
    if not all(isinstance(one, dict | Invalid) for one in elements) or len(elements) > MAX_EVENTS:
        raise BadRequest(400, f"the post must be an object, or a list of at most {MAX_EVENTS} objects")
    made: list[Any] = []
    groups: set[str | None] = set()
    strangers: dict[str, None] = {}
    for one in elements:
        if isinstance(one, Invalid):
            made.append(one)
            continue
        conversion, unknown, _ = place(one)
        strangers.update(dict.fromkeys(unknown))
        groups.add(conversion.pop("event_group_id", None))
        if is_empty(conversion.get("event_time")):
            conversion["event_time"] = int(inbound.received_at)
        made.append(settle(conversion, event_names(inbound.settings), inbound.settings, warnings, default=True))
    warnings += rules.unknown(list(strangers), "", (), {})
    unwrapped(made, warnings)
    return Body(inbound.settings.event_group or only(groups), {}, made, warnings, spoken=elements)
