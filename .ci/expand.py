"""expand.py FILE: writes template.yaml to FILE as CloudFormation gets it, for cfn-lint."""

import json
import sys
from pathlib import Path

from local.template import read

target = Path(sys.argv[1])
target.parent.mkdir(exist_ok=True)
target.write_text(json.dumps(read(Path("template.yaml"), {}).body, indent=1), encoding="utf-8")
