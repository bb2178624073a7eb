"""Messages that are shown: until when, for whom, and over restarts."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.station.client.v2.desk import desk_of
from connector.tests.station.client.v2.bench import Json, Place2
from connector.tests.station.client.v2.cases import MESSAGE
from connector.tests.station.client.v2.conftest import Start2


async def show(place: Place2, **more: object) -> str:
    answer = await place.answered("SetDisplayMessage", message=MESSAGE | more)
    found: str = answer["status"]
    return found


def shown(place: Place2, state: str = "Idle") -> list[int]:
    return [each["id"] for each in desk_of(place.client).displays.shown(state)]


async def ids(place: Place2, **criteria: object) -> list[int]:
    place.central.forget()
    await place.answered("GetDisplayMessages", requestId=1, **criteria)
    told = place.central.of("NotifyDisplayMessages")
    return [each["id"] for part in told for each in part["messageInfo"]]


async def test_a_message_ends_at_its_time(start: Start2) -> None:
    place = await start()
    await show(place, endDateTime="2026-01-31T12:01:00Z")
    assert shown(place) == [3]
    await place.wait(61, step_s=61)

    assert shown(place) == []
    answer = await place.answered("ClearDisplayMessage", id=3)
    assert answer["status"] == "Unknown"


async def test_a_message_waits_for_its_time(start: Start2) -> None:
    place = await start()
    await show(place, startDateTime="2026-01-31T12:01:00Z")
    before = shown(place)
    await place.wait(61, step_s=61)

    assert (before, shown(place)) == ([], [3])


async def test_a_message_goes_with_its_transaction(start: Start2) -> None:
    place = await start()
    assert await show(place, transactionId="other") == "UnknownTransaction"
    await place.charge()
    assert await show(place, transactionId=place.key) == "Accepted"
    await place.unplug()

    assert shown(place) == []


async def test_what_is_always_in_front_is_alone(start: Start2) -> None:
    place = await start()
    await show(place, id=1)
    await show(place, id=2, priority="AlwaysFront")
    await show(place, id=3, priority="AlwaysFront")

    assert shown(place) == [3]
    assert await ids(place) == [1, 3]
    assert await ids(place, priority="NormalCycle") == [1]


async def test_a_state_has_its_own_messages(start: Start2) -> None:
    place = await start()
    await show(place, id=1, state="Charging")
    await show(place, id=2)

    assert shown(place) == [2]
    assert shown(place, "Charging") == [1, 2]
    assert await ids(place, state="Charging") == [1]


async def test_many_are_told_in_parts(start: Start2) -> None:
    place = await start()
    for number in range(23):
        await show(place, id=number)
    found = await ids(place)
    flags = [part["tbc"] for part in place.central.of("NotifyDisplayMessages")]

    assert found == list(range(23))
    assert flags == [True, True, False]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"message": {"format": "HTML", "content": "x"}}, "NotSupportedMessageFormat"),
        ({"endDateTime": "2026-01-31T11:00:00Z"}, "Rejected"),
    ],
)
async def test_what_cannot_be_shown_is_refused(
    start: Start2, change: Json, status: str
) -> None:
    place = await start()

    assert await show(place, **change) == status


async def test_there_is_an_end_to_messages(start: Start2) -> None:
    place = await start()
    statuses = [await show(place, id=number) for number in range(51)]

    assert statuses[-2:] == ["Accepted", "Rejected"]


async def test_messages_survive_a_restart(start: Start2, tmp_path: Path) -> None:
    place = await start(tmp_path)
    await show(place)
    await place.stop()
    again = await start(tmp_path)

    assert shown(again) == [3]
