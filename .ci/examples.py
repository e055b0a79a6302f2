"""examples.py OPENAPI: writes the posts of events/ into the OpenAPI document, where a line names their files."""

import json
import re
import sys
from pathlib import Path
from typing import Any

SAMPLES = Path("events")
# The line that names the files, and what is indented deeper.
MARK = re.compile(r"^( *)examples:  # of (.+): made by `make fields`\n((?:\1 .*\n)*)", re.MULTILINE)


def with_examples(document: str, samples: Path = SAMPLES) -> str:
    """The document with its lists of examples made again."""

    def listed(match: re.Match[str]) -> str:
        lines = (f"{match[1]}  {name.rpartition('/')[2]}: {example(samples, name)}\n" for name in match[2].split(", "))
        return match[0][: match.start(3) - match.start()] + "".join(lines)

    return MARK.sub(listed, document)


def example(samples: Path, name: str) -> str:
    """One sample as an example of OpenAPI, on one line: what it shows, and what is posted."""
    content: dict[str, Any] = json.loads((samples / f"{name}.json").read_text(encoding="utf-8"))
    post = content["post"]
    shown = {"summary": content["about"], "value": post["body"] if "body" in post else _value(post["text"])}
    return json.dumps(shown, ensure_ascii=False)  # JSON is YAML too


def _value(text: str) -> Any:
    """What is posted as text: the value of its JSON, where it is JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_examples(target.read_text(encoding="utf-8")), encoding="utf-8")
