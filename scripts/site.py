"""What the site makes of pages that are written for readers of the repository.

Called by MkDocs (mkdocs.yml). Three things differ there: the README and the changelog
lie outside of the folder of the documents, lists need four columns, and other files of
the repository are not part of the site.
"""

from __future__ import annotations

import importlib
import posixpath
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ADDED = {"README.md": "project.md", "CHANGELOG.md": "changes.md"}
"""Pages of the repository's top folder, and their names in the site."""
SETTINGS = "reference/settings.md"
"""A section of the README, which is a page of its own in the site."""
INDENT = 4
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
_BARE_LINK = re.compile(r"!?\[([^\]]*)\]\(outside:[^)]*\)")
_ITEM = re.compile(r"( *)([-*+]|\d+[.)]) +(?=\S)")
_FENCE = re.compile(r" *(```+|~~~+)")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that lie outside of the folder of the documents."""
    file = importlib.import_module("mkdocs.structure.files").File
    for name, page in ADDED.items():
        text = (ROOT / name).read_text("utf-8")
        files.append(file.generated(config, page, content=text))
        if name == "README.md":
            files.append(file.generated(config, SETTINGS, content=settings_of(text)))
    return files


def settings_of(readme: str) -> str:
    """The section on settings, with its headings one level higher."""
    section = readme.partition("\n## Settings\n")[2].partition("\n## ")[0]
    return "# Settings\n" + section.replace("\n### ", "\n## ")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The text of a page as this renderer needs it."""
    return with_wide_lists(with_links_of_the_site(markdown, page.file.src_uri))


def with_links_of_the_site(markdown: str, page: str) -> str:
    """Links to what lies outside of the documents lead to its copy, or are text."""
    places = {at: name for name, at in ADDED.items()} | {SETTINGS: "README.md"}
    here = places.get(page, f"docs/{page}")

    def led(link: re.Match[str]) -> str:
        at = posixpath.normpath(posixpath.join(posixpath.dirname(here), link[1]))
        target = at.removeprefix("docs/") if at.startswith("docs/") else ADDED.get(at)
        if target is None:
            return f"outside:{at}"
        start = posixpath.dirname(page) or "."
        return posixpath.relpath(target, start) + (link[2] or "")

    return _BARE_LINK.sub(r"\1", _LINK.sub(led, markdown))


def with_wide_lists(markdown: str) -> str:
    """Lists indented by four columns, and apart from the paragraph before them."""
    lines: list[str] = []
    lists: list[int] = []
    fence = ""
    for line in markdown.splitlines():
        if not fence and line.strip():
            _leave(lists, line)
        inner = lists[-1] if lists else 0
        moved = " " * INDENT * len(lists) + line[min(inner, _indent(line)) :]
        opened = _FENCE.match(line)
        if fence:
            fence = "" if line.strip() == fence else fence
        elif opened:
            fence = opened[1]
        elif item := _ITEM.match(line):
            if not lists and lines and lines[-1].strip() and not _is_item(lines[-1]):
                lines.append("")
            lists.append(item.end())
            moved = _wide(moved)
        lines.append(moved if line.strip() else "")
    return "\n".join(lines) + "\n"


def _leave(lists: list[int], line: str) -> None:
    """A line that is not indented as far as a list's text is no part of that list."""
    while lists and _indent(line) < lists[-1]:
        lists.pop()


def _wide(line: str) -> str:
    """The text of an item begins where its other lines do."""
    found = _ITEM.match(line)
    if found is None:
        return line
    start = found[1] + found[2].ljust(INDENT - 1) + " "
    return start + line[found.end() :]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_item(line: str) -> bool:
    return bool(_ITEM.match(line))
