"""The sandbox of each destination, as its folder `local/NAME_sandbox` declares it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from local.sandbox import Sandbox

Parameters = Mapping[str, str]


def _no_options(_: ArgumentParser) -> None:
    """The command has none for this destination."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What the local stack knows of a sandbox, and no other part of the project.

    `key` gives the text of the keys secret; `make` makes the sandbox on a port, with that text; both take the
    template's parameters. `flag` names the option of `python -m local` for its `port`. `options` adds further ones, and
    `chosen` makes parameters of them. `is_judged`: the files of events/ say what becomes of conversions there.
    """

    flag: str
    port: int
    key: Callable[[Parameters], str]
    make: Callable[[int, str, Parameters], Sandbox[Any]]
    options: Callable[[ArgumentParser], None] = _no_options
    chosen: Callable[[Namespace], dict[str, str]] = lambda _: {}
    is_judged: Callable[[Parameters], bool] = lambda _: True


def declared(name: str) -> Declared:
    """The sandbox of the destination of this name."""
    found: Declared = import_module(f"local.{name}_sandbox.declared").SANDBOX
    return found
