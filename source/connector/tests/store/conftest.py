from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.store import DatabaseStore, open_store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'connector.sqlite'}"


@pytest.fixture
async def store(url: str) -> AsyncIterator[DatabaseStore]:
    store = open_store(url)
    await store.open()
    yield store
    await store.close()
