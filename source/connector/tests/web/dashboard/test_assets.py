"""The files themselves: libraries as published, modules that find each other."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from connector.web.dashboard.assets import FOLDER, Assets

VENDOR = FOLDER / "vendor"
LIBRARIES = json.loads((VENDOR / "vendor.json").read_text("utf-8"))
FILES = [each for library in LIBRARIES for each in library["files"]]
OURS = sorted(path for path in FOLDER.rglob("*.js") if VENDOR not in path.parents)
_IMPORT = re.compile(
    r"""^(?:import|export)\b[\s\w{},*$]*?["']([^"']+)["']|\bimport\(\s*["']([^"']+)""",
    re.M,
)
MOST_LINES = 400


def named(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


def import_map() -> dict[str, str]:
    document = (FOLDER / "index.html").read_text("utf-8")
    [text] = re.findall(r'<script type="importmap">(.*?)</script>', document, re.S)
    found: dict[str, str] = json.loads(text)["imports"]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["file"])
def test_libraries_are_as_published(file: dict[str, str]) -> None:
    content = (VENDOR / file["file"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == file["sha256"]


def test_every_file_of_a_library_is_listed() -> None:
    there = {path.name for path in VENDOR.iterdir()} - {"vendor.json"}

    assert there == {file["file"] for file in FILES}


def test_every_library_comes_with_its_licence() -> None:
    without = [
        library["name"]
        for library in LIBRARIES
        if not any("LICENSE" in file["file"] for file in library["files"])
    ]

    assert without == []


@pytest.mark.parametrize("path", OURS, ids=named)
def test_modules_import_what_is_there(path: Path) -> None:
    known = import_map()
    found = _IMPORT.findall(path.read_text("utf-8"))
    missing = [
        name
        for name in (fixed or dynamic for fixed, dynamic in found)
        if name not in known and not (path.parent / name).resolve().is_file()
    ]

    assert missing == []


def test_the_import_map_names_files_that_are_there() -> None:
    places = [
        FOLDER / place.removeprefix("./assets/-/") for place in import_map().values()
    ]

    assert [place for place in places if not place.is_file()] == []


@pytest.mark.parametrize("path", OURS, ids=named)
def test_nothing_of_others_becomes_markup(path: Path) -> None:
    text = path.read_text("utf-8")

    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text
    )
    assert not re.search(r"\beval\(|new Function\b", text)


@pytest.mark.parametrize("path", OURS, ids=named)
def test_modules_are_short_and_checked(path: Path) -> None:
    text = path.read_text("utf-8")

    assert text.count("\n") <= MOST_LINES
    assert text.startswith("// @ts-check")


def test_nothing_is_fetched_from_elsewhere() -> None:
    ours = [*OURS, *FOLDER.rglob("*.css"), *FOLDER.glob("*.html")]
    urls = {
        named(path): found
        for path in ours
        if (
            found := re.findall(
                r"https?://(?!www\.w3\.org/)\S+", path.read_text("utf-8")
            )
        )
    }

    assert urls == {}


def test_what_is_served_changes_its_address_when_it_changes(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    before = Assets(tmp_path).digest
    (tmp_path / "a.js").write_text("2")

    assert Assets(tmp_path).digest != before


def test_files_of_other_kinds_are_not_served(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")

    assert Assets(tmp_path).find("a.py") == (None, False)
