"""The sample posts of events/, as the page's composer offers them."""

import json
from pathlib import Path
from typing import Any

from local.cases import faults_in

# The senders that the cases name otherwise than the local stack's secret does.
_SENDERS = {"server": "local"}


def samples(folder: Path) -> list[dict[str, Any]]:
    """Every case below the folder, by its path, with what the composer needs; a file that is not a case is left out."""
    found = []
    for path in sorted(folder.rglob("*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            post = content["post"]
            text = post["text"] if "text" in post else json.dumps(post["body"], indent=2, ensure_ascii=False)
            key = post.get("key", "server")
            found.append(
                {
                    "name": path.stem,
                    "folder": path.parent.relative_to(folder).as_posix(),
                    "about": content.get("about", ""),
                    "path": post["path"],
                    "sender": _SENDERS.get(key, key),
                    "headers": post.get("headers", {}),
                    "body": text,
                    "faults": faults_in(content),
                }
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return found
