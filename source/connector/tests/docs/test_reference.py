"""The reference pages say what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.datapoints.reference import page

DATAPOINTS = Path(__file__).resolve().parents[4] / "docs/reference/datapoints.md"


@pytest.mark.repository
def test_the_page_of_the_datapoints_is_that_of_the_catalogue() -> None:
    assert DATAPOINTS.read_text("utf-8") == page(), (
        "run: cd source && python -m connector.datapoints.reference "
        "> ../docs/reference/datapoints.md"
    )
