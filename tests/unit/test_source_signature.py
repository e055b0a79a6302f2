"""Signatures of platforms: the examples that are public, and what must not pass."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.body import BadRequest
from pipeline.intake.senders import SourceSettings
from sources import signature
from sources.inbound import Inbound

SECRET = "Jefe"
BODY = b"what do ya want for nothing?"
# RFC 2202 (SHA-1) and RFC 4231 (SHA-256), test case 2.
SHA1 = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
SHA256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def inbound(given: str | None, *, secret: str | None = SECRET, body: bytes = BODY) -> Inbound:
    headers = {} if given is None else {"signature": given}
    return Inbound(body, headers, SourceSettings(signature_secret=secret), 0.0)


def as_base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


@pytest.mark.parametrize("given", [SHA1, SHA1.upper(), f" {SHA1} "])
def test_the_published_sha1_vector_passes_in_hex(given: str) -> None:
    signature.check(inbound(given), header="signature", algorithm="sha1", encoding="hex")


def test_the_published_vectors_pass_in_base64() -> None:
    signature.check(inbound(as_base64(SHA1)), header="signature", algorithm="sha1", encoding="base64")
    signature.check(inbound(as_base64(SHA256)), header="signature", algorithm="sha256", encoding="base64")


@pytest.mark.parametrize(
    "given",
    [None, "", " ", "x", SHA1, as_base64(SHA1)[:-1], as_base64(SHA1).lower(), as_base64(SHA256), "ß", "\ud800"],
)
def test_any_other_value_is_401_and_quotes_neither_secret_nor_signature(given: str | None) -> None:
    with pytest.raises(BadRequest) as refused:
        signature.check(inbound(given), header="signature", algorithm="sha1", encoding="base64")
    assert refused.value.status == 401
    assert SECRET not in refused.value.description
    assert "signature_secret" in refused.value.description
    assert not given or len(given.strip()) < 2 or given not in refused.value.description


def test_without_a_secret_nothing_is_checked() -> None:
    signature.check(inbound(None, secret=None), header="signature", algorithm="sha1", encoding="base64")


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_only_the_very_body_passes(signed: bytes, posted: bytes) -> None:
    made = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    posting = inbound(made, body=posted)
    if signed == posted:
        signature.check(posting, header="signature", algorithm="sha256", encoding="hex")
    else:
        with pytest.raises(BadRequest):
            signature.check(posting, header="signature", algorithm="sha256", encoding="hex")


def test_digests_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    constant_time = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return constant_time(one, other)

    monkeypatch.setattr("sources.signature.hmac.compare_digest", compare)
    signature.check(inbound(SHA1), header="signature", algorithm="sha1", encoding="hex")
    assert compared == [(SHA1.encode(), SHA1.encode())]
