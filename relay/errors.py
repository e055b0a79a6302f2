"""Errors of the command line: one line each, with the fix."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId"})
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
_SIGNATURE = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException", "UnrecognizedClientException"})


class Trouble(Exception):
    """A verb cannot do its work; the message is one line with the fix. Exit code 3."""


class Misuse(Trouble):
    """The command line is wrong: what was typed is missing, misspelt, of a wrong form or contradictory. Exit code 2."""


def unanswered(abort: BaseException, text: str) -> BaseException:
    """What a question that ended without an answer means: an interruption, or else Trouble with this text."""
    return KeyboardInterrupt() if isinstance(abort.__context__, KeyboardInterrupt) else Trouble(text)


DECLINED = "nothing was done: answer y, or say --yes"


def explain(error: BotoCoreError | ClientError) -> str:
    """What AWS, or the way to it, refuses: one line with the fix."""
    match error:
        case ClientError():
            return _refused(error)
        case ProfileNotFound():
            return f"{error}: name one of ~/.aws/config with --profile"
        case NoCredentialsError() | PartialCredentialsError():
            return "no AWS credentials: run `aws configure` or `aws sso login`, or name a profile with --profile"
        case SSOTokenLoadError() | UnauthorizedSSOTokenError() | TokenRetrievalError():
            return "the AWS sign-in has run out: run `aws sso login`"
        case NoRegionError():
            return "no AWS region: name the stack's with --region"
        case EndpointConnectionError() | ConnectTimeoutError() | ReadTimeoutError():
            return f"AWS is out of reach ({type(error).__name__}): check the network and --region"
    return f"AWS cannot be asked: {type(error).__name__}: {str(error).splitlines()[0]}"


def code(error: ClientError) -> str:
    """AWS's code of the error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _refused(error: ClientError) -> str:
    name, operation = code(error), error.operation_name
    if name in _EXPIRED:
        return "the AWS credentials are not valid (any more): sign in again (`aws sso login`), or choose --profile"
    if name in _DENIED:
        return f"these AWS credentials may not call {operation}: use a role that may, with --profile"
    if name in _SIGNATURE:
        return "AWS does not accept the credentials: check the key, and this machine's clock"
    text = str(error.response.get("Error", {}).get("Message", "")).strip().splitlines() or [""]
    return f"AWS refused {operation} ({name}): {text[0][:300]}"
