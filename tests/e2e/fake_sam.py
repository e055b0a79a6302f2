"""A `sam` that writes down its arguments and whose `deploy` makes or changes a stack, with outputs that it is given.

FAKE_SAM names its folder: `calls.jsonl` is written, `outputs.json` has the outputs that a stack may get, and `fail` a
word that makes it end with 1.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


def ask(action: str, told: dict[str, str]) -> None:
    """A request as boto3 makes it, which would take three times as long to import."""
    body = urlencode({"Action": action, "Version": "2010-05-15"} | told).encode()
    signed = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/cloudformation/aws4_request"
    with urlopen(Request(os.environ["AWS_ENDPOINT_URL"], body, {"Authorization": signed})):
        pass


folder, arguments = Path(os.environ["FAKE_SAM"]), sys.argv[1:]
with (folder / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps({"arguments": arguments, "folder": str(Path.cwd())}) + "\n")
sys.stdout.write(f"sam says: {arguments[0]}\n")
sys.stdout.flush()
if (folder / "fail").exists() and arguments[0] in (folder / "fail").read_text():
    sys.exit(1)
if arguments[0] == "deploy":
    name = arguments[arguments.index("--stack-name") + 1]
    given = dict(one.split("=", 1) for one in arguments[arguments.index("--parameter-overrides") + 1 :])
    given = {key: value.strip('"') for key, value in given.items()}
    wanted = {"": True, "Roku": given["DeliverToRoku"] == "true", "Rokt": given["DeliverToRokt"] == "true"}
    outputs = json.loads((folder / "outputs.json").read_text())
    told = {
        key: {"Value": value}
        for key, value in outputs.items()
        if wanted[next((one for one in ("Roku", "Rokt") if key.startswith(one)), "")]
    }
    body = {
        "Parameters": {key: {"Type": "String"} for key in given},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": told,
    }
    stack = {"StackName": name, "TemplateBody": json.dumps(body)}
    for place, (key, value) in enumerate(given.items(), 1):
        stack |= {f"Parameters.member.{place}.ParameterKey": key, f"Parameters.member.{place}.ParameterValue": value}
    try:
        ask("CreateStack", stack)
    except HTTPError:
        # The real one succeeds too where nothing has changed: --no-fail-on-empty-changeset.
        with suppress(HTTPError):
            ask("UpdateStack", stack)
