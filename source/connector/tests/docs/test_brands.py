"""The page of brands: every preset has its recipe, and what it shows can be written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from connector.csms.presets import Preset, presets
from connector.settings import load

PAGE = Path(__file__).resolve().parents[4] / "docs" / "how-to" / "brands.md"
BY_HAND = {"abl-set-limit"}
"""Chosen by its name, and named in the recipe of its brand."""

pytestmark = pytest.mark.repository


def recipes() -> dict[str, str]:
    parts = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    split = (part.partition("\n") for part in parts)
    return {heading: text for heading, _, text in split}


def words(text: str) -> set[str]:
    return set(re.findall(r"[\w+-]+", text.lower()))


@pytest.mark.parametrize("preset", presets().values(), ids=lambda each: each.name)
def test_every_brand_has_a_recipe(preset: Preset) -> None:
    first = re.split(r"[ ,(]", preset.brand)[0].lower()
    found = [heading for heading in recipes() if first in words(heading)]

    assert found or preset.name == "grizzl-e-smart", preset.brand


def test_presets_of_the_page_are_there() -> None:
    named = set(re.findall(r"\{preset: ([\w-]+)", PAGE.read_text("utf-8")))

    assert named == BY_HAND
    assert named <= presets().keys()


def test_entries_of_the_page_can_be_written() -> None:
    blocks = re.findall(
        r"^ *```yaml\n(.*?)^ *```$", PAGE.read_text("utf-8"), re.M | re.S
    )
    entries = [yaml.safe_load(block) for block in blocks]

    assert len(entries) == 3
    for entry in entries:
        assert load({"STATIONS": json.dumps(entry)}).stations.keys() == entry.keys()
