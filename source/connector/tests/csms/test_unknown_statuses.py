"""Connectors that told no status are asked for it, once."""

from __future__ import annotations

from typing import Any

from connector.errors import CallErrorReceived
from connector.tests.csms.conftest import Harness, StationEnd

LONG_S = 100


def asked(end: StationEnd) -> list[int]:
    """The connectors that were asked for their status."""
    return [
        payload["connectorId"]
        for payload in end.asked("TriggerMessage")
        if payload["requestedMessage"] == "StatusNotification"
    ]


async def test_a_station_that_comes_back_without_a_boot_is_asked(
    system: Harness,
) -> None:
    end = await system.connect(TriggerMessage={"status": "Rejected"})

    await system.advance(LONG_S)
    await system.advance(LONG_S)

    assert asked(end) == [1]


async def test_one_that_told_it_by_itself_is_not(system: Harness) -> None:
    end = await system.connect(boots=True)
    await end.status("Available")

    await system.advance(LONG_S)

    assert asked(end) == []


async def test_each_connector_is_asked(system: Harness) -> None:
    end = await system.connect(boots=True)
    await end.status("Available", connector=2)

    await system.advance(LONG_S)

    assert asked(end) == [1]


async def test_it_is_asked_once_on_a_link(system: Harness) -> None:
    end = await system.connect(boots=True)

    await system.advance(LONG_S)
    await system.advance(LONG_S)

    assert asked(end) == [1]


async def test_one_that_cannot_be_asked_is_asked_no_more(system: Harness) -> None:
    def answer(payload: dict[str, Any]) -> dict[str, Any]:
        raise CallErrorReceived("NotImplemented")

    end = await system.connect(boots=True, TriggerMessage=answer)
    await end.status("Available", connector=3)

    await system.advance(LONG_S)

    assert asked(end) == [1]


async def test_one_that_has_left_is_not_asked(system: Harness) -> None:
    end = await system.connect(boots=True)

    await end.leave()
    await system.advance(LONG_S)

    assert asked(end) == []
