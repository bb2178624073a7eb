"""The page of the message model: its example runs, and its tables are complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from connector.ocppj import behaviours

PAGE = Path(__file__).resolve().parents[4] / "docs/how-to/message-model.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.repository


def test_the_example_of_the_page_runs_from_its_beginning_to_its_end() -> None:
    namespace: dict[str, Any] = {"__name__": "message_model"}
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))

    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), namespace)

    assert len(blocks) >= 5
    for version in ("16", "201"):
        assert namespace[f"CentralSystem{version}"]
    assert not namespace["to_csms"]
    assert not namespace["to_station"]
    assert "connector.ocppj.behaviours" in str(namespace["handle"].__module__)


def test_the_page_names_everything_that_is_public() -> None:
    text = PAGE.read_text("utf-8")

    for name in behaviours.__all__:
        assert name in text, name


@pytest.mark.parametrize(
    "base", [behaviours.BasicCSMS, behaviours.BasicChargingStation]
)
def test_the_page_names_every_method_of_the_basic_behaviours(base: type) -> None:
    text = PAGE.read_text("utf-8")

    for name in (name for name in vars(base) if not name.startswith(("_", "is_"))):
        assert f"`{name}`" in text, name
