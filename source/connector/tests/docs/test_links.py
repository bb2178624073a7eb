"""Links in the documents lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "bench/README.md"]

pytestmark = pytest.mark.repository


def headings(page: Path) -> set[str]:
    """The anchors of a page, as renderers make them of its headings."""
    lines = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", line.lower()) for line in lines)
    return {line.replace(" ", "-") for line in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_is_there(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in headings(target), link


def test_every_page_is_in_the_list_of_all_documents() -> None:
    listed = (ROOT / "docs/README.md").read_text("utf-8")
    pages = (ROOT / "docs").rglob("*.md")
    names = {str(page.relative_to(ROOT / "docs")) for page in pages} - {"README.md"}
    missing = {n for n in names if n not in listed and not n.startswith("quirks/")}
    assert not missing
