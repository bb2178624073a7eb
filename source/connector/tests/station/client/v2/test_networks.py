"""Network profiles: kept, switched to, and left again where nobody listens there."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from connector.errors import LinkRefused
from connector.station.client.options import Endpoint
from connector.station.client.v2.networks import fallbacks
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


def only(place: Place2, *urls: str) -> None:
    """Somebody listens at these places alone."""

    def refuse() -> None:
        if dialled(place) not in urls:
            raise LinkRefused("nobody is there")

    place.central.refuses = refuse


def tried(place: Place2) -> list[str]:
    """Where it called, one after another, and how often in a row."""
    urls = [endpoint.url for endpoint, _ in place.central.dialled]
    return [f"{url} {len(list(same))}" for url, same in groupby(urls)]


HOME, FAR = "ws://csms/ocpp", "ws://far/ocpp"


async def with_three(start: Start2, folder: Path, priority: str) -> Place2:
    place = await start(folder)
    assert (await fill(place, 2))["status"] == "Accepted"
    assert (await fill(place, 3, ocppCsmsUrl=FAR))["status"] == "Accepted"
    assert await prefer(place, priority) == "Accepted"
    place.central.dialled.clear()
    return place


async def test_the_whole_list_is_gone_through_in_its_order(
    start: Start2, tmp_path: Path
) -> None:
    place = await with_three(start, tmp_path, "2,3,1")
    only(place, HOME)
    await place.answered("Reset", type="Immediate")
    await place.wait(600, step_s=5)

    assert place.client.is_accepted
    assert tried(place) == [f"{OTHER} 3", f"{FAR} 3", f"{HOME} 1"]
    assert place.variables.text("OCPPCommCtrlr/ActiveNetworkProfile") == "1"


async def test_who_goes_away_later_gives_way_to_the_next(
    start: Start2, tmp_path: Path
) -> None:
    place = await with_three(start, tmp_path, "2,3,1")
    await reboot(place)
    assert dialled(place) == OTHER
    place.central.dialled.clear()
    only(place, FAR)
    await place.central.drop()
    await place.wait(600, step_s=5)

    assert place.client.is_accepted
    assert tried(place) == [f"{OTHER} 3", f"{FAR} 1"]
    assert place.variables.text("OCPPCommCtrlr/ActiveNetworkProfile") == "3"


async def test_the_waits_between_grow_over_the_list(
    start: Start2, tmp_path: Path
) -> None:
    place = await with_three(start, tmp_path, "2,3,1")
    only(place)
    await place.answered("Reset", type="Immediate")
    await place.wait(3600, step_s=10)

    calls = tried(place)
    assert calls[:4] == [f"{OTHER} 3", f"{FAR} 3", f"{HOME} 3", f"{OTHER} 3"]
    # Each wait is 160 s at least by then (RetryBackOffWaitMinimum, 5 doublings).
    assert 10 < len(place.central.dialled) < 6 + 3600 / 160


async def test_nothing_falls_back_to_a_lower_security_profile(
    start: Start2, tmp_path: Path
) -> None:
    place = await start(tmp_path, endpoint=Endpoint(HOME, 1, "a very long password"))
    await fill(place, 2, ocppCsmsUrl=FAR, securityProfile=1)
    await prefer(place, "1,2")
    client, data = place.client, place.variables.remembered("networks")
    assert data is not None
    raised = replace(client.connecting.endpoint, security_profile=2)
    own = fallbacks(place.variables, raised, client.options.endpoint, 2)

    assert own == []


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
