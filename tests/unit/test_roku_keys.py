"""Which key goes with which event group, and what is said when there is none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.values.faults import NoKey
from roku.keys import key_for

bounded = settings(derandomize=True, max_examples=200, deadline=None)


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("eyJhbGciOi.J9", "eyJhbGciOi.J9"),
        ("  eyJhbGciOi.J9\n", "eyJhbGciOi.J9"),  # what `echo` and an editor add
        ("Bearer eyJhbGciOi.J9", "eyJhbGciOi.J9"),
        ('{"g": "of-g", "*": "of-all"}', "of-g"),
        ('\n{"other": "of-other", "*": " of-all\\n"}', "of-all"),
        ('{"g": "Bearer of-g"}', "of-g"),
    ],
)
def test_the_groups_own_key_comes_before_the_default(secret: str, key: str) -> None:
    assert key_for("g", secret) == key


@pytest.mark.parametrize(
    "secret",
    [
        "",
        " \n",
        "Bearer ",
        "two words-canary",
        "line-canary\nline",
        "kéy-canary",
        "x" * 5_000,
        "{",
        '{"g": canary}',
        "{}",
        '{"other": "canary"}',
        '{"g": null, "*": null}',
        '{"g": "", "*": "canary"}',  # an empty key for this very group is a mistake, not a wish for the default
        '{"g": 7}',
        '{"g": ["canary"]}',
        '{"g": "canary\\r\\nX-Injected: 1"}',
    ],
)
def test_without_a_usable_key_the_error_says_where_to_put_one_and_quotes_none(secret: str) -> None:
    with pytest.raises(NoKey, match="Roku keys secret") as caught:
        key_for("g", secret)
    assert "canary" not in str(caught.value)


@given(st.text(), st.text())
@bounded
def test_whatever_the_secret_holds_a_key_fits_a_header_or_there_is_none(group: str, secret: str) -> None:
    try:
        key = key_for(group, secret)
    except NoKey:
        return
    assert key
    assert all("!" <= character <= "~" for character in key)
