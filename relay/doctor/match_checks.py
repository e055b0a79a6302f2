"""What `relay doctor` says of senders whose conversions hardly match: which one, why, and what to do at its end."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from relay.deployment import Deployment
from relay.doctor.checks import OK, WARNING, Finding
from relay.errors import explain
from relay.printing import number
from relay.senders import sender_lines
from relay.senders.shares import Share, shares

_LOOK_BACK = timedelta(days=7)
# Of fewer conversions a share says nothing: with 20, one that is seen in a tenth of them is not chance.
_FEWEST = 20
_FEW_PERSONS, _MANY_LOST = 0.5, 0.1
_CHECK = "match quality"
_PAGE = "docs/matching.md has an example of each"
_FIXES = {
    "no country code": "write numbers as +15550100123, or set country in its entry of the secret of sender keys",
    "not a possible number": "write numbers as +15550100123, or set country in its entry of the secret of sender keys",
    "unfilled template": "correct the tag in the sender's template: it arrives as its own name",
    "clear text": "map clear text to the field for clear text, or leave hashing to the relay",
    "another digest": "send SHA-256 digests, or clear text",
    "another network's digest": "send the number in clear text, or deploy with PhoneFormat=e164",
    "digest of nothing": "leave the field out where the sender has no value",
    "nobody's": "send the person's own value, and leave the field out where there is none",
    "withheld number": "leave ph out where the caller's number is withheld",
    "missing": "map it at the sender: every purchase needs value and currency",
    "unknown field": "use the names of docs/fields.md",
}


def matching(deployment: Deployment) -> list[Finding]:
    """The senders of the last seven days whose conversions hardly match."""
    now = datetime.now(UTC)
    try:
        rows, _ = sender_lines.rows(deployment, now - _LOOK_BACK, now + timedelta(minutes=1))
    except (BotoCoreError, ClientError) as error:
        return [Finding(WARNING, _CHECK, f"not known: {explain(error)}", "use a role that may (docs/deploy.md)")]
    return findings(shares(rows))


def findings(senders: Sequence[Share]) -> list[Finding]:
    """What is wrong with the senders' shares."""
    found = [finding for one in senders if one.received >= _FEWEST for finding in _of(one)]
    judged = sum(one.received >= _FEWEST for one in senders)
    return found or [Finding(OK, _CHECK, f"{number(judged, 'sender')} with {_FEWEST} or more conversions in 7 days")]


def _of(one: Share) -> Iterable[Finding]:
    who = f"{one.sender} to {one.destination}"
    if one.accepted >= _FEWEST and one.share("person") < _FEW_PERSONS:
        text = (
            f"{who}: {one.share('person'):.0%} of {one.accepted:,} conversions have what a person is found by (e-mail"
            f" {one.share('em'):.0%}, phone {one.share('ph'):.0%}, device id {one.share('device_id'):.0%})"
        )
        yield Finding(WARNING, _CHECK, text, f"send em or ph with each conversion: {_PAGE}")
    for (name, fate, why), count in one.warned.most_common():
        if fate != "changed" and count >= _MANY_LOST * one.received:
            text = f"{who}: {name} is {fate} in {count:,} of {one.received:,} conversions ({why})"
            yield Finding(WARNING, _CHECK, text, _FIXES.get(why, f"correct it at the sender: {_PAGE}"))
    if one.invalid >= _MANY_LOST * one.received:
        text = (
            f"{who}: {one.invalid:,} of {one.received:,} conversions are invalid, for {', '.join(sorted(one.faults))}"
        )
        yield Finding(WARNING, _CHECK, text, f"the answers to its posts say what to correct: {_PAGE}")
