"""The pages of quirks and presets answer everything, and say what the code does."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from connector.csms.preset_page import page
from connector.csms.presets import presets
from connector.csms.quirks import QUIRKS

DOCS = Path(__file__).resolve().parents[4] / "docs"
LAST_ROW = 55

pytestmark = pytest.mark.repository


def quirk_pages() -> str:
    return "\n".join(path.read_text("utf-8") for path in (DOCS / "quirks").iterdir())


def test_the_page_of_the_presets_is_that_of_their_data() -> None:
    assert (DOCS / "reference/presets.md").read_text("utf-8") == page(), (
        "run: cd source && python -m connector.csms.preset_page "
        "> ../docs/reference/presets.md"
    )


def test_every_known_quirk_is_answered_once() -> None:
    rows = re.findall(r"^\| (\d+) \|", quirk_pages(), re.MULTILINE)

    assert Counter(map(int, rows)) == Counter(range(1, LAST_ROW + 1))


@pytest.mark.parametrize("name", list(QUIRKS))
def test_every_option_stands_where_it_helps(name: str) -> None:
    how_to = (DOCS / "how-to/charger-quirks.md").read_text("utf-8")

    assert f"`{name}`" in quirk_pages()
    assert name in how_to


@pytest.mark.parametrize("name", [name for name, q in QUIRKS.items() if q.rows])
def test_an_option_stands_in_the_rows_that_it_is_for(name: str) -> None:
    lines = quirk_pages().splitlines()
    named = {
        int(match[1])
        for line in lines
        if f"`{name}`" in line and (match := re.match(r"\| (\d+) \|", line))
    }

    assert named == set(QUIRKS[name].rows)


def test_every_preset_that_is_named_exists() -> None:
    named = re.findall(r"presets\.md#([a-z0-9-]+)", quirk_pages())

    assert named
    assert set(named) <= set(presets())
