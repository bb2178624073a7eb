"""Drivers who come by themselves."""

from __future__ import annotations

from typing import Any

from connector.station.driving.visits import Habits, visits_of
from connector.tests.station.driving.bench import Place

HABITS = Habits("TAG9", stays_s=600, away_s=60, first_within_s=20)


def begin(place: Place) -> None:
    for each in visits_of(place.station, HABITS):
        each.start()


async def test_they_come_charge_and_leave_for_ever(place: Place) -> None:
    begin(place)
    await place.wait(7200, step_s=15)

    starts, stops = (place.central.of(f"{n}Transaction") for n in ("Start", "Stop"))
    assert len(stops) >= 10
    assert 0 <= len(starts) - len(stops) <= 2
    assert {start["connectorId"] for start in starts} == {1, 2}
    assert {start["idTag"] for start in starts} == {"TAG9"}
    energies = [stop["meterStop"] for stop in stops]
    assert max(energies) > 1000


async def test_who_is_refused_leaves_again(place: Place) -> None:
    place.central.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    begin(place)
    await place.wait(600, step_s=2)

    assert not place.central.of("StartTransaction")
    statuses = {each["status"] for each in place.central.of("StatusNotification")}
    assert statuses == {"Available", "Preparing"}


async def test_a_remote_start_calls_somebody(place: Place) -> None:
    habits = Habits("TAG9", stays_s=600, away_s=6000, first_within_s=6000)
    for each in visits_of(place.station, habits):
        each.start()
    place.station.core.variables.set_key("AuthorizeRemoteTxRequests", "false")
    answer: dict[str, Any] = await place.central.ask(
        "RemoteStartTransaction", connectorId=1, idTag="REMOTE"
    )
    await place.wait(10)

    assert answer == {"status": "Accepted"}
    [start] = place.central.of("StartTransaction")
    assert start["idTag"] == "REMOTE"


async def test_they_stand_a_loss_of_power(place: Place) -> None:
    begin(place)
    await place.wait(120, step_s=15)
    await place.do("power-loss 30")
    await place.wait(3600, step_s=15)

    assert place.central.of("StopTransaction")
    assert place.station.client.is_accepted


async def test_one_timer_is_all_that_they_cost(place: Place) -> None:
    found = visits_of(place.station, HABITS)
    found[0].start()
    found[0].stop()
    place.central.forget()
    await place.wait(600, step_s=15)

    assert not place.central.of("StartTransaction")
