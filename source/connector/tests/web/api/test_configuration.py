"""Settings of stations over the API, read from them when they are asked for."""

from __future__ import annotations

import asyncio
from typing import Any

from connector.errors import RemoteProtocolError
from connector.tests.csms.conftest import settle
from connector.tests.csms.v2.conftest import AGREES, Station2
from connector.tests.web.api.conftest import NAME, Api

PATH = f"/api/v1/stations/{NAME}/configuration"


async def test_keys_of_1_6_are_told_in_their_order(api: Api) -> None:
    end = await api.connect()
    end.answers["GetConfiguration"] = {
        "configurationKey": [
            {"key": "MeterValueSampleInterval", "value": "60", "readonly": False},
            {"key": "connectorPhaseRotation", "readonly": False},
            {"key": "NumberOfConnectors", "value": "2", "readonly": True},
        ]
    }

    found = await api.get(PATH)

    assert (found["station"], found["ocpp_version"]) == (NAME, "1.6")
    assert found["read"] == "2026-01-31T12:00:00Z"
    rows = [(i["name"], i["value"], i["readonly"]) for i in found["items"]]
    assert rows == [
        ("connectorPhaseRotation", None, False),
        ("MeterValueSampleInterval", "60", False),
        ("NumberOfConnectors", "2", True),
    ]
    assert end.calls[-1] == ("GetConfiguration", {})


async def test_a_secret_is_not_told(api: Api) -> None:
    end = await api.connect()
    entry = {"key": "AuthorizationKey", "value": "d0c0ffee", "readonly": False}
    end.answers["GetConfiguration"] = {"configurationKey": [entry]}

    [item] = (await api.get(PATH))["items"]

    assert (item["value"], item["is_secret"]) == ("***", True)


async def test_a_station_that_is_away_cannot_tell(api: Api) -> None:
    answer = await api.client.get(PATH)

    assert answer.status_code == 409
    assert "not connected" in answer.json()["detail"]


async def test_a_station_that_refuses_is_named_with_its_reason(api: Api) -> None:
    end = await api.connect()
    end.answers["GetConfiguration"] = RemoteProtocolError("NotSupported", "not mine")

    answer = await api.client.get(PATH)

    assert answer.status_code == 502
    assert "NotSupported" in answer.json()["detail"]


async def test_a_station_that_nobody_knows_is_not_found(api: Api) -> None:
    answer = await api.client.get("/api/v1/stations/nobody/configuration")

    assert answer.status_code == 404


LIMIT = {
    "component": {"name": "SmartChargingCtrlr"},
    "variable": {"name": "LimitChangeSignificance"},
    "variableAttribute": [
        {"type": "Actual", "value": "5", "mutability": "ReadWrite"},
        {"type": "MaxSet", "value": "50", "mutability": "ReadOnly"},
    ],
    "variableCharacteristics": {
        "dataType": "decimal",
        "unit": "Percent",
        "minLimit": 0,
        "maxLimit": 100,
        "supportsMonitoring": False,
    },
}
UNIT = {
    "component": {"name": "EVSE", "evse": {"id": 1}},
    "variable": {"name": "RateUnit"},
    "variableAttribute": [{"value": "A", "mutability": "ReadOnly"}],
    "variableCharacteristics": {
        "dataType": "OptionList",
        "valuesList": "A,W",
        "supportsMonitoring": False,
    },
}
PASSWORD = {
    "component": {"name": "SecurityCtrlr"},
    "variable": {"name": "BasicAuthPassword"},
    "variableAttribute": [{"value": "d0c0ffee", "mutability": "WriteOnly"}],
}


async def begin_2(api: Api, **answers: Any) -> Station2:
    harness = api.harness
    end = harness.begin(NAME, "ocpp2.0.1", AGREES | answers, Station2)
    await settle()
    await end.boot()
    return end


async def asked_for(end: Station2, action: str) -> list[Any]:
    """The payloads of calls of an action, once there is a new one."""
    async with asyncio.timeout(10):
        while not (found := [p for name, p in end.calls if name == action]):
            await settle()
    return found


async def test_variables_of_2_x_are_told_with_what_they_take(api: Api) -> None:
    end = await begin_2(api)
    end.answers["GetBaseReport"] = {"status": "Accepted"}
    end.calls.clear()
    asking = asyncio.create_task(api.get(PATH))
    [asked] = await asked_for(end, "GetBaseReport")
    for number, item in enumerate((LIMIT, UNIT, PASSWORD)):
        await end.say(
            "NotifyReport",
            requestId=asked["requestId"],
            generatedAt=end.time(),
            seqNo=number,
            tbc=number < 2,
            reportData=[item],
        )

    unit, password, limit, most = (await asking)["items"]

    assert asked["reportBase"] == "FullInventory"
    assert (unit["name"], unit["readonly"]) == ("EVSE@1/RateUnit", True)
    assert unit["values"] == ["A", "W"]
    assert (password["value"], password["is_secret"]) == ("***", True)
    assert limit == {
        "name": "SmartChargingCtrlr/LimitChangeSignificance",
        "value": "5",
        "readonly": False,
        "is_secret": False,
        "attribute": "Actual",
        "mutability": "ReadWrite",
        "type": "decimal",
        "unit": "Percent",
        "min": 0.0,
        "max": 100.0,
        "values": None,
    }
    assert (most["attribute"], most["value"]) == ("MaxSet", "50")


async def test_a_smaller_report_is_asked_for_where_there_is_no_full_one(
    api: Api,
) -> None:
    end = await begin_2(api)
    end.calls.clear()

    answer = await api.client.get(PATH)

    bases = [p["reportBase"] for name, p in end.calls if name == "GetBaseReport"]
    assert bases == ["FullInventory", "ConfigurationInventory"]
    assert answer.status_code == 502
    assert "NotSupported" in answer.json()["detail"]
