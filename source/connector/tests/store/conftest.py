from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from connector.store import DatabaseStore, open_store
from connector.store.groups import Groups
from connector.tests.store.databases import DATABASES, empty_database, engine_of


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind."""
    return empty_database(request, tmp_path)


@pytest.fixture
async def store(url: str, empty_store: Path) -> AsyncIterator[DatabaseStore]:
    path = make_url(url).database
    if url.startswith("sqlite:") and path is not None:
        shutil.copy(empty_store, path)
    store = open_store(url)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def groups(url: str) -> Any:
    """With a table ``t`` of different numbers."""
    groups = Groups(engine_of(url))
    await groups.run(lambda c: c.execute(text("CREATE TABLE t (x INTEGER UNIQUE)")))
    yield groups
    await groups.close()
