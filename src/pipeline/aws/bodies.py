"""Bodies of large calls of AWS, written by orjson.

botocore walks every attribute of every item by its model of the service and makes all of it again: half of the CPU of a
call with 25 items. What is built here is the call's JSON already. Both events are botocore's own, for parameters that
are provided and for requests that are changed.
"""

from collections.abc import Mapping
from typing import Any

import orjson

_WRITTEN = "written_body"


def write_bodies(client: Any, *operations: str) -> None:
    """Have the bodies of these operations of the client written here, where the service is spoken to in JSON.

    Their parameters must be texts, whole numbers, lists and mappings of them: no bytes, no times.
    """
    service = client.meta.service_model
    if getattr(service, "resolved_protocol", service.protocol) != "json":
        return
    name, events = service.service_id.hyphenize(), client.meta.events
    for operation in operations:
        events.register(f"provide-client-params.{name}.{operation}", _write)
        events.register(f"before-call.{name}.{operation}", _put)


def _write(params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> Any:
    context[_WRITTEN] = orjson.dumps(params)
    return _without_lists(params)


def _put(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    params["body"] = context.pop(_WRITTEN)


def _without_lists(value: Any) -> Any:
    """What botocore still reads of the parameters: by queue or table it finds the endpoint."""
    if isinstance(value, Mapping):
        return {name: _without_lists(one) for name, one in value.items()}
    return [] if isinstance(value, list) else value
