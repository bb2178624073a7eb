"""What is kept of lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.tests.csms.conftest import NAME, settle
from connector.tests.csms.local_lists.bench import (
    DIFFERENTIAL,
    FULL,
    List,
    block,
    kept,
    register,
    sent,
    update,
)
from connector.tests.csms.memory_store import MemoryStore

Json = dict[str, Any]
Start = Callable[..., Any]


async def test_a_list_that_cannot_be_kept_is_accepted_all_the_same(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    system = await start(store)
    its = List()
    end = await system.connect(**its.answers())
    register(system, "alice")
    take = end.answers["SendLocalList"]

    def fail(payload: Json) -> Json:
        store.is_failing = True
        took: Json = take(payload)
        return took

    end.answers["SendLocalList"] = fail
    result = await update(system)
    store.is_failing = False
    assert result.status == "Accepted"
    assert "not kept, so the next one goes in full: the disk is full" in result.detail
    end.answers["SendLocalList"] = take
    await update(system, DIFFERENTIAL)
    assert sent(end)[-1] == (2, FULL, ["alice"])


@pytest.mark.parametrize("is_failing", [False, True])
async def test_a_station_that_is_forgotten_has_no_list(
    start: Start, is_failing: bool
) -> None:
    store = MemoryStore()
    system = await start(store, stations={}, unknown_stations="accept")
    await system.connect(**List().answers())
    await update(system)
    station = system.station()
    await system.central.forget(NAME)
    store.is_failing = is_failing
    await settle()
    store.is_failing = False
    assert (await kept(system) is None) is not is_failing
    await block(system)._save(station, 9, [])
    assert (await kept(system) is None) is not is_failing
