"""Signatures over the raw body, with which a platform shows that a post is its own. Pure."""

import base64
import hmac
from typing import Literal

from pipeline.intake.body import BadRequest
from sources.inbound import Inbound


def check(
    inbound: Inbound, *, header: str, algorithm: Literal["sha1", "sha256"], encoding: Literal["base64", "hex"]
) -> None:
    """Compare the header (lower case) with the HMAC of the body, in constant time.

    Without a `signature_secret` in the sender's settings nothing is checked. Raises BadRequest, 401.
    """
    secret = inbound.settings.signature_secret
    if secret is None:
        return
    given = inbound.headers.get(header, "").strip()
    if not given:
        raise BadRequest(401, f"the header {header} is missing: the platform must sign, or take signature_secret away")
    digest = hmac.digest(secret.encode(), inbound.body, algorithm)
    expected = base64.b64encode(digest).decode() if encoding == "base64" else digest.hex()
    if encoding == "hex":
        given = given.lower()
    if not hmac.compare_digest(given.encode(errors="replace"), expected.encode()):
        raise BadRequest(401, f"the header {header} does not match the body: check signature_secret of this sender")
