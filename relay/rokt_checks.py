"""What `relay doctor` can say of Rokt's pair of keys without asking Rokt, which cannot be asked."""

from botocore.exceptions import ClientError

from pipeline.faults import NoKey
from pipeline.placeholders import is_placeholder
from relay.checks import NOT_ASKED, OK, PROBLEM, Finding, is_placeholder_key, just_written
from relay.deployment import Deployment
from relay.secret_texts import read_secret
from relay.trouble import Trouble, explain
from rokt.keys import pair_in
from rokt.settings import Api

_NAMES: dict[Api, str] = {"conversions": "Conversions API", "events": "Event API"}


def rokt_keys(deployment: Deployment) -> list[Finding]:
    """Whether the Rokt keys secret holds a pair of the stack's API, and that nobody can be asked whether it works."""
    check = "Rokt keys"
    cure = deployment.outputs.get("RoktKeyCommand", "put Rokt's key and secret into the secret")
    api: Api = "events" if deployment.parameters.get("RoktApi") == "events" else "conversions"
    try:
        secret = read_secret(deployment, deployment.output("RoktKeysSecretName"))
        pair = pair_in(secret.text, api)
    except NoKey as error:
        return [Finding(PROBLEM, check, str(error), cure)]
    except (Trouble, ClientError) as error:
        why = explain(error) if isinstance(error, ClientError) else str(error)
        return [Finding(PROBLEM, check, why, cure)]
    if any(is_placeholder(word) or is_placeholder_key(word) for word in pair):
        return [Finding(PROBLEM, check, "the pair is a placeholder", cure)]
    unasked = (
        "whether Rokt takes the pair: it has no test endpoint, so that only a delivery shows it"
        " (relay tail; the metric KeyRefused)"
    )
    told = f"a pair of the {_NAMES[api]}{just_written(secret, 'Rokt')}"
    return [Finding(OK, check, told), Finding(NOT_ASKED, "Rokt", unasked)]
