"""A central system with two tokens, and a station that takes its list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from connector.csms.options import StationOptions
from connector.store import DatabaseStore, open_store
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.local_lists.bench import List, register

Start = Callable[..., Any]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    store = open_store(f"sqlite:///{tmp_path / 'connector.sqlite'}")
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def system(start: Start, store: DatabaseStore) -> Harness:
    found: Harness = await start(store, stations={NAME: StationOptions()})
    register(found, "alice", "bob")
    return found


@pytest.fixture
def its() -> List:
    return List()


@pytest.fixture
async def end(system: Harness, its: List) -> StationEnd:
    return await system.connect(**its.answers())
