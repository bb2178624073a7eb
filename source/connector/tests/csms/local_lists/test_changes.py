"""Only what changed since the station accepted a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.local_list_versions import LARGEST_VERSION
from connector.csms.local_lists import ListResult
from connector.errors import (
    RemoteProtocolError,
)
from connector.store.records import LocalListRecord, TokenRecord
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.local_lists.bench import (
    DIFFERENTIAL,
    FULL,
    List,
    entry,
    kept,
    register,
    sent,
    update,
)

Json = dict[str, Any]
Start = Callable[..., Any]


async def test_only_what_changed_is_sent(system: Harness, end: StationEnd) -> None:
    register(system, "alice", "bob", "carol")
    await update(system)
    register(system, "alice", TokenRecord("bob", status="Blocked"), "dave")
    result = await update(system, DIFFERENTIAL)
    assert sent(end)[1:] == [(2, DIFFERENTIAL, ["-carol", "bob", "dave"])]
    assert result.detail == "version 2, 3 changes"
    record = await kept(system)
    assert record == LocalListRecord(
        NAME, 2, [entry("alice"), entry("bob", "Blocked"), entry("dave")]
    )


async def test_where_nothing_changed_nothing_is_sent(
    system: Harness, end: StationEnd
) -> None:
    await update(system)
    register(system, "BOB", "alice")
    result = await update(system, DIFFERENTIAL)
    assert result == ListResult("Accepted", "unchanged", {"listVersion": 1})
    assert len(sent(end)) == 1


async def test_a_token_that_expired_has_changed(
    system: Harness, end: StationEnd, its: List
) -> None:
    expiry_ms = system.clock.now_ms() + 60_000
    register(system, TokenRecord("alice", expiry_ms=expiry_ms))
    await update(system)
    await system.advance(61)
    await update(system, DIFFERENTIAL)
    assert its.entries["alice"]["status"] == "Expired"


async def test_what_was_accepted_is_known_after_a_restart(
    system: Harness, end: StationEnd, its: List, start: Start
) -> None:
    await update(system)
    await system.close()
    system = await start(system.store)
    register(system, "alice")
    end = await system.connect(**its.answers())
    await update(system, DIFFERENTIAL)
    assert sent(end) == [(2, DIFFERENTIAL, ["-bob"])]


async def test_the_first_list_is_a_full_one(system: Harness, end: StationEnd) -> None:
    result = await update(system, DIFFERENTIAL)
    assert sent(end) == [(1, FULL, ["alice", "bob"])]
    assert result.detail == "version 1, 2 tokens; in full: none was sent before"


async def test_a_station_with_another_version_gets_a_full_list(
    system: Harness, end: StationEnd, its: List
) -> None:
    await update(system)
    its.version = 5
    result = await update(system, DIFFERENTIAL)
    assert sent(end)[1:] == [(6, FULL, ["alice", "bob"])]
    assert result.detail.endswith("in full: the station has version 5, not 1")


async def test_a_station_that_lost_its_list_gets_a_full_one(
    system: Harness, end: StationEnd, its: List
) -> None:
    await update(system)
    its.version, its.entries = 0, {}
    await update(system, DIFFERENTIAL)
    assert sent(end)[1:] == [(2, FULL, ["alice", "bob"])]


@pytest.mark.parametrize("status", ["VersionMismatch", "Failed"])
async def test_a_refused_change_is_followed_by_a_full_list(
    system: Harness, end: StationEnd, its: List, status: str
) -> None:
    await update(system)
    register(system, "alice")
    take = end.answers["SendLocalList"]

    def refuse(payload: Json) -> Json:
        its.version = 8
        is_full = payload["updateType"] == FULL
        answer: Json = take(payload) if is_full else {"status": status}
        return answer

    end.answers["SendLocalList"] = refuse
    result = await update(system, DIFFERENTIAL)
    assert sent(end)[1:] == [(2, DIFFERENTIAL, ["-bob"]), (9, FULL, ["alice"])]
    assert result.status == "Accepted"
    assert result.detail == f"version 9, 1 token; in full: {status} for what changed"
    assert await kept(system) == LocalListRecord(NAME, 9, [entry("alice")])


async def test_versions_that_begin_again_do_so_in_full(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.version = LARGEST_VERSION - 2
    await update(system)
    register(system, "alice")
    result = await update(system, DIFFERENTIAL)
    assert sent(end)[1:] == [(1, FULL, ["alice"])]
    assert "versions begin again" in result.detail


@pytest.mark.parametrize("code", ["NotImplemented", "InternalError"])
async def test_a_station_that_does_not_tell_its_version_gets_full_lists(
    system: Harness, end: StationEnd, code: str
) -> None:
    end.answers["GetLocalListVersion"] = RemoteProtocolError(code)
    await update(system)
    result = await update(system, DIFFERENTIAL)
    assert [(version, kind) for version, kind, _ in sent(end)] == [(1, FULL), (2, FULL)]
    assert "does not tell its version" in result.detail
