"""The page for those who come from BEMCom's earlier connector: all that it names is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from connector.tests.broker import Broker
from connector.tests.recipes.house import ROOT, STATION, house

pytestmark = [pytest.mark.broker, pytest.mark.repository]

PAGE = ROOT / "docs" / "how-to" / "migrate-from-the-earlier-connector.md"
NAME = "ocpp-connector"
CONFIG = {
    "execute_send_charging_profile": {},
    "execute_trigger_message": {},
    "execute_get_composite_schedule": {},
    "execute_unlock": {},
}
EARLIER = {
    "CONNECTOR_NAME": NAME,
    "SEND_RAW_MESSAGE_TO_DB": "TRUE",
    "DEBUG": "TRUE",
    "OCPP_CONFIG": json.dumps(CONFIG),
}


def rows(heading: str) -> list[tuple[str, str]]:
    """The two columns of the table below a heading."""
    text = PAGE.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| (.+) \| (.+) \|$", text, re.MULTILINE)
    return [(first, second) for first, second in found if first.startswith("`")]


def test_every_variable_of_the_earlier_connector_is_named() -> None:
    named = {first.strip("`") for first, _ in rows("Every variable")}

    assert named == {*EARLIER, "MQTT_BROKER_HOST", "MQTT_BROKER_PORT", "OCPP_PORT"} | {
        "OCPP_PROFILE"
    }


async def test_every_key_that_takes_the_place_of_one_is_there(
    broker: Broker, tmp_path: Path
) -> None:
    wanted = {
        key
        for _, now in rows("Every key")
        for key in re.findall(rf"`({STATION}__[^`]+)`", now)
    }
    async with house(broker, tmp_path, **EARLIER, OPEN_TREE="FALSE") as home:
        await home.plug_in()
        await home.charge()
        topic = f"{NAME}/available_datapoints"
        there = await home.until(
            topic, lambda it: f"{STATION}__1__Current.Import__L1" in it["sensor"]
        )

    assert len(wanted) > 10
    assert wanted - there["sensor"].keys() - there["actuator"].keys() == set()
    assert {f"{name}__" for name in CONFIG} <= there["actuator"].keys()


async def test_an_earlier_schedule_goes_on(broker: Broker, tmp_path: Path) -> None:
    async with house(broker, tmp_path, **EARLIER, OPEN_TREE="FALSE") as home:
        await home.plug_in()
        await home.until(f"{NAME}/available_datapoints")
        written, result, status = (f"{NAME}/messages/{n}/value" for n in (3, 4, 5))
        key = "execute_send_charging_profile__"
        home.listener.publish(
            f"{NAME}/datapoint_map",
            {
                "sensor": {f"{key}result": result, f"{STATION}__1__status": status},
                "actuator": {written: key},
            },
            retain=True,
        )
        await home.until(status)  # the map is in force
        home.listener.publish(written, {"value": "4140", "timestamp": 1769860800000})
        found = await home.until(result, lambda it: it["value"] is not None)
        profile = await home.stations[STATION].until_received("SetChargingProfile")

    assert json.loads(found["value"])["outcome"] == "accepted"
    schedule = profile["csChargingProfiles"]["chargingSchedule"]
    assert schedule["chargingRateUnit"] == "W"
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 4140}]
