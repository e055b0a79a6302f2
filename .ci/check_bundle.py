"""check_bundle.py FOLDER: what `sam build` made there holds all that each function needs, for Lambda, and no more.

All functions have the same bundle, which tells nothing of where it was built.

Native modules for another processor cannot be imported here, so imports are followed in the source instead.
"""

import ast
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

AARCH64 = 0xB7  # e_machine in an ELF header, bytes 18 and 19
# Lambda brings them, so they are not bundled. The one place that says so: the tests of the locks read it.
OF_THE_RUNTIME = {"boto3", "botocore", "s3transfer"}
LARGEST = 40_000_000  # bytes, unzipped; boto3 by mistake would add 30 MB


def faults(folder: Path, handler: str, suffix: str) -> Iterator[str]:
    """What is wrong with the bundle in `folder`, one sentence each."""
    module = folder / f"{handler.rpartition('.')[0].replace('.', '/')}.py"
    if not module.is_file():
        yield f"{handler}: {module} is not in it"
    yield from unfit(folder, suffix)
    for name in sorted(imports(folder) - sys.stdlib_module_names - OF_THE_RUNTIME):
        if not ((folder / name).is_dir() or (folder / f"{name}.py").is_file()):
            yield f"{name} is imported, but neither src/requirements.txt nor Lambda brings it"
    if (size := sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())) > LARGEST:
        yield f"{folder} holds {size:,} bytes, more than {LARGEST:,}"
    yield from (f"{name} is not in it" for name in data() if not (folder / name).is_file())
    yield from strays(folder)


def unfit(folder: Path, suffix: str) -> Iterator[str]:
    """What Lambda's processor and Python cannot run, or would have to compile."""
    for path in sorted(folder.rglob("*.so")):
        fits = suffix in path.name or ".abi3." in path.name
        if not fits or int.from_bytes(path.read_bytes()[18:20], "little") != AARCH64:
            yield f"{path} is not for {suffix} on arm64"
    for path in sorted(folder.rglob("*.py")):
        if not (path.parent / "__pycache__" / f"{path.stem}.{suffix}.pyc").is_file():
            yield f"{path} has no bytecode"


def strays(folder: Path) -> Iterator[str]:
    """What does not belong into a bundle: packages of Lambda's and of the tests, and where it was built."""
    for name in sorted(OF_THE_RUNTIME | {"pytest", "moto"}):
        if (folder / name).exists():
            yield f"{folder} holds {name}, which does not belong there"
    here = [str(folder.resolve()).encode(), str(Path("src").resolve()).encode()]
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if any(name in path.read_bytes() for name in here):
            yield f"{path} holds the path of the folder in which it was built"


def digest(folder: Path) -> str:
    """SHA-256 of all files in `folder` with their names."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder)} {len(content)}\n".encode() + content)
    return found.hexdigest()


def data() -> list[Path]:
    """What our own packages read by importlib.resources, such as the script for web pages; from src on."""
    return sorted(path.relative_to("src") for path in Path("src").rglob("*/*.*") if path.suffix not in {".py", ".pyc"})


def imports(folder: Path) -> set[str]:
    """The top-level names that our own packages in `folder` import when they run."""
    ours = (path for package in Path("src").iterdir() for path in (folder / package.name).rglob("*.py"))
    return {name for path in ours for name in _imports(ast.parse(path.read_text(encoding="utf-8")))}


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module.partition(".")[0]
    elif isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
        # What only the type checker imports is not shipped.
        yield from (name for child in node.orelse for name in _imports(child))
    else:
        yield from (name for child in ast.iter_child_nodes(node) for name in _imports(child))


def main(build: Path) -> int:
    """Prints what it checked and what is wrong; 1 if anything is."""
    text = (build / "template.yaml").read_text(encoding="utf-8")
    template = yaml_parse(text)  # type: ignore[no-untyped-call]
    runtime = template["Globals"]["Function"]["Runtime"]
    suffix = runtime.replace("python", "cpython-").replace(".", "")
    wrong, bundles = [], {}
    for name, item in template["Resources"].items():
        if item["Type"] == "AWS::Serverless::Function":
            properties = item["Properties"]
            found = list(faults(build / properties["CodeUri"], properties["Handler"], suffix))
            bundles[digest(build / properties["CodeUri"])] = name
            print(f"{name}: {'; '.join(found) or 'complete'}")
            wrong += found
    print(f"SHA-256 of the bundle: {', '.join(bundles)}")
    if len(bundles) > 1:
        wrong.append(f"{', '.join(bundles.values())} have different bundles")
        print(wrong[-1])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
