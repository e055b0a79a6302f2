"""What Lambda hands to the functions: a POST, a batch of the queue, and the context."""

from types import SimpleNamespace
from typing import Any

KEY = "bench-sender-key"

# The context of an invocation: what handlers and Powertools read of it.
CONTEXT = SimpleNamespace(
    aws_request_id="0c6f9a2e-0000-0000-0000-000000000000",
    function_name="bench",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:bench",
    get_remaining_time_in_millis=lambda: 60_000,
)


def api_event(body: bytes) -> dict[str, Any]:
    """A POST as API Gateway's HTTP API hands it over (payload format 2.0)."""
    return {
        "version": "2.0",
        "routeKey": "ANY /v1/events",
        "rawPath": "/v1/events",
        "rawQueryString": "",
        "headers": {"authorization": f"Bearer {KEY}", "content-type": "application/json"},
        "requestContext": {
            "http": {"method": "POST", "path": "/v1/events", "sourceIp": "203.0.113.1", "userAgent": "bench"},
            "requestId": "bench",
            "stage": "$default",
        },
        "body": body.decode(),
        "isBase64Encoded": False,
    }


def sqs_event(bodies: list[str]) -> dict[str, Any]:
    """A batch as the event source mapping hands it over."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": f"receipt-{number}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1767225600000"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for number, body in enumerate(bodies)
        ]
    }
