"""The local AWS account: moto's server on the loopback interface, with the template's queues, tables and secrets.

CloudFormation (moto's) creates queues and tables. Event source mappings are kept from it, because it would run them
in Docker, and so is all that it would skip silently; secrets are made here from the same properties.
"""

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from local import move_tasks
from local.functions import function_names
from local.intrinsics import TemplateError
from local.moto_repairs import repaired
from local.template import REGION, Template

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

HOST = "127.0.0.1"
STACK_NAME = "local"
_QUEUE, _TABLE, _SECRET = "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is in the local account; `names` has what Ref and GetAtt give, in the form `Template.resolve` takes."""

    template: Template
    names: Mapping[str, str]

    def queue_url(self, arn: str) -> str:
        """The URL of the queue with that ARN."""
        (logical_id,) = [name for name in self.template.of_type(_QUEUE) if self.names[f"{name}.Arn"] == arn]
        return self.names[logical_id]

    def outputs(self) -> dict[str, str]:
        """The stack's outputs; one that refers to something the local account lacks is left out."""
        found = {}
        for name, output in self.template.outputs.items():
            try:
                found[name] = str(self.template.resolve(output["Value"], self.names))
            except TemplateError:
                continue
        return found


@contextmanager
def serving(port: int) -> Iterator[str]:
    """The endpoint's URL while it serves on 127.0.0.1:`port` (0: any free port); its state is gone afterwards."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # otherwise one line a request on the terminal
    server = ThreadedMotoServer(ip_address=HOST, port=port, verbose=False)
    with repaired(), move_tasks.installed():
        server.start()
        endpoint = f"http://{HOST}:{server.get_host_and_port()[1]}"
        try:
            yield endpoint
        finally:
            server.stop()
            moto_api_backend.reset()


def keep_to(endpoint: str) -> None:
    """Changes this process's environment so that no AWS client made in it can reach anything but `endpoint`.

    Every AWS variable goes (a profile, a session token or a service's own endpoint would win over ours), the
    configuration files are out of sight, and the keys are dummies.
    """
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    )
    for name in ("NO_PROXY", "no_proxy"):  # a proxy cannot reach this machine's loopback interface
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), HOST, "localhost"]))


def client(service: str, endpoint: str) -> Any:
    """A boto3 client of the local endpoint with dummy keys of its own, whatever the environment says."""
    return boto3.client(
        service,  # type: ignore[call-overload]  # the stubs know literal names only
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 2}, connect_timeout=60, read_timeout=300, proxies={}),
    )


def deploy(template: Template, endpoint: str) -> Deployment:
    """Creates the template's queues, tables and secrets; whatever else it names gets a name and nothing more."""
    names = {name: name for name in template.resources} | function_names(template)
    names |= _deploy_stack(template, endpoint)
    secrets: SecretsManagerClient = client("secretsmanager", endpoint)
    for logical_id, properties in template.of_type(_SECRET).items():
        names[logical_id] = _create_secret(secrets, logical_id, template.resolve(dict(properties), names))
    return Deployment(template=template, names=names)


def _deploy_stack(template: Template, endpoint: str) -> dict[str, str]:
    resources = _kept(template)
    cloudformation = client("cloudformation", endpoint)
    cloudformation.create_stack(**_stack(template, {}))
    sqs: SQSClient = client("sqs", endpoint)
    names: dict[str, str] = {}
    for item in cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]:
        logical_id, physical_id = item["LogicalResourceId"], item["PhysicalResourceId"]
        if item["ResourceType"] == _QUEUE:
            name = physical_id.rsplit("/", 1)[-1]  # moto's physical id is a URL of the real SQS
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            names |= {logical_id: url, f"{logical_id}.Arn": arn, f"{logical_id}.QueueName": name}
        else:
            names |= {logical_id: physical_id} | _table_names(logical_id, physical_id, template, endpoint)
    if missing := resources.keys() - names.keys():
        raise TemplateError(f"moto made no {', '.join(sorted(missing))}")
    return names


def publish(deployment: Deployment, outputs: Mapping[str, str], endpoint: str, parameters: Mapping[str, str]) -> None:
    """Gives the local stack its outputs, and these parameters that it has, known only now that servers have ports."""
    descriptions = deployment.template.outputs
    told = {
        name: {"Description": descriptions[name].get("Description", ""), "Value": value}
        for name, value in outputs.items()
    }
    client("cloudformation", endpoint).update_stack(**_stack(deployment.template, told, parameters))


def _kept(template: Template) -> dict[str, Mapping[str, Any]]:
    return {name: item for name, item in template.resources.items() if item["Type"] in (_QUEUE, _TABLE)}


def _stack(template: Template, outputs: Mapping[str, Any], changed: Mapping[str, str] | None = None) -> dict[str, Any]:
    parameters = {name: (changed or {}).get(name, value) for name, value in template.parameters.items()}
    body = {"Resources": _kept(template), "Outputs": outputs}
    body |= {key: template.body.get(key, {}) for key in ("Parameters", "Conditions")}
    return {
        "StackName": STACK_NAME,
        "TemplateBody": json.dumps(body),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    }


def _table_names(logical_id: str, name: str, template: Template, endpoint: str) -> dict[str, str]:
    dynamodb = client("dynamodb", endpoint)
    # CloudFormation sets the expiry attribute too, moto's does not.
    if expiry := template.of_type(_TABLE)[logical_id].get("TimeToLiveSpecification"):
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=template.resolve(dict(expiry), {}))
    return {f"{logical_id}.Arn": dynamodb.describe_table(TableName=name)["Table"]["TableArn"]}


def _create_secret(secrets: "SecretsManagerClient", logical_id: str, properties: Mapping[str, Any]) -> str:
    arn = secrets.create_secret(Name=properties.get("Name", f"{STACK_NAME}-{logical_id}"))["ARN"]
    if generated := dict(properties.get("GenerateSecretString", {})):
        template, key = generated.pop("SecretStringTemplate", None), generated.pop("GenerateStringKey", None)
        password = secrets.get_random_password(**generated)["RandomPassword"]
        value = password if key is None else json.dumps({**json.loads(template), key: password})
        secrets.put_secret_value(SecretId=arn, SecretString=value)
    elif "SecretString" in properties:
        secrets.put_secret_value(SecretId=arn, SecretString=properties["SecretString"])
    return arn
