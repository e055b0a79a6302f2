"""Why an event or a post was refused, as a closed word: the sentence itself may quote its sender. Pure."""

from collections.abc import Sequence

from pipeline.values.words import OTHER, Word

# Our own fixed texts of what is wrong with a field, by a part of each; the first one that is found counts.
_FIELD = (
    ("template tag", Word("template tag not filled in")),
    ("this key may send", Word("the key may not send this event")),
    ("different ones, the most", Word("too many partners in one post")),
    ("is required", Word("missing")),
    ("is missing", Word("missing")),
    ("needs at least one", Word("no usable identifier")),
    ("must be an object with at least one", Word("no usable identifier")),
    ("in the future", Word("in the future")),
    ("before the year", Word("too old")),
    ("days ago", Word("too old")),
    ("is not supported", Word("not supported")),
    ("must be one of", Word("not supported")),
    ("did you mean", Word("not supported")),
    ("bytes; at most", Word("too large")),
    ("characters", Word("too long")),
    ("time zone", Word("time zone not known")),
    ("epoch seconds", Word("not a time")),
    ("ISO 8601", Word("not a time")),
    ("not a day, or not a time", Word("not a time")),
    ("e-mail address", Word("not an e-mail address")),
    ("domain that cannot be", Word("not an e-mail address")),
    ("phone number", Word("not a phone number")),
    ("possible number", Word("not a phone number")),
    ("withheld number", Word("a withheld number")),
    ("country code", Word("no country code")),
    ("arrays differ", Word("arrays of different lengths")),
    ("names nobody", Word("an id that names nobody")),
    ("name nobody", Word("an id that names nobody")),
    ("lost letters", Word("lost letters on its way")),
    ("JSON object", Word("not an object")),
    ("must be", Word("of another form")),
    ("is not", Word("of another form")),
)
# The same of whole posts.
_POST = (
    ("compressed", Word("the body is compressed")),
    ("form-encoded", Word("the body is form-encoded, not JSON")),
    ("multipart form", Word("the body is form-encoded, not JSON")),
    ("is XML", Word("the body is XML, not JSON")),
    ("JSON object a line", Word("the body is JSON Lines, not JSON")),
    ("like CSV", Word("the body is CSV, not JSON")),
    ("events is missing", Word("no event")),
    ("not UTF-8", Word("the body is not UTF-8")),
    ("lost letters", Word("the body lost letters on its way")),
    ("letters that were lost", Word("the body lost letters on its way")),
    ("the body is empty", Word("the body is empty")),
    ("swallowed", Word("a template swallowed the events")),
    ("not JSON", Word("the body is not JSON")),
    ("event_group_id is still", Word("event_group_id is the guide's placeholder")),
    ("may not post to this event_group_id", Word("the key does not open this event group")),
    ("event groups", Word("several event groups in one post")),
    ("event_group_id", Word("event_group_id is missing or wrong")),
    ("events is empty", Word("no event")),
    ("at most", Word("too much for one post")),
    ("signature", Word("the signature is missing or wrong")),
    ("signs", Word("the signature is missing or wrong")),
    ("browser key", Word("the key does not open this path")),
    ("server's key", Word("the key does not open this path")),
    ("settings of this sender", Word("the sender's settings cannot be used")),
    ("X-Shopify-Topic", Word("a header is missing")),
    ("field", Word("a column or field that nobody knows")),
    ("row", Word("no row that can be read")),
    ("array", Word("the body has another form")),
    ("object", Word("the body has another form")),
)


def of_field(text: str) -> Word:
    """The word for what is wrong with a field."""
    return _first(_FIELD, text)


def of_post(text: str) -> Word:
    """The word for what is wrong with a whole post."""
    return _first(_POST, text)


def _first(table: Sequence[tuple[str, Word]], text: str) -> Word:
    return next((word for part, word in table if part in text), OTHER)
