"""Addresses of pages without what is personal or secret in them: in parameters, in the fragment, in the path. Pure."""

import re
from collections.abc import Callable
from functools import cache
from urllib.parse import unquote, unquote_plus

from pipeline.values.glances import glance
from pipeline.values.personal import EMAIL, holds_email, holds_number, numbers_at_a_glance
from pipeline.values.personal_names import is_personal_or_secret as is_named
from pipeline.values.personal_names import names_at_a_glance

# Where a parameter begins, also behind a fragment such as #/thanks?email=..., and what may stand before a page's host.
_MARK = re.compile(r"([?#&;])")
_CREDENTIALS = re.compile(r"^(\w+://)[^/?#]*@")
_HOST = re.compile(r"(?:\w{1,20}:)?//[^/]*").match
_DECODINGS = 3  # an address within an address within an address
_NAME_PARTS = frozenset({"first", "last", "given", "family", "middle"})
_KEYS = re.compile(r"[\"']([^\"']{1,256})[\"']\s{0,9}:").findall  # of JSON within a parameter
_MOST_PARAMETERS = 200  # more than any page has: what follows is not looked at, and goes

# An address without user and fragment, in the language of both Python's and Rust's expressions. Percent-encoded may be
# anything but % @ and =, behind which more could be hidden, and a parameter has one = at most.
_ENCODED = "%(?:[015-9A-Fa-f][0-9A-Fa-f]|2[0-46-9A-Fa-f]|3[0-9A-CEFa-cef]|4[1-9A-Fa-f])"
_NAME, _VALUE = (
    f"{plain}*(?:{_ENCODED}{plain}*)*" for plain in ("[0-9A-Za-z_.~:,!$'()*/-]", "[0-9A-Za-z_.~:,!$'()*/+-]")
)
_PAIR = f"{_NAME}(?:={_VALUE})?"
ORDINARY = (
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
    rf"(?:/{_NAME})?(?:\?{_PAIR}(?:&{_PAIR})*)?"
)


def is_clean(url: str) -> bool:
    """Whether an address of the form ORDINARY is already as `cleaned` would make it."""
    if url.count("&") >= _MOST_PARAMETERS:  # with the one behind ? they are too many, so that the last of them goes
        return False
    return not (_is_doubtful()(url) and _may_hide()(url)) or not cleaned(url)[1]


@cache
def _is_doubtful() -> Callable[[str], bool]:
    return glance(f"[%+]|{_looks()}")


@cache
def _may_hide() -> Callable[[str], bool]:
    """Whether what is encoded in an address could be more: a name, another script's @, an object, a number.

    A number takes seven digits in one part, and any letter that is a digit somewhere has one of ours in its code.
    """
    digits = "|".join(
        rf"(?:[0-9][^0-9&=?%+]*){{{before}}}[%+](?:[^0-9&=?]*[0-9]){{{7 - before}}}" for before in range(8)
    )
    return glance(rf"[?&][^=&]*%|%(?i:ef|7b)|=[+]|{digits}|{_looks()}")


def _looks() -> str:
    """What is personal in an address whatever is encoded: names, also those of JSON ('em': 1), and numbers."""
    quote, blank = "(?:'|%2[27])", "(?:[+]|%20|%09)"
    return f"{quote}{blank}*(?::|%3[Aa])|{names_at_a_glance()}|{numbers_at_a_glance()}"


def cleaned(url: str) -> tuple[str, bool]:
    """The address without what names or holds personal data or a key, and whether anything was dropped.

    A parameter goes with its name, of a path the part between two slashes.
    """
    head, *rest = _MARK.split(url, _MOST_PARAMETERS + 1)
    rest = rest[: 2 * _MOST_PARAMETERS]
    kept, opening = [_path(head)], ""  # opening: the ? or # of a dropped parameter, which the next one takes over
    for mark, pair in zip(rest[::2], rest[1::2], strict=True):
        if _is_dropped(pair):
            opening = mark if mark in "?#" else opening
            continue
        kept.append((opening if opening and mark in "&;" else mark) + pair)
        opening = ""
    clean = "".join(kept)
    if "@" in clean or "%40" in clean:
        clean = _CREDENTIALS.sub(r"\1", clean)
        # A slash in its place: what stood around it cannot join to another address.
        clean = EMAIL.sub("/", clean) if holds_email(clean) else clean
    return clean, clean != url


def _path(head: str) -> str:
    """The part before all parameters, without the parts of its path that hold a number of a person's."""
    found = _HOST(head)
    host = found[0] if found else ""
    parts = head[len(host) :].split("/")
    return host + "/".join("" if _is_dropped_part(part) else part for part in parts)


def _is_dropped_part(part: str) -> bool:
    text = part
    for _ in range(_DECODINGS):
        # An e-mail address that is not encoded goes alone, with what stands around it kept: see `cleaned`.
        if holds_number(text) or (text is not part and holds_email(text)):
            return True
        if "%" not in text:
            break
        text = unquote(text)
    return "=" in text and _is_dropped(text)


def _is_dropped(pair: str, depth: int = _DECODINGS) -> bool:
    """Whether a parameter is personal by its name or by the look of either side, or holds an address with one."""
    name, equals, value = pair.partition("=")
    if "/" not in name and is_named(name):  # a part with slashes is the path behind a fragment
        return True
    # No form wrote a part without a name, so that a plus is a plus there.
    text, *others = (_text(value), _text(name)) if equals else (unquote(name),)
    if _is_name_part(name, text) or any(map(is_named, _KEYS(text))) or any(map(_is_look, (text, *others))):
        return True
    inner = _MARK.split(text)[::2] if depth and ("%" in text or "=" in text) else []
    return any(_is_dropped(one, depth - 1) for one in inner)


def _is_name_part(name: str, value: str) -> bool:
    """Whether first=Jane: half of a person's name. A count (first=20) is none."""
    return name.lower() in _NAME_PARTS and any(map(str.isalpha, value))


def _text(part: str) -> str:
    """The part decoded: a plus is a space, but at the beginning it is a phone number's."""
    decoded = unquote_plus(part)
    return "+" + decoded[1:] if part.startswith("+") else decoded


def _is_look(text: str) -> bool:
    return holds_email(text) or holds_number(text)
