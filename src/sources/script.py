"""The script that web pages include, as it is served: relay.js without its comments and indentation. Pure."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Script:
    """What is served; `version` and `etag` are digests of `content`, so that they change exactly when it does."""

    content: bytes
    version: str
    etag: str


@cache
def served() -> Script:
    """The script as it lies beside this module."""
    content = stripped(files("sources").joinpath("relay.js").read_text(encoding="utf-8")).encode()
    version = sha256(content).hexdigest()[:12]
    return Script(content, version, f'"{version}"')


def stripped(source: str) -> str:
    """The source without lines that are only a comment (`//`) or empty, and without indentation.

    Nothing else is touched: whoever shortens code needs to parse it. A text of several lines (a template literal) would
    be shortened too; relay.js has none.
    """
    lines = (line.lstrip() for line in source.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"
