"""What a station has stored of a customer: put together, shown, and taken back."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.v2.customer_information import LEARNED, SHOWN_FOR_S
from connector.datapoints.outcomes import OutcomeName
from connector.tests.csms.conftest import settle
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.csms.v2.conftest import Harness2, Station2
from connector.tests.csms.v2.desk import run

Json = dict[str, Any]
Pair = tuple[Harness2, Station2]

ASKED = {"requestId": 5, "report": True, "clear": False, "customerIdentifier": "x"}
SENSOR = "customer_information"


@pytest.fixture(params=["2.0.1", "2.1"])
async def pair(request: Any, start2: Any) -> Pair:
    system = await start2()
    station = await system.connect_2(
        version=request.param, boots=True, CustomerInformation={"status": "Accepted"}
    )
    return system, station


async def tell(station: Station2, *parts: str, order: list[int] | None = None) -> None:
    for number in order or range(len(parts)):
        answer = await station.say(
            "NotifyCustomerInformation",
            data=parts[number],
            seqNo=number,
            tbc=number + 1 < len(parts),
            generatedAt=station.time(),
            requestId=5,
        )
        assert answer == {}
    await settle()


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1], [0, 0, 2, 1]])
async def test_the_parts_become_one_text(pair: Pair, order: list[int]) -> None:
    system, station = pair

    outcome = await run(system, "CustomerInformation", ASKED)
    await tell(station, "one ", "two ", "three", order=order)

    assert outcome.outcome is OutcomeName.ACCEPTED
    assert system.told(SENSOR, "0") == ["one two three"]


async def test_it_is_taken_back_after_a_while(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    system, station = pair
    caplog.set_level("INFO")
    await tell(station, "somebody")

    await system.advance(SHOWN_FOR_S - 1)
    before = system.newest(SENSOR, "0")
    await tell(station, "somebody else")
    await system.advance(SHOWN_FOR_S - 1)
    then = system.newest(SENSOR, "0")
    await system.advance(1)

    assert (before, then) == ("somebody", "somebody else")
    assert system.newest(SENSOR, "0") is None
    assert LEARNED not in system.station().learned
    assert "somebody" not in caplog.text


async def test_it_is_taken_back_at_the_end(pair: Pair) -> None:
    system, station = pair
    await tell(station, "somebody")

    await system.close()

    assert system.told(SENSOR, "0") == ["somebody", None]
    assert all(LEARNED not in r.learned for r in system.store.station_records.values())


async def test_after_a_crash_it_is_taken_back_at_the_start(start2: Any) -> None:
    store = MemoryStore()
    crashed = await start2(store)
    station = await crashed.connect_2(boots=True)
    await tell(station, "somebody")
    await crashed.central.registry.finish()

    system = await start2(store)

    assert system.told(SENSOR, "0") == [None]


async def test_nothing_is_shown_of_nobody(pair: Pair) -> None:
    system, station = pair

    await tell(station, "")

    assert system.told(SENSOR, "0") == []


async def test_a_part_that_does_not_come_is_said(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    system, station = pair
    await tell(station, "one", "two", order=[0])

    await system.advance(61)

    assert system.told(SENSOR, "0") == []
    assert "CP-7: the report is not complete: 1 parts came" in caplog.text


@pytest.mark.parametrize("status", ["Rejected", "Invalid"])
async def test_a_station_may_refuse(pair: Pair, status: str) -> None:
    system, station = pair
    station.answers["CustomerInformation"] = {"status": status}

    outcome = await run(system, "CustomerInformation", ASKED)

    assert (outcome.outcome, outcome.detail) == (OutcomeName.REJECTED, status)


async def test_a_forgotten_station_tells_nothing_more(start2: Any) -> None:
    system = await start2(stations={}, unknown_stations="accept")
    station = await system.connect_2(boots=True)
    await tell(station, "somebody")
    await system.central.forget("CP-7")
    count = len(system.told(SENSOR, "0"))

    await system.advance(SHOWN_FOR_S)

    assert len(system.told(SENSOR, "0")) == count


async def test_bad_information_is_refused(pair: Pair) -> None:
    with pytest.raises(Exception, match="Violation"):
        await pair[1].say_raw("NotifyCustomerInformation", {"data": 1})


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_station_that_waits_is_asked_nothing(start2: Any, version: str) -> None:
    system = await start2(stations={})
    station = await system.connect_2(version=version, boots=True)

    outcome = await run(system, "CustomerInformation", ASKED)
    code = await station.refused("NotifyCustomerInformation", data="x", seqNo=0, generatedAt=station.time(), requestId=5)  # fmt: skip

    assert (outcome.outcome, code) == (OutcomeName.REJECTED, "SecurityError")
