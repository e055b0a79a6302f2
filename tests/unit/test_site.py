"""The site of the docs: each page has its place, and a link that leads nowhere is found."""

from pathlib import Path

import pytest

from tests.programs import program

ROOT = Path(__file__).parents[2]
site = program("site")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_every_page_of_docs_has_its_place() -> None:
    placed = [name for names in site.navigation(ROOT).values() for name in names]
    assert len(placed) == len(set(placed))
    assert {str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")} <= set(placed)


def test_a_page_in_no_part_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "NAVIGATION", {"Home": ("README.md",), "Senders": ("docs/senders/*.md",)})
    for name in ("README.md", "docs/senders/zed.md", "docs/senders/acme.md"):
        write(tmp_path / name, f"# {name}")
    assert site.navigation(tmp_path)["Senders"] == ["docs/senders/acme.md", "docs/senders/zed.md"]
    write(tmp_path / "docs" / "new.md", "# New")
    with pytest.raises(SystemExit, match=r"docs/new\.md: name it in NAVIGATION"):
        site.navigation(tmp_path)


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ('<a href="../b/">', ""),
        ('<a href="../b/#here">', ""),
        ('<a href="#top">', ""),
        ('<a href="../b/a%20file.json">', ""),
        ('<a href="https://example.com/none">', ""),
        ('<a href="mailto:a@example.com">', ""),
        ('<a href="../b/#gone">', "a/index.html: ../b/#gone: the page has no such place"),
        ('<a href="#gone">', "a/index.html: #gone: the page has no such place"),
        ('<a href="../c/">', "a/index.html: ../c/ is not there"),
        ('<img src="../b/none.png">', "a/index.html: ../b/none.png is not there"),
        ('<a href="../files">', "a/index.html: ../files is not there"),  # a folder that holds no page
    ],
)
def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, link: str, told: str) -> None:
    write(tmp_path / "a" / "index.html", f'<h1 id="top">A</h1>{link}')
    write(tmp_path / "b" / "index.html", '<h2 id="here">B</h2>')
    write(tmp_path / "b" / "a file.json", "{}")
    write(tmp_path / "files" / "one.json", "{}")
    assert list(site.broken(tmp_path)) == [told] * bool(told)
