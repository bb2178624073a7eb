"""Clocks that are set: hours off, back and forth, and what follows a clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.station.times import epoch_ms, iso
from connector.tests.station.client.bench import CARD, Place, settle
from connector.tests.station.client.conftest import Start

Json = dict[str, Any]
HOUR_MS = 3_600_000
JUMPS = pytest.mark.parametrize("hours", [-30, -1, 1, 30])


async def set_clock(place: Place, by_ms: int) -> None:
    """The central system says another time from now on."""
    central = place.central

    def other() -> str:
        return iso(place.base.now_ms() + by_ms)

    central.now = other  # type: ignore[method-assign]
    await central.ask("TriggerMessage", requestedMessage="Heartbeat")
    await settle()
    assert abs(place.clock.now_ms() - epoch_ms(other())) < 1000


def profile(**more: Any) -> Json:
    schedule = {
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 5000}],
    }
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {**schedule, **more.pop("schedule", {})},
        **more,
    }


async def take(place: Place, wire: Json) -> None:
    answer = await place.central.ask(
        "SetChargingProfile", connectorId=1, csChargingProfiles=wire
    )
    assert answer == {"status": "Accepted"}


@JUMPS
async def test_values_aligned_to_the_clock_follow_it(start: Start, hours: int) -> None:
    place = await start(initial={"AlignedDataCtrlr/Interval": "900"})
    await set_clock(place, hours * HOUR_MS)
    place.central.forget()
    await place.wait(1900, step_s=10)

    times = [
        epoch_ms(value["timestamp"])
        for payload in place.central.of("MeterValues")
        for value in payload["meterValue"]
    ]
    assert len(times) == 2
    assert all(time % 900_000 < 11_000 for time in times), times


async def test_a_clock_that_is_set_a_little_tells_no_value_twice(start: Start) -> None:
    place = await start(initial={"AlignedDataCtrlr/Interval": "60"})
    await place.wait(61)
    place.central.forget()
    await place.wait(60 - place.clock.now_ms() // 1000 % 60)
    assert len(place.central.of("MeterValues")) == 1
    await set_clock(place, -1500)
    await place.wait(5)

    assert len(place.central.of("MeterValues")) == 1


async def test_an_interval_that_is_changed_is_used_at_once(start: Start) -> None:
    place = await start(initial={"AlignedDataCtrlr/Interval": "43200"})
    await place.central.ask(
        "ChangeConfiguration", key="ClockAlignedDataInterval", value="60"
    )
    await place.wait(125)

    assert len(place.central.of("MeterValues")) == 2


@JUMPS
async def test_samples_of_a_transaction_keep_their_pace(
    start: Start, hours: int
) -> None:
    place = await start(initial={"SampledDataCtrlr/TxUpdatedInterval": "10"})
    await place.charge()
    await place.wait(15)
    await set_clock(place, hours * HOUR_MS)
    place.central.forget()
    await place.wait(50)

    assert len(place.central.of("MeterValues")) == 5


@JUMPS
async def test_the_first_reading_of_a_transaction_has_one_time(
    start: Start, tmp_path: Path, hours: int
) -> None:
    place = await start(tmp_path)
    await place.charge()
    await place.wait(15)
    await set_clock(place, hours * HOUR_MS)
    await place.wait(15)
    await place.unplug()

    (started,) = place.central.of("StartTransaction")
    (stopped,) = place.central.of("StopTransaction")
    first = stopped["transactionData"][0]
    assert first["sampledValue"][0]["context"] == "Transaction.Begin"
    assert first["timestamp"] == started["timestamp"]


async def test_the_first_reading_keeps_its_time_over_a_restart(
    start: Start, tmp_path: Path
) -> None:
    place = await start(tmp_path)
    await place.charge()
    await set_clock(place, HOUR_MS)
    await place.wait(15)
    await place.stop()
    again = await start(tmp_path, central=place.central)

    (started,) = again.central.of("StartTransaction")
    (stopped,) = again.central.of("StopTransaction")
    assert stopped["transactionData"][0]["timestamp"] == started["timestamp"]


@JUMPS
async def test_a_schedule_that_counts_from_the_start_of_a_transaction_goes_on(
    start: Start, hours: int
) -> None:
    place = await start()
    periods = [{"startPeriod": 0, "limit": 5000}, {"startPeriod": 100, "limit": 7000}]
    relative = {"chargingSchedulePeriod": periods}
    await take(place, profile(chargingProfileKind="Relative", schedule=relative))
    await place.charge()
    await place.wait(50)
    await set_clock(place, hours * HOUR_MS)
    assert place.hardware.offers[1] == 5000.0
    await place.wait(60)

    assert place.hardware.offers[1] == 7000.0


@pytest.mark.parametrize(("hours", "limit_w"), [(-2, 22_080.0), (2, 6000.0)])
async def test_a_schedule_that_is_absolute_follows_the_clock(
    start: Start, hours: int, limit_w: float
) -> None:
    """What begins at noon begins when it is noon, whoever was wrong before."""
    place = await start()
    now_ms = place.clock.now_ms()
    schedule = {
        "startSchedule": iso(now_ms - HOUR_MS),
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 5000},
            {"startPeriod": 7200, "limit": 6000},
        ],
    }
    await take(place, profile(schedule=schedule))
    await place.charge()
    assert place.hardware.offers[1] == 5000.0
    await set_clock(place, hours * HOUR_MS)

    assert place.hardware.offers[1] == limit_w


@JUMPS
async def test_who_was_authorized_has_as_much_time_as_before(
    start: Start, hours: int
) -> None:
    place = await start(initial={"TxCtrlr/EVConnectionTimeOut": "60"})
    await place.swipe()
    await place.wait(30)
    await set_clock(place, hours * HOUR_MS)
    await place.wait(25)
    assert place.core.status(1)[0] == "Preparing"
    await place.wait(10)

    assert place.core.status(1)[0] == "Available"


@pytest.mark.parametrize(("hours", "status"), [(-2, "Reserved"), (2, "Available")])
async def test_a_reservation_ends_when_its_time_has_come(
    start: Start, hours: int, status: str
) -> None:
    place = await start()
    expires = iso(place.clock.now_ms() + HOUR_MS)
    await place.central.ask(
        "ReserveNow", connectorId=1, expiryDate=expires, idTag=CARD.id, reservationId=7
    )
    assert place.core.status(1)[0] == "Reserved"
    await set_clock(place, hours * HOUR_MS)

    assert place.core.status(1)[0] == status


async def test_a_clock_that_runs_wild_keeps_nobody_from_charging(start: Start) -> None:
    place = await start(initial={"SampledDataCtrlr/TxUpdatedInterval": "10"})
    await place.charge()
    times = iter(
        [
            "1970-01-01T00:00:00Z",
            "2099-12-31T23:59:59Z",
            "yesterday",
            "2021-06-01T00:00:00+23:59",
            "9999-12-31T23:59:59Z",
            "2026-02-30T12:00:00Z",
            "2031-01-01T00:00:00",
            "",
        ]
    )
    place.central.answers["Heartbeat"] = lambda _: {"currentTime": next(times)}
    for _ in range(8):
        await place.central.ask("TriggerMessage", requestedMessage="Heartbeat")
        await place.wait(11)
        assert place.hardware.offers[1] == 22_080.0
    place.central.forget()
    await place.wait(30)
    await place.unplug()

    assert len(place.central.of("MeterValues")) == 3
    assert len(place.central.of("StopTransaction")) == 1
    assert not place.hardware.closed[1]
