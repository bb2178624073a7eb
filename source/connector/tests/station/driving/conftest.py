from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from connector.tests.station.driving.bench import Place


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """A station that has booted; it keeps what survives a restart."""
    found = await Place(tmp_path / "CP", evses=2).start()
    yield found
    await found.stop()
