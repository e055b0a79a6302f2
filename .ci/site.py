"""site.py [FOLDER]: builds the docs as a site with search, in FOLDER/html; fails at a broken link. FOLDER is .site.

The pages keep their places of the repository, so a link works in both. Zensical checks only links to
pages; `broken` looks at all links of what was built: pictures, files and folders too.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a reader finds where. A page of docs/ that is in no part is an error; a new sender's page needs no line here.
NAVIGATION: Mapping[str, Sequence[str]] = {
    "Home": ("README.md",),
    "Start": ("docs/architecture.md", "docs/deploy.md", "docs/parameters.md", "docs/performance.md", "docs/scale.md"),
    "Send": ("docs/sending.md", "docs/api.md", "docs/fields.md", "docs/matching.md", "docs/consent.md", "docs/rokt.md"),
    "Senders": ("docs/senders/*.md",),
    "Operate": ("docs/operating.md", "docs/command-line.md", "docs/runbook.md", "docs/silence.md"),
    "Trust": ("docs/reliability.md", "SECURITY.md"),
    "Change": ("CONTRIBUTING.md", "docs/words.md", "docs/decisions.md", "docs/release.md", "CHANGELOG.md"),
}
# Beside the pages of docs/ and of the navigation: what they link to.
FILES = ("LICENSE", "bench/results.json")
SETTINGS = """[project]
site_name = "Roku conversions relay"
docs_dir = "pages"
site_dir = "html"
copyright = "MIT licensed"
nav = {nav}

[project.theme]
font = false
features = ["content.code.copy", "navigation.tabs", "navigation.top", "search.highlight", "toc.follow"]

[[project.theme.palette]]
media = "(prefers-color-scheme: light)"
scheme = "default"
toggle.icon = "lucide/sun"
toggle.name = "Dark theme"

[[project.theme.palette]]
media = "(prefers-color-scheme: dark)"
scheme = "slate"
toggle.icon = "lucide/moon"
toggle.name = "Light theme"

[project.markdown_extensions.attr_list]

[project.markdown_extensions.md_in_html]

[project.markdown_extensions.tables]

[project.markdown_extensions.toc]
permalink = true
slugify = {{ object = "pymdownx.slugs.slugify", kwds = {{ case = "lower" }} }}

[project.markdown_extensions.pymdownx.highlight]

[project.markdown_extensions.pymdownx.superfences]
"""


class Links(HTMLParser):
    """What a page of the site links to, and the places in it that can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base class calls it so
        """Remember the links and the id of one tag."""
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.targets.add(value)
            if name in ("id", "name") and value:
                self.ids.add(value)


def navigation(root: Path) -> dict[str, list[str]]:
    """The pages of each part; raises SystemExit for a page that is in none, or that is not there."""
    parts = {
        title: [name for pattern in names for name in _named(root, pattern)] for title, names in NAVIGATION.items()
    }
    placed = {name for names in parts.values() for name in names}
    missing = {str(page.relative_to(root)) for page in root.joinpath("docs").rglob("*.md")} - placed
    if missing:
        raise SystemExit(f"in no part of the site: {', '.join(sorted(missing))}: name it in NAVIGATION of .ci/site.py")
    return parts


def _named(root: Path, pattern: str) -> list[str]:
    found = sorted(root.glob(pattern), key=lambda page: _title(page).lower())
    if not found:
        raise SystemExit(f"{pattern} of NAVIGATION in .ci/site.py is not there")
    return [str(page.relative_to(root)) for page in found]


def _title(page: Path) -> str:
    heading = re.search(r"^# (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return heading[1] if heading else page.stem


def lay(root: Path, folder: Path) -> None:
    """Copy the pages, and what they link to, into the folder, with the settings of the site."""
    parts = navigation(root)
    shutil.rmtree(folder, ignore_errors=True)
    pages = folder / "pages"
    shutil.copytree(root / "docs", pages / "docs")
    for name in [*FILES, *(name for names in parts.values() for name in names if not name.startswith("docs/"))]:
        pages.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, pages / name)
    # A list of one page would be a folder in the navigation.
    nav = [(title, names[0] if len(names) == 1 else names) for title, names in parts.items()]
    listed = ", ".join(f"{{ {json.dumps(title)} = {json.dumps(names)} }}" for title, names in nav)
    folder.joinpath("zensical.toml").write_text(SETTINGS.format(nav=f"[{listed}]"), encoding="utf-8")


def broken(site: Path) -> Iterator[str]:
    """The links within a built site that lead nowhere; not those of 404.html, which begin at the root of a host."""
    pages = {page: Links(page.read_text(encoding="utf-8")) for page in site.rglob("*.html") if page.name != "404.html"}
    for page, links in sorted(pages.items()):
        for target in sorted(links.targets):
            fault = _fault(page, target, pages)
            if fault:
                yield f"{page.relative_to(site)}: {target}{fault}"


def _fault(page: Path, target: str, pages: Mapping[Path, Links]) -> str:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return ""
    there = page.parent.joinpath(unquote(parts.path)).resolve() if parts.path else page
    there = there / "index.html" if there.is_dir() else there
    if not there.is_file():
        return " is not there"
    gone = parts.fragment and there in pages and unquote(parts.fragment) not in pages[there].ids
    return ": the page has no such place" if gone else ""


def main() -> int:
    """Build the site of the current folder; returns the exit code."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".site").resolve()
    lay(Path.cwd(), folder)
    build = [sys.executable, "-m", "zensical", "build", "--strict"]
    built = subprocess.run(build, cwd=folder, check=False, capture_output=True, text=True)
    if built.returncode:
        print(built.stdout, built.stderr, sep="\n")
        return 1
    found = list(broken(folder / "html"))
    pages = sum(1 for _ in (folder / "html").rglob("index.html"))
    print("\n".join(found) or f"{pages} pages in {folder.name}/html, each of their links leads somewhere")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
