"""What every file of these tests is marked with."""

from __future__ import annotations

import pytest

MARKS = [
    pytest.mark.browser,
    pytest.mark.broker,
    # One after the other, and not beside containers that are started: with each the
    # network of the machine changes, and a browser then drops its requests.
    pytest.mark.xdist_group("engine"),
    # The browser is of one loop.
    pytest.mark.asyncio(loop_scope="session"),
]
