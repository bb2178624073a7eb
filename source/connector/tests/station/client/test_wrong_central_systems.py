"""Central systems that do something wrong, over real sockets, in all versions.

Whatever they do, whoever is plugged in charges: with the last limit while there is a
link, and with no more than the offline limit where there is none.
"""

from __future__ import annotations

from typing import Any

import pytest

from connector.tests.station.client import wrong
from connector.tests.station.client.wrong import (
    LIMIT_W,
    OFFLINE_W,
    VERSIONS,
    WRONGS,
    Visit,
    Wrong,
    profile,
    visit,
)

Json = dict[str, Any]
RATED_W = 22_080.0
each_version = pytest.mark.parametrize("version", VERSIONS)
each_wrong = pytest.mark.parametrize("does", WRONGS, ids=lambda each: each.__name__)
BOOT = frozenset({"BootNotification"})


@each_version
@each_wrong
async def test_who_does_not_answer_a_boot_well_keeps_nobody_from_charging(
    version: str, does: Wrong
) -> None:
    async with visit(version) as here:
        here.central.wrong, here.central.which = does, BOOT
        await here.place.start()
        await here.place.charge()
        await here.until(lambda: here.central.heard)
        await here.passes(300)

        assert here.offered_w == OFFLINE_W
        assert not here.place.client.is_accepted
        assert {action for action, _ in here.central.heard} == BOOT
        await here.finish()


@each_version
@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_who_never_accepts_hears_nothing_but_boots(
    version: str, status: str
) -> None:
    async with visit(version) as here:
        here.central.boot = {"status": status, "interval": 60}
        await here.place.start()
        await here.place.charge()
        await here.until(lambda: here.place.client.boot_status == status)
        await here.passes(6 * 3600, each_s=60.0)

        assert here.offered_w == OFFLINE_W
        assert {action for action, _ in here.central.heard} == BOOT
        here.central.boot = {"status": "Accepted", "interval": 300}
        await here.finish()


@each_version
@each_wrong
async def test_who_answers_nothing_well_any_more_stops_nobody(
    version: str, does: Wrong
) -> None:
    async with visit(version) as here:
        await here.place.start()
        await here.until(lambda: here.place.client.is_accepted)
        await here.place.charge()
        await here.until(lambda: here.offered_w == RATED_W)
        await here.limit()
        await here.until(lambda: not here.place.client.waiting)
        here.central.wrong = does
        await here.passes(900)

        has_link = does not in (wrong.closes, wrong.aborts, wrong.huge)
        assert here.offered_w in ((LIMIT_W,) if has_link else (LIMIT_W, OFFLINE_W))
        await here.finish()


@each_version
async def test_answers_that_come_twice_change_nothing(version: str) -> None:
    async with visit(version) as here:
        here.central.wrong = wrong.twice
        await here.place.start()
        await here.until(lambda: here.place.client.is_accepted)
        await here.place.charge()
        await here.passes(300)

        assert here.offered_w == RATED_W
        await here.finish()


@each_version
async def test_without_a_link_the_offline_limit_holds_at_once_and_for_ever(
    version: str,
) -> None:
    async with visit(version) as here:
        await here.place.start()
        await here.until(lambda: here.place.client.is_accepted)
        await here.place.charge()
        await here.until(lambda: here.offered_w == RATED_W)
        await here.limit()
        here.place.client.reconnect("somebody pulled the cable", after_s=7 * 86_400)
        await here.until(lambda: not here.place.client.is_connected)
        assert here.offered_w == OFFLINE_W
        await here.passes(6 * 86_400, each_s=3600.0)
        assert here.offered_w == OFFLINE_W
        await here.until(lambda: here.place.client.is_accepted, each_s=600.0)

        assert here.offered_w == LIMIT_W


@each_version
async def test_a_last_limit_below_the_offline_limit_holds_without_a_link(
    version: str,
) -> None:
    async with visit(version) as here:
        await here.place.start()
        await here.until(lambda: here.place.client.is_accepted)
        await here.place.charge()
        await here.until(lambda: here.offered_w == RATED_W)
        await here.limit(1500.0, offered_w=0.0)
        here.place.client.reconnect("gone", after_s=86_400)
        await here.until(lambda: not here.place.client.is_connected)

        # Too little to charge with (IEC 61851-1): paused, and no more without a link.
        assert here.offered_w == 0.0


NOWHERE: dict[str, list[tuple[str, Json]]] = {
    "1.6": [
        ("RemoteStopTransaction", {"transactionId": 2**31}),
        ("RemoteStartTransaction", {"idTag": "X", "connectorId": 99}),
        ("UnlockConnector", {"connectorId": 99}),
        ("ChangeAvailability", {"connectorId": -1, "type": "Inoperative"}),
        ("ClearChargingProfile", {"id": 4711}),
        ("CancelReservation", {"reservationId": 4711}),
        ("GetCompositeSchedule", {"connectorId": 99, "duration": 60}),
        ("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 99}),
    ],
    "2.x": [
        ("RequestStopTransaction", {"transactionId": "nobody's"}),
        (
            "RequestStartTransaction",
            {
                "idToken": {"idToken": "X", "type": "Central"},
                "remoteStartId": 1,
                "evseId": 99,
            },
        ),
        ("UnlockConnector", {"evseId": 99, "connectorId": 1}),
        (
            "ChangeAvailability",
            {"evse": {"id": 99}, "operationalStatus": "Inoperative"},
        ),
        ("ClearChargingProfile", {"chargingProfileId": 4711}),
        ("CancelReservation", {"reservationId": 4711}),
        ("GetCompositeSchedule", {"evseId": 99, "duration": 60}),
        ("TriggerMessage", {"requestedMessage": "MeterValues", "evse": {"id": 99}}),
        ("Reset", {"type": "Immediate", "evseId": 99}),
    ],
}
NO = {"Rejected", "NotSupported", "Unknown", "UnknownConnector", "UnlockFailed"}


async def charging(here: Visit) -> None:
    await here.place.start()
    await here.until(lambda: here.place.client.is_accepted)
    await here.place.charge()
    await here.until(lambda: here.offered_w == RATED_W)


@each_version
async def test_commands_about_what_is_not_there_are_refused_and_change_nothing(
    version: str,
) -> None:
    async with visit(version) as here:
        await charging(here)
        for action, payload in NOWHERE.get(version, NOWHERE["2.x"]):
            sent = await here.central.command(action, payload)
            await here.until(lambda sent=sent: here.central.answer_to(sent))
            answer = here.central.answer_to(sent)
            assert answer is not None
            assert answer[0] == 4 or answer[2]["status"] in NO, (action, answer)
            assert here.offered_w == RATED_W, action
        await here.finish()


@each_version
async def test_a_thousand_limits_at_once_leave_the_last_one(version: str) -> None:
    async with visit(version) as here:
        await charging(here)
        sent = [
            await here.central.command(*profile(version, 6000.0 + number))
            for number in range(1000)
        ]
        await here.until(lambda: len(here.central.frames) >= len(sent))
        answers = [here.central.answer_to(each) for each in sent]

        assert {each[0] for each in answers if each} == {3}
        assert here.offered_w == 6999.0
        await here.finish()


@each_version
@pytest.mark.parametrize("after", range(1, 9))
async def test_a_link_that_breaks_after_any_frame_loses_nothing(
    version: str, after: int
) -> None:
    left = [after]

    async def breaks(*parts: Any) -> None:
        left[0] -= 1
        does = wrong.aborts if left[0] == 0 else answers
        await does(*parts)

    async def answers(_central: Any, link: Any, unique_id: str, answer: Json) -> None:
        await wrong.say(link, [3, unique_id, answer])

    async with visit(version) as here:
        here.central.wrong = breaks
        await here.place.start()
        await here.place.charge()
        await here.passes(200)
        await here.finish()
