"""E-mail addresses as people, forms and mail programs write them. Pure."""

import re
from functools import lru_cache
from urllib.parse import unquote

from pipeline.values.faults import Fault

_LOCAL, _LABEL = r"[^\s@\"<>(),;:\[\]\\\x00-\x1f\u2018-\u201f]", r"[^\W_](?:[\w-]*[^\W_])?"
_EMAIL = re.compile(rf"{_LOCAL}{{1,64}}@(?:{_LABEL}\.)+(?:[^\W\d_]{{2,}}|xn--[\w-]{{1,59}})", re.IGNORECASE).fullmatch
_BRACKETS = re.compile(r"<([^<>@\s]{1,200}@[^<>@\s]{1,200})>")
_BETWEEN = re.compile(r"[\s;,|]+")
_SAYS_ADDRESS = re.compile(
    r"(?:mailto|smtp|e-?mail(?: address)?|mail|correo|courriel|e|from|to)\s*[:=]\s*", re.IGNORECASE
).match
_LINK = re.compile(r"\[[^\[\]]{1,200}\]\(mailto:([^()]{1,200})\)", re.IGNORECASE).fullmatch
_COMMENT = re.compile(r"\s\([^()@]{0,100}\)$")
_AROUND_SIGNS = re.compile(r"\s?([@\u3002\uff61])\s?|(\.)\s|\s(\.)")
_MARKS = "\"'`<>[](){}\u2018\u2019\u201c\u201d\u00ab\u00bb"
# Addresses that shops and tills write for everybody who gave none: these before any @, and those of one word on both
# sides of it (test@test.com), or with a word for "example" behind it (test@example.com).
_NOBODYS = frozenset(
    "noemail no-email no_email no.email nomail no-mail noemailprovided noemailaddress none noone nobody noreply"
    " no-reply no_reply donotreply do-not-reply notprovided not-provided not_provided not.provided notgiven"
    " notavailable noaddress undefined null anonymous anon guest walkin walk-in walk_in n/a".split()
)
_TWICE = frozenset(
    "test testing tester email mail fake dummy asdf asd qwerty abc abcd abc123 xyz xxx aaa 123 1234 12345 a x na no"
    " nope not unknown example sample demo user name you yourname customer client me".split()
)
_OF_EXAMPLES = _TWICE - {"mail", "email"} | frozenset("domain yourdomain company yourcompany website available".split())
_SHORT = 2  # letters: somebody may be no@ or me@ anywhere


def one_address(text: str, notes: list[str]) -> str:
    """The address in the text: without "mailto:", a name beside it and quotes; of several the first, which is noted."""
    if link := _LINK(text):
        text = link[1]
    while label := _SAYS_ADDRESS(text):
        text = text[label.end() :]
        text = unquote(text.partition("?")[0])
    found = _BRACKETS.findall(text)
    if not found:
        text = _AROUND_SIGNS.sub(lambda sign: "".join(filter(None, sign.groups())), _COMMENT.sub("", text))
        parts = [part for part in _BETWEEN.split(text) if part]
        found = parts if all("@" in part for part in parts) else []
    if len({one.lower() for one in found}) > 1:
        notes.append("holds several addresses, of which the first was taken: send one person's address")
    return (found[0] if found else text).strip(_MARKS).rstrip(".,;:!?").strip(_MARKS)


def address(text: str) -> str:
    """The text in small letters, if it is an e-mail address of somebody; its domain in ASCII (IDNA). Raises Fault."""
    text = text.lower()
    if not text.isascii():
        text = text.replace("\u2019", "'")  # as word processors write an apostrophe
        local, _, domain = text.rpartition("@")
        text = f"{local}@{_in_ascii(domain)}"
    if not _EMAIL(text):
        raise Fault("is neither an e-mail address nor a SHA-256 digest")
    if is_nobodys(text):
        raise Fault("is a placeholder, not a person's address: leave the field out where there is none")
    return text


def is_nobodys(address: str) -> bool:
    """Whether an address in small letters is one that is written where there is none."""
    local, _, domain = address.rpartition("@")
    if "+" in local:
        local = local.partition("+")[0]
    if local in _NOBODYS or domain.endswith(".invalid"):
        return True
    if local not in _TWICE:
        return False
    word = domain.partition(".")[0]
    return local == word or (len(local) > _SHORT and word in _OF_EXAMPLES)


@lru_cache(maxsize=1_000)
def _in_ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    import idna  # no other domain needs it

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise Fault("has a domain that cannot be: correct the address") from None
