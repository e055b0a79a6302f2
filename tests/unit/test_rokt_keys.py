"""The pair of key and secret: both forms, both APIs, and that anything else says how to put it right."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values.faults import NoKey
from rokt.keys import Pair, pair_in
from rokt.settings import Api

PUBLIC, SECRET = "rpub-canary", "rsec-canary"


@pytest.mark.parametrize(
    ("text", "api", "pair"),
    [
        ("key:secret", "conversions", ("key", "secret")),
        (" key:sec:ret \n", "conversions", ("key", "sec:ret")),
        ('{"key": "key", "secret": " secret "}', "conversions", ("key", "secret")),
        (f"{PUBLIC}:{SECRET}", "events", (PUBLIC, SECRET)),
        (json.dumps({"key": PUBLIC, "secret": SECRET}), "events", (PUBLIC, SECRET)),
    ],
)
def test_a_pair_is_read(text: str, api: Api, pair: tuple[str, str]) -> None:
    assert pair_in(text, api) == Pair(*pair)


def test_the_header_is_the_one_of_the_documents() -> None:
    # the Event API page: Basic base64(rpub-...:rsec-...)
    assert Pair("example-api-key", "example-api-secret").authorization() == (
        "Basic ZXhhbXBsZS1hcGkta2V5OmV4YW1wbGUtYXBpLXNlY3JldA=="
    )


NO_PAIRS = ["", "canary", ":canary", "canary:", "ca nary:x", "canäry:x", "{}"]
NO_PAIRS += ['{"key": "canary", "secret": 7}', '{"key": "can:ary", "secret": "x"}']


@pytest.mark.parametrize(
    ("text", "api", "said"),
    [
        *((text, "conversions", "key:secret") for text in NO_PAIRS),
        ('{"key": "canary"', "conversions", "JSON"),
        ("canary:canary", "events", "rpub-"),
        (f"{SECRET}:{PUBLIC}", "events", "rpub-"),
        (f"{PUBLIC}:{SECRET}", "conversions", "Event API"),
    ],
)
def test_what_is_no_pair_of_the_api_says_what_to_put_in_and_quotes_nothing(text: str, api: Api, said: str) -> None:
    with pytest.raises(NoKey) as caught:
        pair_in(text, api)
    assert said in str(caught.value)
    assert "canary" not in str(caught.value)


@given(st.text() | st.builds("{}:{}".format, st.text(), st.text()))
def test_whatever_the_secret_holds_the_pair_fits_a_header_or_there_is_none(text: str) -> None:
    try:
        pair = pair_in(text, "conversions")
    except NoKey:
        return
    header = pair.authorization()
    assert header.isascii()
    assert header.isprintable()
    assert base64.b64decode(header.removeprefix("Basic ")).decode().split(":", 1) == [pair.key, pair.secret]
