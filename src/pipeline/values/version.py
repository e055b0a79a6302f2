"""The version of all of it: the command, the bundle, the wheel, the OpenAPI document and the changelog."""

VERSION = "0.2.0"
# What we call ourselves towards destinations and AWS.
USER_AGENT = f"roku-conversions-relay/{VERSION}"
