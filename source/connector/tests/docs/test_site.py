"""The documentation as a site: it is built without a warning, and read from files."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest

pytestmark = [pytest.mark.repository, pytest.mark.slow, pytest.mark.xdist_group("site")]

ROOT = Path(__file__).resolve().parents[4]
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src"}


class Reading(HTMLParser):
    """What a page links to, loads, and can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and found.get("rel") != "canonical":
            self.loads.append(found["href"])
        elif LOADED.get(tag, "") in found:
            self.loads.append(found[LOADED[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once; where MkDocs is not to be had, skipped with the reason."""
    folder = tmp_path_factory.mktemp("built") / "site"
    script = ROOT / "scripts" / "site.sh"
    made = subprocess.run([script, folder], check=False, capture_output=True, text=True)
    if (folder / "index.html").exists() or "pip" not in made.stderr:
        assert made.returncode == 0, made.stderr[-3000:]
        return folder
    reason = f"no MkDocs to be had: {made.stderr.strip()[-300:]}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Reading]:
    return {
        page: Reading(page.read_text("utf-8"))
        for page in site.rglob("*.html")
        if page.name != "404.html"  # of a server alone
    }


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_hook", ROOT / "scripts/site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_elsewhere(link: str) -> bool:
    return bool(re.match(r"[a-z]+:|//", link))


def problem(page: Path, link: str, pages: dict[Path, Reading]) -> str | None:
    """Why a link leads nowhere, opened as a file; None: it leads somewhere."""
    name, _, anchor = link.partition("#")
    target = (page.parent / unquote(name)).resolve() if name else page
    if not target.is_file():
        return f"{page.name}: {link}: no such file"
    if anchor and target in pages and unquote(anchor) not in pages[target].anchors:
        return f"{page.name}: {link}: no such anchor"
    return None


def test_every_document_is_a_page_of_the_site(site: Path) -> None:
    documents = (ROOT / "docs").rglob("*.md")
    names = {d.relative_to(ROOT / "docs").with_suffix(".html") for d in documents}
    pages = {n.with_name("index.html") if n.stem == "README" else n for n in names}

    assert {name for name in pages if not (site / name).exists()} == set()
    assert len(pages) > 40


@pytest.mark.parametrize(
    ("page", "text", "said"),
    [
        ("how-to/new.md", "# New\n", "not included in the"),
        ("how-to/evcc.md", "# evcc\n\n[gone](nowhere.md)\n", "nowhere.md"),
        ("how-to/evcc.md", "# evcc\n\n[gone](tokens.md#none)\n", "#none"),
    ],
    ids=["a page that no menu has", "a dead link", "a dead anchor"],
)
@pytest.mark.usefixtures("site")
def test_a_page_that_leads_nowhere_ends_the_build(
    tmp_path: Path, page: str, text: str, said: str
) -> None:
    for name in ("docs", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("README.md", "CHANGELOG.md", "mkdocs.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv-site").symlink_to(ROOT / ".venv-site")
    (tmp_path / "docs" / page).write_text(text, "utf-8")

    made = subprocess.run(
        [tmp_path / "scripts" / "site.sh"], check=False, capture_output=True, text=True
    )

    assert made.returncode != 0
    assert said in made.stderr


def test_settings_are_a_page_of_the_site(
    site: Path, pages: dict[Path, Reading]
) -> None:
    page = site / "reference" / "settings.html"

    assert "LIMIT_HOLD_S" in page.read_text("utf-8")
    assert "stations-and-tokens" in pages[page].anchors


def test_links_lead_somewhere_when_opened_as_files(pages: dict[Path, Reading]) -> None:
    links = [
        (page, link)
        for page, read in pages.items()
        for link in read.links + read.loads
        if not is_elsewhere(link)
    ]
    problems = {problem(page, link, pages) for page, link in links} - {None}

    assert len(links) > 1000
    assert problems == set()


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Reading]) -> None:
    loaded = {link for read in pages.values() for link in read.loads}

    assert {link for link in loaded if is_elsewhere(link)} == set()
    assert any("iframe-worker" in link for link in loaded)


def test_the_search_knows_the_pages_without_a_server(site: Path) -> None:
    script = (site / "search" / "search_index.js").read_text("utf-8")
    index: Any = json.loads(script.removeprefix("var __index = "))
    known = {each["location"].partition("#")[0] for each in index["docs"]}

    assert {"how-to/charging-limits.html", "reference/datapoints.html"} <= known


def test_a_code_block_of_a_list_is_a_code_block(site: Path) -> None:
    text = (site / "how-to/bemcom.html").read_text("utf-8")
    items = re.findall(r"<li>(.*?)</li>", text, re.DOTALL)

    assert any("container_name" in item and "<pre>" in item for item in items)
    assert "```" not in text


@pytest.mark.parametrize(
    ("page", "link", "there"),
    [
        ("how-to/security.md", "../../README.md#settings", "../project.md#settings"),
        ("README.md", "../CHANGELOG.md", "changes.md"),
        ("project.md", "docs/how-to/tokens.md", "how-to/tokens.md"),
        ("changes.md", "docs/reference/actions.md", "reference/actions.md"),
        ("quirks/odds.md", "README.md", "README.md"),
    ],
)
def test_links_of_the_repository_become_links_of_the_site(
    hook: ModuleType, page: str, link: str, there: str
) -> None:
    assert hook.with_links_of_the_site(f"a [b]({link}).", page) == f"a [b]({there})."


def test_what_is_not_in_the_site_is_text_there(hook: ModuleType) -> None:
    text = hook.with_links_of_the_site(
        "see [the licence](LICENSE), [x](y.md)", "project.md"
    )

    assert text == "see the licence, x"


def test_links_to_elsewhere_and_to_the_page_itself_stay(hook: ModuleType) -> None:
    text = "[a](https://example.org/b.md) [c](#d)"

    assert hook.with_links_of_the_site(text, "README.md") == text


def test_lists_are_indented_as_the_renderer_wants_them(hook: ModuleType) -> None:
    text = "So:\n- one\n  more\n\n1. two\n\n   ```sh\n   x\n     - y\n   ```\nend\n"

    assert hook.with_wide_lists(text) == (
        "So:\n\n-   one\n    more\n\n1.  two\n\n    ```sh\n    x\n      - y\n    ```\nend\n"
    )
