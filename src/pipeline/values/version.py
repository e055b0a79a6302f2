"""The version of all of it: the command, the bundle, the wheel, the OpenAPI document and the changelog."""

VERSION = "0.2.0"
