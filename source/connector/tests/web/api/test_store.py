"""The store over the API."""

from __future__ import annotations

import asyncio
import tarfile
from pathlib import Path
from typing import Any

import pytest

from connector.errors import StoreError
from connector.store.records import HistoryRecord, TransactionStart
from connector.store.schema import HEAD
from connector.tests.clock import START_MS
from connector.tests.web.api.conftest import Api, on_shared_loop

STORE, BACKUP = "/api/v1/store", "/api/v1/store/backup"


async def test_the_store_tells_how_it_is(api: Api) -> None:
    store = api.context.store
    await store.start_transaction(TransactionStart("CP-7", "1", "A", START_MS, 1.0))
    store.archive.add_history([HistoryRecord("k", START_MS + 60_000, 1.0)])
    await store.archive.flush_history()

    found = await api.get(STORE)

    assert found["backend"] == "sqlite"
    assert found["location"].endswith("connector.sqlite")
    assert (found["schema"], found["writable"]) == (HEAD, True)
    assert found["bytes"] > 0
    assert found["free_bytes"] > 0
    assert (found["rows"]["transactions"], found["rows"]["history"]) == (1, 1)
    assert found["oldest_transaction"] == "2026-01-31T12:00:00Z"
    assert found["oldest_history"] == "2026-01-31T12:01:00Z"
    assert (found["history_dropped"], found["history_dropped_last"]) == (0, None)
    assert found["backups"] == []


async def test_a_backup_is_made_and_listed(api: Api, tmp_path: Path) -> None:
    (tmp_path / "api.token").write_text("secret")

    answer = await api.client.post(BACKUP)

    assert answer.status_code == 201
    made = answer.json()
    assert Path(made["file"]).parent == tmp_path / "backups"
    assert made["rows"]["sequences"] > 0
    with tarfile.open(made["file"]) as tar:
        assert "data/api.token" in tar.getnames()
    [listed] = (await api.get(STORE))["backups"]
    assert (listed["file"], listed["bytes"]) == (made["file"], made["bytes"])


async def test_two_backups_are_two_files(api: Api) -> None:
    first = (await api.client.post(BACKUP)).json()
    second = (await api.client.post(BACKUP)).json()

    assert first["file"] != second["file"]
    assert len((await api.get(STORE))["backups"]) == 2


async def test_one_backup_is_made_at_a_time(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = api.context.store
    has_begun, may_end = asyncio.Event(), asyncio.Event()
    back_up = store.back_up

    async def slow(*arguments: Any, **more: Any) -> Any:
        has_begun.set()
        await may_end.wait()
        return await back_up(*arguments, **more)

    monkeypatch.setattr(store, "back_up", slow)
    first = asyncio.create_task(api.client.post(BACKUP))
    await asyncio.wait_for(has_begun.wait(), 10)

    second = await api.client.post(BACKUP)
    may_end.set()

    assert second.status_code == 409
    assert (await first).status_code == 201


async def test_a_backup_that_fails_says_why(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*arguments: Any, **more: Any) -> Any:
        raise StoreError("the disk is full")

    monkeypatch.setattr(api.context.store, "back_up", fail)

    answer = await api.client.post(BACKUP)

    assert answer.status_code == 503
    assert "the disk is full" in answer.json()["detail"]


@on_shared_loop
async def test_nothing_of_it_is_told_without_the_token(shared_api: Api) -> None:
    assert (await shared_api.stranger.get(STORE)).status_code == 401
    assert (await shared_api.stranger.post(BACKUP)).status_code == 401
