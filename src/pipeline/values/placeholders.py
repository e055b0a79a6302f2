"""Texts that stand where a value should be and mean that there is none. Pure; takes texts that are cleaned."""

import re

from pipeline.values import limits

# Words of template engines, databases, spreadsheets and people. "NaN" is one, "Nan" is a name; "na" could be Namibia.
_WORDS = frozenset(
    "|-no value-|null|(null)|<null>|nil|none|(none)|undefined|n/a|n.a.|#n/a|[object object]|[object undefined]"
    "|(not set)|not set|(not provided)|not provided|(not available)|not available|not applicable|(blank)|(empty)"
    "|tbd|tba|t.b.d.|\\n|#ref!|#value!|#div/0!|#name?|#num!|#null!|#error!|#calc!|#spill!|#getting_data|-|--"
    "|#nv|#n/d|#n/v|#n/b|#err|#error|loading...|---|–|—|?|??"
    "|???|.|..|...|…|_|__|''|\"\"|``|*|**|***|/".split("|")
)
_LONGEST = max(map(len, _WORDS))
_BEGINNINGS = frozenset("nNtTuU")  # of those that begin with a letter or a digit
_EXACT = frozenset({"NaN", "N/A", "NULL"})
_NAME = r"[A-Za-z_][\w .:|/-]{0,98}"
# A tag that was not filled in, by the marks of its language: Ringba [x] [[x]]; Handlebars, Mustache, GTM {{x}} {x};
# shells and JavaScript ${x}; Ruby %{x}; ActiveCampaign, TikTok %X%; Salesforce %%x%%; Mailchimp *|X|*; Google, Meta and
# people <x>; ERB and PHP <%= x %> <?= x ?>; Jinja, Liquid {% x %}; mail merge "x" and <<x>>; TikTok, Taboola __X__.
# The rest: #x#, @{x}, $(x), Smarty {$x}, Salesforce {!x}, Velocity $!{x}, Keap ~x~ !*x*!, Python %(x)s, C %s,
# {{x cut off.
# And what spreadsheets show: formulas, errors in any language (#REF!, #¡VALOR!, #NOM?).
_TAG = re.compile(
    r"\{\{[^{}]*\}\}|\[\[[^\[\]]*\]\]|\[(?![0-9a-fA-F]*:[0-9a-fA-F:.]*\])[A-Za-z_$@#][^\[\]\"',]*\]"
    rf"|(?:[%@#]|\$!?)?\{{[$!#@:=&~^*-]?{_NAME}[=&~^*-]?\}}|\{{\{{[^{{}}]{{0,100}}$|%\({_NAME}\)[sd]|%(?:\d\$)?[sd]$|@@{_NAME}@@"
    rf"|~{_NAME}~|!\*{_NAME}\*!|::{_NAME}::|#[¡¿]?[\w/.]{{1,20}}[!?]|=\$?[A-Z]{{1,3}}\$?\d{{1,7}}$|=[A-Z.]{{2,20}}\(.{{0,300}}\)$"
    rf"|\$\({_NAME}\)|%%{_NAME}%%|%{_NAME}%|\*\|[^|]{{1,100}}\|\*|<<{_NAME}>>|<{_NAME}>|«{_NAME}»"
    rf"|<%[=-]?[^%]{{1,100}}%>|<\?=?[^?]{{1,100}}\?>|\{{%[^%]{{1,100}}%\}}|__[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*__|#{_NAME}#"
)
# What a text may begin with that has one.
_MARKS = frozenset("[{$%@#*<«_~!:=")
# The formula of a pipeline that was sent instead of its result.
_FORMULA = re.compile(
    r"(?:sha\d{1,3}(?:_?hex)?|sha_?256_?hex|md5|hash|hashed|lower(?:case)?|upper(?:case)?|to_?lower(?:case)?|trim|strip"
    r"|normali[sz]e|symbol|replace|concat|coalesce|ifnull|format_?date|base64|hex|encode|encrypt)\(.{0,300}\)|[a-z_]\w{0,60}\(\)",
    re.IGNORECASE | re.DOTALL,
).fullmatch
_ANY = re.compile(r"[^\W_]").search


def is_ordinary(text: str) -> bool:
    """Whether a glance at the text rules a placeholder out, as it does for nearly all."""
    if not (text[:1].isalnum() and text[-1:].isalnum()):
        return False
    return text[0] not in _BEGINNINGS or len(text) > _LONGEST or not _is_word(text)


def is_tag(text: str) -> bool:
    """Whether the text is nothing but template tags that were never filled in, or a formula that was never run."""
    if not text or len(text) > limits.TEXT:
        return False
    if text[0] in _MARKS:
        return _ANY(rest := _TAG.sub(" ", text)) is None and rest != text
    return text[-1] == ")" and _FORMULA(text) is not None


def holds_tag(text: str) -> bool:
    """Whether a tag that was never filled in is anywhere in the text: order-{{id}}."""
    return len(text) <= limits.TEXT and not _MARKS.isdisjoint(text) and _TAG.search(text) is not None


def is_placeholder(text: str) -> bool:
    """Whether the text means "absent"."""
    return (len(text) <= _LONGEST and _is_word(text)) or is_tag(text)


def _is_word(text: str) -> bool:
    return text in _EXACT or text.lower() in _WORDS
