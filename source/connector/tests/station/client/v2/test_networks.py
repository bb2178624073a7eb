"""Network profiles: kept, switched to, and left again where nobody listens there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.errors import LinkRefused
from connector.tests.station.client.v2.bench import Json, Place2, variable
from connector.tests.station.client.v2.cases import NETWORK
from connector.tests.station.client.v2.conftest import Start2

PRIORITY = variable("OCPPCommCtrlr/NetworkConfigurationPriority")
OTHER = "ws://other/ocpp"


async def fill(place: Place2, slot: int = 2, **more: Any) -> Json:
    data = NETWORK | more
    return await place.answered(
        "SetNetworkProfile", configurationSlot=slot, connectionData=data
    )


async def prefer(place: Place2, slots: str) -> str:
    answer = await place.answered(
        "SetVariables", setVariableData=[{"attributeValue": slots, **PRIORITY}]
    )
    (result,) = answer["setVariableResult"]
    found: str = result["attributeStatus"]
    return found


async def reboot(place: Place2) -> None:
    await place.answered("Reset", type="Immediate")
    await place.wait(30)


def dialled(place: Place2) -> str:
    return place.central.dialled[-1][0].url


async def test_after_a_reset_the_station_is_at_the_preferred_one(
    start: Start2, tmp_path: Path
) -> None:
    place = await start(tmp_path)
    assert (await fill(place))["status"] == "Accepted"
    assert await prefer(place, "2,1") == "Accepted"
    assert dialled(place) == "ws://csms/ocpp"
    await reboot(place)

    assert dialled(place) == OTHER
    assert place.client.is_accepted
    assert place.variables.text("OCPPCommCtrlr/ActiveNetworkProfile") == "2"


async def test_it_is_still_there_after_a_restart(start: Start2, tmp_path: Path) -> None:
    place = await start(tmp_path)
    await fill(place)
    await prefer(place, "2")
    await reboot(place)
    await place.stop()
    again = await start(tmp_path)

    assert dialled(again) == OTHER


async def test_where_nobody_listens_it_goes_back(
    start: Start2, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = await start(tmp_path)
    await fill(place)
    await prefer(place, "2,1")

    def refuse() -> None:
        if dialled(place) == OTHER:
            raise LinkRefused("nobody is there")

    place.central.refuses = refuse
    await reboot(place)
    await place.wait(120, step_s=5)

    assert place.client.is_accepted
    assert dialled(place) == "ws://csms/ocpp"
    assert OTHER in [endpoint.url for endpoint, _ in place.central.dialled]
    assert f"{OTHER}/CP%201: nobody is there" in caplog.text
    assert "ws://csms/ocpp/CP%201 is tried" in caplog.text


@pytest.mark.parametrize("slot", [1, 2])
async def test_a_slot_in_use_is_not_set_anew(start: Start2, slot: int) -> None:
    place = await start()
    await fill(place, 2)
    await prefer(place, "2,1")
    answer = await fill(place, slot, ocppCsmsUrl="ws://nobody/ocpp")
    await reboot(place)

    assert answer["status"] == "Rejected"
    assert answer["statusInfo"]["reasonCode"] == "PriorityNetworkConf"
    assert place.client.is_accepted
    assert dialled(place) == OTHER


async def test_a_slot_that_was_not_set_cannot_be_preferred(start: Start2) -> None:
    place = await start()

    assert await prefer(place, "3") == "Rejected"
    assert await prefer(place, "rubbish") == "Rejected"


@pytest.mark.parametrize(
    ("slot", "change", "reason"),
    [
        (0, {}, "InvalidConfSlot"),
        (99, {}, "InvalidConfSlot"),
        (2, {"ocppTransport": "SOAP"}, "InvalidNetworkConf"),
        (2, {"ocppVersion": "OCPP15"}, "InvalidNetworkConf"),
        (2, {"ocppCsmsUrl": "http://x"}, "InvalidNetworkConf"),
        (2, {"ocppCsmsUrl": "ws://[x"}, "InvalidNetworkConf"),
        (2, {"securityProfile": 7}, "InvalidNetworkConf"),
        (2, {"securityProfile": 2}, "InvalidNetworkConf"),
        (2, {"securityProfile": 1}, "InvalidNetworkConf"),
        (
            2,
            {
                "vpn": dict.fromkeys(("server", "user", "password", "key"), "x")
                | {"type": "IPSec"}
            },
            "InvalidNetworkConf",
        ),
    ],
)
async def test_what_cannot_work_is_refused(
    start: Start2, slot: int, change: Json, reason: str
) -> None:
    place = await start()
    answer = await fill(place, slot, **change)

    assert answer["status"] == "Rejected"
    assert answer["statusInfo"]["reasonCode"] == reason
