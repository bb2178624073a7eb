"""Stations that do not take their list."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.csms.local_lists import ListResult
from connector.errors import (
    CallErrorReceived,
    LinkClosed,
    RemoteProtocolError,
    StationNotConnected,
)
from connector.store.records import LocalListRecord
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.local_lists.bench import (
    ACCEPTED,
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


@pytest.mark.parametrize("status", ["Failed", "VersionMismatch", "NotSupported"])
async def test_a_refused_list_changes_nothing_here(
    system: Harness, end: StationEnd, status: str
) -> None:
    await update(system)
    end.answers["SendLocalList"] = {"status": status}
    register(system, "alice")
    result = await update(system)
    assert result == ListResult(status, status, {"status": status})
    assert await kept(system) == LocalListRecord(
        NAME, 1, [entry("alice"), entry("bob")]
    )


async def test_a_station_without_a_list_is_sent_none(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.version = -1
    result = await update(system)
    assert result == ListResult("NotSupported", "the station has no local list")
    assert sent(end) == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (RemoteProtocolError("NotSupported"), CallErrorReceived),
        ({"status": "Whatever"}, RemoteProtocolError),
    ],
)
async def test_an_answer_that_is_none_is_told(
    system: Harness, end: StationEnd, answer: Any, problem: type[Exception]
) -> None:
    end.answers["SendLocalList"] = answer
    end.session._rules = _Anything(end.session._rules)  # type: ignore[assignment]
    with pytest.raises(problem):
        await update(system)
    assert await kept(system) is None


class _Anything:
    """Rules that let every answer out."""

    def __init__(self, rules: Any) -> None:
        self._rules = rules

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rules, name)

    def answer_fits(self, action: str, payload: object) -> bool:
        return True


async def test_nobody_connected_is_told(system: Harness) -> None:
    system.central.stations[NAME].session = None
    with pytest.raises(StationNotConnected):
        await update(system)


async def test_a_link_that_is_lost_is_told(
    system: Harness, end: StationEnd, its: List
) -> None:
    await update(system)
    register(system, "alice")
    has_come, is_over = asyncio.Event(), asyncio.Event()

    async def wait() -> Json:
        has_come.set()
        await is_over.wait()
        return ACCEPTED

    end.answers["SendLocalList"] = lambda _: wait()
    sending = asyncio.create_task(update(system, DIFFERENTIAL))
    await has_come.wait()
    await end.link.close()
    with pytest.raises(LinkClosed):
        await sending
    is_over.set()


@pytest.mark.parametrize("has_arrived", [True, False])
async def test_after_a_lost_answer_the_version_tells_what_holds(
    system: Harness, end: StationEnd, its: List, has_arrived: bool
) -> None:
    await update(system)
    register(system, "alice")
    take = end.answers["SendLocalList"]

    def lose(payload: Json) -> Any:
        if has_arrived:
            take(payload)
        raise RemoteProtocolError("InternalError")

    end.answers["SendLocalList"] = lose
    with pytest.raises(CallErrorReceived):
        await update(system, DIFFERENTIAL)
    end.answers["SendLocalList"] = take
    await update(system, DIFFERENTIAL)
    assert set(its.entries) == {"alice"}
    last = (3, FULL, ["alice"]) if has_arrived else (2, DIFFERENTIAL, ["-bob"])
    assert sent(end)[-1] == last
