"""Words and tags that mean "absent", and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values.placeholders import holds_tag, is_ordinary, is_placeholder, is_tag

NAMES = ["FIRST", "first_name", "user.email", "Order Number", "customer:id", "x"]
# One form for each language of templates, from the public pages of the tools that are named beside them.
LANGUAGES = [
    "[{}]",  # Ringba
    "[[{}]]",  # Ringba
    "{{{{{}}}}}",  # Handlebars, Google Tag Manager, Zapier
    "{{{{ {} }}}}",
    "{{{}}}",  # Python, TrackDrive
    "${{{}}}",  # JavaScript, shells
    "%{{{}}}",  # Ruby
    "@{{{}}}",  # Power Automate
    "%{}%",  # ActiveCampaign, TikTok
    "%%{}%%",  # Salesforce Marketing Cloud
    "*|{}|*",  # Mailchimp
    "<{}>",
    "<<{}>>",
    "«{}»",  # Word's mail merge
    "<%= {} %>",  # ERB, EJS
    "<?= {} ?>",  # PHP
    "{{% {} %}}",  # Liquid, Jinja
    "#{}#",  # ColdFusion
    "$({})",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", LANGUAGES)
def test_a_tag_that_was_not_filled_in_is_absent_in_every_language(form: str, name: str) -> None:
    text = form.format(name)
    assert is_tag(text)
    assert is_placeholder(text)
    assert not is_ordinary(text)
    assert is_tag(f"{text} {text}")
    assert holds_tag(f"order-{text}")


@pytest.mark.parametrize("text", ["__CLICKID__", "__CALL_ID__", "sha256(trim({em}))", "lowercase()", "SHA256HEX({x})"])
def test_macros_and_formulas_are_absent(text: str) -> None:
    assert is_placeholder(text)
    assert not is_ordinary(text)


@pytest.mark.parametrize(
    "text",
    "|null|NULL|Undefined|#N/A|n/a|#REF!|#VALUE!|#DIV/0!|#NAME?|\\N|-|--|—|TBD|nil|None|(none)|(not set)|NaN"
    "|[object Object]|?|...|not provided".split("|"),
)
def test_words_for_nothing_are_absent(text: str) -> None:
    assert is_placeholder(text)
    assert not is_ordinary(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nan",
        "Na",
        "NA",
        "Jane",
        "Smith (Jones)",
        "100%",
        "5% off 10%",
        "A%20B%20C",
        "#1001",
        "#1001#2",
        "$25.00",
        "a <b> c",
        "_ga_123",
        "{1}",
        '["A","B"]',
        '{"id": "A"}',
        "Null Island",
        "-25",
        "0",
        "unknown",
        "trim",
        "Hash (Harbour)",
    ],
)
def test_what_only_looks_like_nothing_is_something(text: str) -> None:
    assert not is_placeholder(text)


@given(st.text(max_size=40))
def test_a_glance_never_overlooks_one(text: str) -> None:
    if is_ordinary(text):
        assert not is_placeholder(text)
