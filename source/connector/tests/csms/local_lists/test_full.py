"""A list of the registry, sent in full."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from connector.csms.local_list_versions import LARGEST_VERSION
from connector.csms.local_lists import ListResult
from connector.csms.options import StationOptions
from connector.store import DatabaseStore
from connector.store.records import LocalListRecord, TokenRecord
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.local_lists.bench import (
    DIFFERENTIAL,
    FULL,
    List,
    block,
    entry,
    kept,
    register,
    sent,
    update,
)

Start = Callable[..., Any]


async def test_a_full_list_is_that_of_the_registry(
    system: Harness, end: StationEnd
) -> None:
    expiry_ms = system.clock.now_ms() + 60_000
    register(
        system,
        "alice",
        TokenRecord("bob", status="Blocked"),
        TokenRecord("carol", expiry_ms=expiry_ms, group="family"),
        TokenRecord("dave", expiry_ms=expiry_ms - 120_000),
    )
    result = await update(system)
    assert end.asked("SendLocalList") == [
        {
            "listVersion": 1,
            "updateType": "Full",
            "localAuthorizationList": [
                {"idTag": "alice", "idTagInfo": {"status": "Accepted"}},
                {"idTag": "bob", "idTagInfo": {"status": "Blocked"}},
                {
                    "idTag": "carol",
                    "idTagInfo": {
                        "status": "Accepted",
                        "expiryDate": "2026-01-31T12:01:00Z",
                        "parentIdTag": "family",
                    },
                },
                {
                    "idTag": "dave",
                    "idTagInfo": {
                        "status": "Expired",
                        "expiryDate": "2026-01-31T11:59:00Z",
                    },
                },
            ],
        }
    ]
    assert result == ListResult(
        "Accepted", "version 1, 4 tokens", {"status": "Accepted", "listVersion": 1}
    )


async def test_a_full_list_is_sent_again_as_often_as_one_likes(
    system: Harness, end: StationEnd
) -> None:
    for _ in range(3):
        assert (await update(system)).status == "Accepted"
    assert [version for version, _, _ in sent(end)] == [1, 2, 3]


async def test_what_the_station_accepted_is_kept(
    system: Harness, end: StationEnd
) -> None:
    await update(system)
    assert await kept(system) == LocalListRecord(
        NAME, 1, [entry("alice"), entry("bob")]
    )


async def test_an_empty_registry_is_an_empty_list(
    system: Harness, end: StationEnd, its: List
) -> None:
    register(system)
    result = await update(system)
    assert sent(end) == [(1, FULL, [])]
    assert result.detail == "version 1, 0 tokens"
    assert (await update(system, DIFFERENTIAL)).detail == "unchanged"


async def test_the_version_is_above_that_of_the_station(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.version = 41
    await update(system)
    assert sent(end)[0][0] == 42


async def test_the_version_is_above_the_one_that_was_accepted(
    system: Harness, end: StationEnd
) -> None:
    await system.store.save_local_list(LocalListRecord(NAME, 7, []))
    await update(system)
    assert sent(end)[0][0] == 8


async def test_after_the_largest_version_they_begin_again(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.version = LARGEST_VERSION
    await update(system)
    assert sent(end) == [(1, FULL, ["alice", "bob"])]


async def test_what_is_too_long_for_an_id_tag_is_left_out(
    system: Harness, end: StationEnd
) -> None:
    register(
        system,
        "x" * 20,
        "y" * 21,
        TokenRecord("bob", group="g" * 21),
        TokenRecord(""),
    )
    result = await update(system)
    assert sent(end) == [(1, FULL, ["x" * 20])]
    assert result.detail == (
        "version 1, 1 token; 3 left out: id or group over 20 characters"
    )


async def test_the_lists_of_two_stations_are_their_own(
    start: Start, store: DatabaseStore
) -> None:
    stations = {NAME: StationOptions(), "CP-8": StationOptions()}
    system = await start(store, stations=stations)
    register(system, "alice")
    first = await system.connect(NAME, **List().answers())
    second = await system.connect("CP-8", **List(version=9).answers())
    await asyncio.gather(
        *(block(system).update(system.station(s), FULL) for s in stations)
    )
    assert sent(first) == [(1, FULL, ["alice"])]
    assert sent(second) == [(10, FULL, ["alice"])]
