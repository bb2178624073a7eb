"""Lists as somebody gives them, and those that others send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.local_lists import ListResult
from connector.csms.options import StationOptions
from connector.errors import (
    CommandTimeout,
    LocalProtocolError,
)
from connector.store.records import LocalListRecord
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.local_lists.bench import (
    ACCEPTED,
    DIFFERENTIAL,
    FULL,
    List,
    block,
    entry,
    kept,
    sent,
    update,
)

Json = dict[str, Any]
Start = Callable[..., Any]


async def test_a_list_is_sent_as_it_is_given(system: Harness, end: StationEnd) -> None:
    payload = {
        "listVersion": 12,
        "updateType": FULL,
        "localAuthorizationList": [entry("x"), entry("X", "Blocked")],
    }
    result = await block(system).send(system.station(), payload)
    assert end.calls == [("SendLocalList", payload)]
    assert result == ListResult("Accepted", "version 12", ACCEPTED)
    assert await kept(system) == LocalListRecord(NAME, 12, [entry("X", "Blocked")])


async def test_without_entries_it_empties_the_list(
    system: Harness, end: StationEnd
) -> None:
    payload = {"listVersion": 12, "updateType": FULL}
    await block(system).send(system.station(), payload)
    assert await kept(system) == LocalListRecord(NAME, 12, [])


async def test_what_a_given_change_makes_is_unknown(
    system: Harness, end: StationEnd
) -> None:
    await update(system)
    payload = {"listVersion": 12, "updateType": DIFFERENTIAL}
    await block(system).send(system.station(), payload)
    assert await kept(system) == LocalListRecord(NAME, 12, None)
    await update(system, DIFFERENTIAL)
    assert sent(end)[-1] == (13, FULL, ["alice", "bob"])


async def test_a_given_list_that_is_refused_is_not_followed_by_another(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.version = 20
    payload = {"listVersion": 12, "updateType": DIFFERENTIAL}
    result = await block(system).send(system.station(), payload)
    assert result.status == result.detail == "VersionMismatch"
    assert len(sent(end)) == 1
    assert await kept(system) is None


async def test_a_given_list_that_is_none_is_not_sent(
    system: Harness, end: StationEnd
) -> None:
    with pytest.raises(LocalProtocolError, match="updateType"):
        await block(system).send(system.station(), {"listVersion": 1})
    assert end.calls == []


async def test_a_list_through_call_is_known_by_its_version_only(
    system: Harness, end: StationEnd
) -> None:
    await update(system)
    payload = {"listVersion": 5, "updateType": FULL, "localAuthorizationList": []}
    await system.station().call("SendLocalList", payload)
    assert await kept(system) == LocalListRecord(NAME, 5, None)


async def test_after_a_list_through_call_the_next_change_is_a_full_list(
    system: Harness, end: StationEnd
) -> None:
    payload = {"listVersion": 5, "updateType": FULL}
    payload["localAuthorizationList"] = [entry("x")]
    await system.station().call("SendLocalList", payload)
    await kept(system)
    result = await update(system, DIFFERENTIAL)
    assert sent(end)[-1] == (6, FULL, ["alice", "bob"])
    assert result.detail.endswith("in full: somebody else sent version 5")


async def test_a_refused_list_through_call_means_nothing(
    system: Harness, end: StationEnd
) -> None:
    await update(system)
    end.answers["SendLocalList"] = {"status": "Failed"}
    payload = {"listVersion": 5, "updateType": FULL}
    await system.station().call("SendLocalList", payload)
    record = await kept(system)
    assert record is not None
    assert record.version == 1


async def test_a_list_through_call_between_two_pieces_makes_the_list_unknown(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.keys = {"SendLocalListMaxLength": "1"}
    take = end.answers["SendLocalList"]
    foreign = {"listVersion": 50, "updateType": FULL}

    def answer(payload: Json) -> Json:
        if payload["listVersion"] == 1:
            call = system.station().call("SendLocalList", foreign)
            end.tasks.append(asyncio.create_task(call))  # type: ignore[arg-type]
        took: Json = take(payload)
        return took

    end.answers["SendLocalList"] = answer
    await update(system)
    record = await kept(system)
    assert record is not None
    assert record.entries is None


async def test_lists_of_one_station_are_sent_one_after_the_other(
    system: Harness, end: StationEnd
) -> None:
    results = await asyncio.gather(*(update(system) for _ in range(3)))
    assert [result.response["listVersion"] for result in results] == [1, 2, 3]


async def test_one_that_waits_too_long_for_its_turn_is_not_sent(
    start: Start,
) -> None:
    stations = {NAME: StationOptions(call_timeout_s=0.05)}
    system = await start(stations=stations)
    end = await system.connect(**List().answers())
    async with block(system)._turn(system.station()):
        with pytest.raises(CommandTimeout, match="not sent within"):
            await update(system)
    assert end.calls == []
    assert (await update(system)).status == "Accepted"
