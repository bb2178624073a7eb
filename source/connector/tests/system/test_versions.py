"""Stations of three versions side by side on one connector, in one vocabulary."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.tests.system.conftest import Run
from connector.tests.system.listener import Listener
from connector.tests.system.station import Json, RawStation
from connector.tests.system.station2 import RawStation2, open_station

pytestmark = pytest.mark.broker

VERSIONS = ("1.6", "2.0.1", "2.1")


async def until(listener: Listener, topic: str, test: Any) -> Any:
    return await asyncio.to_thread(listener.until, topic, test)


def name(version: str) -> str:
    return f"CP-{version}"


def root(version: str) -> str:
    return f"ocpp/stations/{name(version)}/1"


async def charge(station: RawStation) -> None:
    """Plug in, start, and measure 1 kWh and 11 kW."""
    if isinstance(station, RawStation2):
        token = {"idToken": "TAG1", "type": "ISO14443"}
        await station.status("Occupied")
        await station.event("Started", [{"value": 1000}], "Charging", idToken=token)
        await station.event(
            "Updated",
            [
                {"value": 2, "unitOfMeasure": {"unit": "kWh"}},
                {"value": 11000, "measurand": "Power.Active.Import"},
            ],
            "Charging",
        )
        return
    await station.status("Preparing")
    transaction_id = await station.start(meter_wh=1000)
    await station.status("Charging")
    await station.meter(
        [
            {"value": "2", "unit": "kWh"},
            {"value": "11000", "measurand": "Power.Active.Import"},
        ],
        transaction_id=transaction_id,
    )


def limit_w(version: str, request: Json) -> float:
    """The limit of a SetChargingProfile in any version."""
    if version == "1.6":
        schedule = request["csChargingProfiles"]["chargingSchedule"]
    else:
        [schedule] = request["chargingProfile"]["chargingSchedule"]
    assert schedule["chargingRateUnit"] == "W"
    limit: float = schedule["chargingSchedulePeriod"][0]["limit"]
    return limit


async def test_three_versions_charge_and_take_the_same_limit(
    run: Run, listener: Listener
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    stations = {
        version: await open_station(connector.ocpp_port, name(version), version)
        for version in VERSIONS
    }
    for version, station in stations.items():
        assert (await station.boot())["status"] == "Accepted"
        await charge(station)
        await until(listener, f"{root(version)}/status", lambda v: v == "Charging")
        await until(
            listener, f"{root(version)}/Power.Active.Import", lambda v: v == 11000
        )
        await until(listener, f"{root(version)}/session_energy", lambda v: v == 1000)
        await until(listener, f"{root(version)}/id_token", lambda v: v == "TAG1")
        version_topic = f"ocpp/stations/{name(version)}/0/ocpp_version"
        assert str(await until(listener, version_topic, bool)) == version

    for version, station in stations.items():
        listener.publish(f"{root(version)}/power_limit/set", 4140)
        request = await station.until_received(
            "SetChargingProfile", lambda r, v=version: limit_w(v, r) == 4140
        )
        assert limit_w(version, request) == 4140
        result = await until(listener, f"{root(version)}/power_limit/result", bool)
        assert result["outcome"] == "accepted", result
        await until(listener, f"{root(version)}/power_limit", lambda v: v == 4140)

    for station in stations.values():
        await station.close()


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_limit_that_a_station_refuses_is_not_shown(
    run: Run, listener: Listener, version: str
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await open_station(connector.ocpp_port, name(version), version)
    station.answers["SetChargingProfile"] = lambda _: {"status": "Rejected"}
    await station.boot()
    await station.status("Available")

    listener.publish(f"{root(version)}/power_limit/set", 4140)
    result = await until(listener, f"{root(version)}/power_limit/result", bool)

    assert result["outcome"] == "rejected"
    assert listener.last.get(f"{root(version)}/power_limit", b"null") == b"null"
    await station.close()


@pytest.mark.parametrize("version", VERSIONS)
async def test_the_commands_of_people_mean_the_same(
    run: Run, listener: Listener, version: str
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await open_station(connector.ocpp_port, name(version), version)
    await station.boot()
    await station.status("Available")
    actions = {
        "1.6": ("RemoteStartTransaction", "ChangeAvailability", "Reset"),
    }.get(version, ("RequestStartTransaction", "ChangeAvailability", "Reset"))

    for (command, value), action in zip(
        (("1/charge", True), ("1/available", False), ("0/reset", "soft")),
        actions,
        strict=True,
    ):
        topic = f"ocpp/stations/{name(version)}/{command}"
        listener.publish(f"{topic}/set", value)
        await station.until_received(action)
        result = await until(listener, f"{topic}/result", bool)
        assert result["outcome"] == "accepted", result
    await station.close()
