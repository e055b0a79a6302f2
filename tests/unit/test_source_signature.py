"""Signatures of platforms: the examples that are public, and what must not pass."""

import base64
import dataclasses
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.body import BadRequest
from pipeline.intake.senders import SourceSettings
from sources import signature
from sources.inbound import Inbound
from sources.mapped import schemes

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
    signature.verify(inbound(given), signature.Scheme("signature", "sha1", "hex"))


def test_the_published_vectors_pass_in_base64() -> None:
    signature.verify(inbound(as_base64(SHA1)), signature.Scheme("signature", "sha1", "base64"))
    signature.verify(inbound(as_base64(SHA256)), signature.Scheme("signature", "sha256", "base64"))


@pytest.mark.parametrize(
    "given",
    [None, "", " ", "x", SHA1, as_base64(SHA1)[:-1], as_base64(SHA1).lower(), as_base64(SHA256), "ß", "\ud800"],
)
def test_any_other_value_is_401_and_quotes_neither_secret_nor_signature(given: str | None) -> None:
    with pytest.raises(BadRequest) as refused:
        signature.verify(inbound(given), signature.Scheme("signature", "sha1", "base64"))
    assert refused.value.status == 401
    assert SECRET not in refused.value.description
    assert "signature_secret" in refused.value.description
    assert not given or len(given.strip()) < 2 or given not in refused.value.description


def test_without_a_secret_nothing_is_checked() -> None:
    signature.verify(inbound(None, secret=None), signature.Scheme("signature", "sha1", "base64"))


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_only_the_very_body_passes(signed: bytes, posted: bytes) -> None:
    made = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    posting = inbound(made, body=posted)
    if signed == posted:
        signature.verify(posting, signature.Scheme("signature", "sha256", "hex"))
    else:
        with pytest.raises(BadRequest):
            signature.verify(posting, signature.Scheme("signature", "sha256", "hex"))


def test_digests_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    constant_time = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return constant_time(one, other)

    monkeypatch.setattr("sources.signature.hmac.compare_digest", compare)
    signature.verify(inbound(SHA1), signature.Scheme("signature", "sha1", "hex"))
    assert compared == [(SHA1.encode(), SHA1.encode())]


# What vendors publish with a secret, a request and its signature: Svix' libraries (Standard Webhooks), Twilio's
# documentation and libraries, HubSpot's libraries. The clock is that of the signature.
PUBLISHED = {
    "standard-webhooks": (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "",
        b'{"test": 2432232314}',
        {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        1614265330,
    ),
    "svix": (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "",
        b'{"test": 2432232314}',
        {
            "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "svix-timestamp": "1614265330",
            "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        1614265330,
    ),
    "twilio": (
        "12345",
        "https://mycompany.com/myapp.php?foo=1&bar=2",
        b"Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE",
        {"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
        0,
    ),
    "twilio, repeated": (
        "12345",
        "https://mycompany.com/myapp.php?foo=1&bar=2",
        b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
        {"x-twilio-signature": "IK+Dwps556ElfBT0I3Rgjkr1wJU="},
        0,
    ),
    "hubspot": (
        "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
        "https://www.example.com/webhook_uri",
        b"{'example_field':'example_value'}",
        {
            "x-hubspot-signature-v3": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
            "x-hubspot-request-timestamp": "1693657560000",
        },
        1693657560,
    ),
}
SCHEME_OF = {"svix": "standard-webhooks", "twilio, repeated": "twilio"}


def signed_post(name: str, *, body: bytes | None = None, later: float = 0, url: str | None = None) -> Inbound:
    secret, address, sent, headers, at = PUBLISHED[name]
    settings = SourceSettings(signature_secret=secret, url=url or address or None)
    return Inbound(sent if body is None else body, headers, settings, at + later, "webhook", "POST", "https://other/")


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_vendors_published_signature_passes_and_another_body_does_not(name: str) -> None:
    scheme = schemes.NAMED[SCHEME_OF.get(name, name)]
    signature.verify(signed_post(name), scheme)
    with pytest.raises(BadRequest, match="does not match") as refused:
        signature.verify(signed_post(name, body=b"{}"), scheme)
    assert refused.value.status == 401


@pytest.mark.parametrize("name", ["standard-webhooks", "hubspot"])
@pytest.mark.parametrize(("later", "passes"), [(299, True), (-299, True), (301, False), (-301, False)])
def test_a_signed_time_is_of_the_last_five_minutes(name: str, later: float, passes: bool) -> None:
    inbound = signed_post(name, later=later)
    if passes:
        signature.verify(inbound, schemes.NAMED[name])
        return
    with pytest.raises(BadRequest, match="clock"):
        signature.verify(inbound, schemes.NAMED[name])


@pytest.mark.parametrize("name", ["twilio", "hubspot"])
def test_a_signed_address_is_the_one_that_the_platform_calls(name: str) -> None:
    with pytest.raises(BadRequest, match="and its url"):
        signature.verify(signed_post(name, url="https://mycompany.com/other"), schemes.NAMED[name])


def test_twilio_signs_the_digest_of_a_json_body_in_the_address() -> None:
    body = b'{"property": "value", "boolean": true}'
    digest = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"  # of Twilio's libraries' tests
    url = f"https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256={digest}"
    given = base64.b64encode(hmac.new(b"12345", url.encode(), "sha1").digest()).decode()
    settings = SourceSettings(signature_secret="12345", url=url)
    inbound = Inbound(body, {"x-twilio-signature": given}, settings, 0.0, "webhook", "POST", url)
    signature.verify(inbound, schemes.NAMED["twilio"])
    with pytest.raises(BadRequest, match="bodySHA256"):
        signature.verify(dataclasses.replace(inbound, body=b"{}"), schemes.NAMED["twilio"])


@pytest.mark.parametrize("name", ["stripe", "calendly"])
def test_stripe_signs_time_and_body_in_one_header_with_several_signatures(name: str) -> None:
    # Stripe, "Verify webhook signatures manually": t, a point, the body; v1 is hex of HMAC-SHA256.
    right = hmac.new(b"whsec_x", b"1700000000." + BODY, "sha256").hexdigest()
    scheme = schemes.NAMED[name]
    settings = SourceSettings(signature_secret="whsec_x")
    header = f"t=1700000000,v1={'0' * 64},v1={right},v0=x"
    signature.verify(Inbound(BODY, {scheme.header: header}, settings, 1700000001.0), scheme)
    for wrong in (f"v1={right}", f"t=1700000002,v1={right}", f"t=1700000000,v0={right}", "t=,v1="):
        with pytest.raises(BadRequest):
            signature.verify(Inbound(BODY, {scheme.header: wrong}, settings, 1700000001.0), scheme)


@pytest.mark.parametrize("name", ["woocommerce", "shopify", "typeform", "meta", "square"])
def test_schemes_over_the_body_follow_their_vendors_documents(name: str) -> None:
    # The digest of RFC 4231: base64 or hex, with the vendor's prefix; Square's has the address before the body.
    scheme = schemes.NAMED[name]
    text = b"https://x/y" + BODY if name == "square" else BODY
    digest = hmac.new(SECRET.encode(), text, "sha256").digest()
    given = digest.hex() if name == "meta" else base64.b64encode(digest).decode()
    prefix = {"typeform": "sha256=", "meta": "sha256="}.get(name, "")
    settings = SourceSettings(signature_secret=SECRET, url="https://x/y")
    signature.verify(Inbound(BODY, {scheme.header: prefix + given}, settings, 0.0), scheme)
    with pytest.raises(BadRequest):
        signature.verify(Inbound(BODY + b" ", {scheme.header: prefix + given}, settings, 0.0), scheme)


def test_a_scheme_of_a_senders_own_is_made_of_its_parts() -> None:
    scheme = schemes.scheme({"header": "X-Sig", "algorithm": "sha512", "signed": "{timestamp}:{body}",
                             "timestamp": "ts", "separator": ";", "prefix": "h1="})  # fmt: skip
    digest = hmac.new(SECRET.encode(), b"1700000000:" + BODY, "sha512").hexdigest()
    inbound = Inbound(BODY, {"x-sig": f"ts=1700000000; h1={digest}"}, SourceSettings(signature_secret=SECRET), 1.7e9)
    signature.verify(inbound, scheme)
