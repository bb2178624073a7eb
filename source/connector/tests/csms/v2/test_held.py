"""A station that is configured before it is accepted (`setup_while_pending`)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.csms.options import StationOptions
from connector.csms.quirks import Quirks
from connector.tests.csms.conftest import NAME, Json, settle
from connector.tests.csms.v2.conftest import AGREES, Harness2

HELD = {NAME: StationOptions(quirks=Quirks(setup_while_pending=True))}


async def end_of(system: Harness2, version: str, **answers: Any) -> Any:
    if version == "1.6":
        return await system.connect(**answers)
    return await system.connect_2(version=version, **answers)


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
async def test_it_is_pending_until_it_is_configured_and_then_boots_again(
    start2: Any, version: str
) -> None:
    system = await start2(stations=HELD)
    station = await end_of(system, version)

    first = await station.boot()
    await settle()
    again = await station.boot()

    assert (first["status"], first["interval"]) == ("Pending", 30)
    assert station.asked("TriggerMessage") == [{"requestedMessage": "BootNotification"}]
    assert again["status"] == "Accepted"
    reads = "GetConfiguration" if version == "1.6" else "GetVariables"
    assert station.asked(reads)


async def test_transaction_messages_are_kept_by_the_station_meanwhile(
    start2: Any,
) -> None:
    system = await start2(stations=HELD)
    station = await system.connect_2()
    is_read = asyncio.Event()

    async def slowly(payload: Json) -> Json:
        await is_read.wait()
        return dict(AGREES["GetVariables"](payload))

    station.answers["GetVariables"] = slowly
    await station.boot()

    code = await station.refused(
        "TransactionEvent",
        eventType="Started",
        timestamp=station.time(),
        triggerReason="CablePluggedIn",
        seqNo=0,
        transactionInfo={"transactionId": "tx"},
        evse={"id": 1},
    )

    assert code == "SecurityError"
    assert system.store.transaction_records == []
    is_read.set()
    await settle()
    await station.boot()
    await station.event("Started", 0)
    assert len(system.store.transaction_records) == 1


async def test_a_new_link_begins_anew(start2: Any) -> None:
    system = await start2(stations=HELD)
    station = await system.connect_2(boots=True)
    await settle()
    await station.leave()
    station = await system.connect_2()

    assert (await station.boot())["status"] == "Pending"
