"""What every file of these tests is marked with."""

from __future__ import annotations

import pytest

MARKS = [
    pytest.mark.browser,
    pytest.mark.broker,
    # Browsers do not crowd the processors of a small machine: one after the other.
    pytest.mark.xdist_group("browser"),
    # The browser is of one loop.
    pytest.mark.asyncio(loop_scope="session"),
]
