"""parameters.py FILE: writes the page that explains each parameter of template.yaml, in the order in which sam asks."""

import sys
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

HEAD = """# Parameters

What can be chosen when the stack is deployed, in the order in which `sam deploy --guided` asks; Enter takes the value
in brackets there, which is the default here. A parameter can be changed at any time: deploy again with another value.
`make parameters` writes this page from `template.yaml`.
"""


def page() -> str:
    """The page's text."""
    source: dict[str, Any] = yaml_parse(Path("template.yaml").read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    groups = source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    titles = {name: group["Label"]["default"] for group in groups for name in group["Parameters"]}
    lines, title = [HEAD], ""
    for name, item in source["Parameters"].items():
        if titles[name] != title:
            title = titles[name]
            lines += [f"## {title}\n", "| Parameter | Default | |", "|---|---|---|"]
        default = f"`{item['Default']}`" if str(item["Default"]) else "empty"
        lines.append(f"| `{name}` | {default} | {item['Description'].replace('|', chr(92) + '|')}{_allowed(item)} |")
        following = list(source["Parameters"])[list(source["Parameters"]).index(name) + 1 :]
        if following and titles[following[0]] != title:
            lines.append("")
    return "\n".join(lines) + "\n"


def _allowed(item: dict[str, Any]) -> str:
    if "AllowedValues" in item:
        return f" One of {', '.join(f'`{value}`' for value in item['AllowedValues'])}."
    if "MinValue" in item:
        return f" {item['MinValue']:,} to {item['MaxValue']:,}."
    return f" Takes {item['ConstraintDescription']}."


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
