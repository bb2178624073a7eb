"""A vehicle that is plugged in starts by itself, once, with the station's own token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.options import StationOptions
from connector.csms.station import Station
from connector.tests.csms.conftest import NAME, Harness, StationEnd, settle
from connector.tests.csms.memory_store import MemoryStore

AUTOSTART = {NAME: StationOptions(autostart_token="free")}
YES = {"status": "Accepted"}
NO = {"status": "Rejected"}


@pytest.fixture
async def system(start: Callable[..., Any]) -> Harness:
    found: Harness = await start(stations=AUTOSTART, unknown_tokens="reject")
    return found


async def connected(system: Harness, answer: Any = YES, **options: Any) -> StationEnd:
    answers = {"RemoteStartTransaction": answer} | options
    end = await system.connect(boots=True, **answers)
    await settle()
    return end


def starts(end: StationEnd) -> list[Any]:
    return end.asked("RemoteStartTransaction")


@pytest.mark.parametrize("status", ["Preparing", "SuspendedEVSE"])
async def test_a_plugged_in_vehicle_starts_by_itself(
    system: Harness, status: str
) -> None:
    end = await connected(system)

    await end.status(status)

    assert starts(end) == [{"idTag": "free", "connectorId": 1}]


@pytest.mark.parametrize("status", ["Available", "Charging", "Finishing", "Faulted"])
async def test_what_waits_for_nothing_is_not_started(
    system: Harness, status: str
) -> None:
    end = await connected(system)

    await end.status(status)

    assert starts(end) == []


async def test_without_a_token_nothing_starts_by_itself(
    start: Callable[..., Any],
) -> None:
    system = await start()
    end = await connected(system)

    await end.status("Preparing")

    assert starts(end) == []


async def test_its_token_is_always_authorised(system: Harness) -> None:
    end = await connected(system)

    answer = await end.say("Authorize", idTag="FREE")
    begun = await end.start(idTag="free")

    assert answer == {"idTagInfo": {"status": "Accepted"}}
    assert begun["idTagInfo"] == {"status": "Accepted"}


async def test_the_request_carries_the_limit_of_the_place(system: Harness) -> None:
    def profile_for_start(station: Station, where: str) -> dict[str, Any]:
        return {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 0.0}],
            },
        }

    system.central.blocks.autostart.profile_for_start = profile_for_start
    end = await connected(system)

    await end.status("Preparing")

    [request] = starts(end)
    assert request["chargingProfile"] == profile_for_start(system.station(), "1")


async def test_it_waits_for_the_setup_which_tells_what_limits_the_station_takes(
    system: Harness,
) -> None:
    go_on = asyncio.Event()

    async def slow(payload: Any) -> Any:
        await go_on.wait()
        return {}

    end = await connected(system, GetConfiguration=slow)
    await end.status("Preparing")
    assert starts(end) == []

    go_on.set()
    await settle()

    assert len(starts(end)) == 1


async def test_it_starts_once_and_not_again_after_a_stop(system: Harness) -> None:
    end = await connected(system)
    await end.status("Preparing")
    begun = await end.start(idTag="free")
    await end.status("Charging")
    await end.stop(begun["transactionId"])

    await end.status("Finishing")
    await end.status("Preparing")
    await end.status("SuspendedEVSE")
    await system.advance(3600)

    assert len(starts(end)) == 1


async def test_after_it_was_unplugged_the_next_one_starts(system: Harness) -> None:
    end = await connected(system)
    await end.status("Preparing")
    begun = await end.start(idTag="free")
    await end.stop(begun["transactionId"])

    await end.status("Available")
    await end.status("Preparing")

    assert len(starts(end)) == 2


async def test_who_was_started_with_a_card_is_not_started_again(
    system: Harness,
) -> None:
    end = await connected(system, NO)
    await end.status("Preparing")
    begun = await end.start(idTag="card")
    await end.stop(begun["transactionId"])
    await end.status("Preparing")

    await system.advance(3600)

    assert len(starts(end)) == 1


async def test_a_refused_start_is_tried_a_few_times_with_growing_delay(
    system: Harness,
) -> None:
    end = await connected(system, NO)
    await end.status("Preparing")
    counted = []

    for delay_s in (10, 30, 120, 600):
        await system.advance(delay_s - 1)
        counted.append(len(starts(end)))
        await system.advance(1)
        counted.append(len(starts(end)))
    await system.advance(3600)

    assert counted == [1, 2, 2, 3, 3, 4, 4, 5]
    assert len(starts(end)) == 5


async def test_one_that_was_given_up_is_tried_again_once_it_was_unplugged(
    system: Harness,
) -> None:
    end = await connected(system, NO)
    await end.status("Preparing")
    for delay_s in (10, 30, 120, 600, 3600):
        await system.advance(delay_s)
    assert len(starts(end)) == 5

    await end.status("SuspendedEVSE")
    assert len(starts(end)) == 5
    await end.status("Available")
    await end.status("Preparing")

    assert len(starts(end)) == 6


async def test_an_accepted_start_that_does_not_begin_counts_as_refused(
    system: Harness,
) -> None:
    end = await connected(system)
    await end.status("Preparing")

    await system.advance(120)
    await system.advance(10)

    assert len(starts(end)) == 2


async def test_a_transaction_that_begins_ends_the_trying(system: Harness) -> None:
    end = await connected(system)
    await end.status("Preparing")
    await end.start(idTag="free")

    await system.advance(3600)

    assert len(starts(end)) == 1


async def test_it_is_not_tried_while_it_is_charging_already(system: Harness) -> None:
    end = await connected(system)
    await end.start(idTag="card")

    await end.status("SuspendedEVSE")

    assert starts(end) == []


async def test_unplugged_while_it_is_tried_ends_the_trying(system: Harness) -> None:
    end = await connected(system, NO)
    await end.status("Preparing")

    await end.status("Available")
    await system.advance(3600)

    assert len(starts(end)) == 1


async def test_a_station_that_comes_back_with_a_vehicle_starts_it(
    system: Harness,
) -> None:
    first = await connected(system, NO)
    await first.status("Preparing")
    await first.leave()

    second = await connected(system)
    await second.status("Preparing")

    assert len(starts(second)) == 1


async def test_a_stop_is_remembered_over_our_restart(
    start: Callable[..., Any],
) -> None:
    store = MemoryStore()
    before = await start(store, stations=AUTOSTART)
    end = await connected(before)
    await end.status("Preparing")
    begun = await end.start(idTag="free")
    await end.stop(begun["transactionId"])
    await before.close()

    after = await start(store, stations=AUTOSTART)
    end = await connected(after)
    await end.status("Preparing")

    assert starts(end) == []


async def test_a_station_that_is_not_adopted_starts_nobody(
    system: Harness,
) -> None:
    system.station().registration = "pending"
    end = await connected(system)

    await end.status("Preparing")

    assert starts(end) == []


async def test_each_connector_has_its_own_vehicle(system: Harness) -> None:
    end = await connected(system)

    await end.status("Preparing", 1)
    await end.status("Preparing", 2)

    assert [request["connectorId"] for request in starts(end)] == [1, 2]


async def test_the_station_as_a_whole_is_not_started(system: Harness) -> None:
    end = await connected(system)

    await end.status("Preparing", 0)

    assert starts(end) == []


async def test_a_forgotten_station_leaves_nothing_behind(
    start: Callable[..., Any],
) -> None:
    system = await start(stations=AUTOSTART)
    end = await connected(system, NO)
    await end.status("Preparing")
    autostart = system.central.blocks.autostart
    assert autostart._attempts

    await end.leave()

    assert not autostart._attempts
