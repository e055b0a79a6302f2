"""Rokt's sandbox, declared."""

from argparse import ArgumentParser, Namespace

from local.rokt_sandbox.answers import Api
from local.rokt_sandbox.sandbox import RoktSandbox
from local.sandboxes import Declared, Parameters

# A pair for each of Rokt's APIs.
PAIRS: dict[Api, str] = {
    "conversions": "local-rokt-key:local-rokt-secret",
    "events": "rpub-local-key:rsec-local-secret",
}
_ACCOUNT_ID = "local-account"  # the Event API asks for one


def _api(parameters: Parameters) -> Api:
    return "events" if parameters.get("RoktApi") == "events" else "conversions"


def _options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--rokt-api",
        choices=tuple(PAIRS),
        default="conversions",
        help="the API that the Rokt sandbox serves (default conversions)",
    )


def _chosen(asked: Namespace) -> dict[str, str]:
    return {"RoktApi": asked.rokt_api, "RoktAccountId": _ACCOUNT_ID if asked.rokt_api == "events" else ""}


def _made(port: int, key: str, parameters: Parameters) -> RoktSandbox:
    account = parameters.get("RoktAccountId", "")
    return RoktSandbox(port=port, pairs={key}, api=_api(parameters), account_id=account)


SANDBOX = Declared(
    flag="--rokt-sandbox-port",
    port=8082,
    key=lambda parameters: PAIRS[_api(parameters)],
    make=_made,
    options=_options,
    chosen=_chosen,
    # The files mean the Conversions API: the Event API refuses more.
    is_judged=lambda parameters: _api(parameters) == "conversions",
)
