"""What stations of 2.x are asked and told after they booted."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.v2.configuring import READ, UPDATED
from connector.csms.v2.variables import of_wire
from connector.tests.csms.conftest import settle
from connector.tests.csms.v2.conftest import Json, Station2


def has(**values: str) -> Any:
    """GetVariables of a station that has these, by variable."""

    def answer(payload: Json) -> Json:
        return {
            "getVariableResult": [
                _result(item, values.get(item["variable"]["name"]))
                for item in payload["getVariableData"]
            ]
        }

    return answer


def _result(item: Json, value: str | None) -> Json:
    if value is None:
        return {**item, "attributeStatus": "UnknownVariable"}
    return {**item, "attributeStatus": "Accepted", "attributeValue": value}


def was_set(station: Station2) -> dict[str, str]:
    return {
        str(of_wire(item)): item["attributeValue"]
        for payload in station.asked("SetVariables")
        for item in payload["setVariableData"]
    }


async def test_measurands_interval_and_attempts_are_set(start2: Any) -> None:
    system = await start2(meter_interval_s=30, measurands=("Voltage", "SoC"))
    station = await system.connect_2(
        GetVariables=has(MessageAttempts="3", TxUpdatedInterval="900"), boots=True
    )
    await settle()

    found = was_set(station)
    assert found["SampledDataCtrlr/TxUpdatedMeasurands"] == "Voltage,SoC"
    assert found["SampledDataCtrlr/TxUpdatedInterval"] == "30"
    assert (
        found["SampledDataCtrlr/TxEndedMeasurands"] == "Energy.Active.Import.Register"
    )
    assert found["OCPPCommCtrlr/MessageAttempts#TransactionEvent"] == "20"


async def test_what_is_so_already_is_not_set(start2: Any) -> None:
    system = await start2(meter_interval_s=30, measurands=("Voltage",))
    station = await system.connect_2(
        GetVariables=has(
            TxUpdatedInterval="30",
            TxUpdatedMeasurands="Voltage",
            TxStartedMeasurands="Energy.Active.Import.Register",
            TxEndedMeasurands="Energy.Active.Import.Register,SoC",
        ),
        boots=True,
    )
    await settle()

    assert was_set(station) == {}


async def test_a_list_that_is_refused_is_tried_one_by_one(start2: Any) -> None:
    def only_voltage(payload: Json) -> Json:
        [item] = payload["setVariableData"]
        is_list = of_wire(item) == UPDATED
        refused = is_list and item["attributeValue"] != "Voltage"
        result = {k: item[k] for k in ("component", "variable")}
        status = "Rejected" if refused else "Accepted"
        return {"setVariableResult": [{**result, "attributeStatus": status}]}

    system = await start2(measurands=("SoC", "Voltage"))
    station = await system.connect_2(SetVariables=only_voltage, boots=True)
    await settle()

    assert system.station().configuration[str(UPDATED)] == "Voltage"
    assert len(station.asked("SetVariables")) > 3


@pytest.mark.parametrize(
    ("wanted", "tries"),
    [(("SoC",), 1), (("SoC", "Voltage"), 3)],
)
async def test_what_was_refused_is_not_asked_for_twice(
    start2: Any, wanted: tuple[str, ...], tries: int
) -> None:
    def refuses(payload: Json) -> Json:
        [item] = payload["setVariableData"]
        result = {k: item[k] for k in ("component", "variable")}
        status = "Rejected" if of_wire(item) == UPDATED else "Accepted"
        return {"setVariableResult": [{**result, "attributeStatus": status}]}

    system = await start2(measurands=wanted)
    station = await system.connect_2(SetVariables=refuses, boots=True)
    await settle()

    asked = [of_wire(p["setVariableData"][0]) for p in station.asked("SetVariables")]
    assert asked.count(UPDATED) == tries


async def test_measurands_that_are_taken_alone_are_put_back_without_asking_twice(
    start2: Any,
) -> None:
    def only_one(payload: Json) -> Json:
        [item] = payload["setVariableData"]
        result = {k: item[k] for k in ("component", "variable")}
        is_list = of_wire(item) == UPDATED and "," in item["attributeValue"]
        status = "Rejected" if is_list else "Accepted"
        return {"setVariableResult": [{**result, "attributeStatus": status}]}

    system = await start2(measurands=("SoC", "Voltage"))
    station = await system.connect_2(SetVariables=only_one, boots=True)
    await settle()

    items = [payload["setVariableData"][0] for payload in station.asked("SetVariables")]
    values = [item["attributeValue"] for item in items if of_wire(item) == UPDATED]
    assert values == ["SoC,Voltage", "SoC", "Voltage", "SoC"]


async def test_variables_are_read_in_as_many_messages_as_the_station_wants(
    start2: Any,
) -> None:
    def few(payload: Json) -> Json:
        if len(payload["getVariableData"]) > 4:
            raise AssertionError("too many")
        return has()(payload)

    system = await start2()
    system.station().configuration["DeviceDataCtrlr/ItemsPerMessage#GetVariables"] = "4"
    station = await system.connect_2(GetVariables=few, boots=True)
    await settle()

    asked = [len(p["getVariableData"]) for p in station.asked("GetVariables")]
    assert asked == [4] * (len(READ) // 4) + [len(READ) % 4] * bool(len(READ) % 4)


def reported(name: str, variable: str, value: str, **evse: int) -> Json:
    component: Json = {"name": name}
    if evse:
        component["evse"] = evse
    return {
        "component": component,
        "variable": {"name": variable},
        "variableAttribute": [{"value": value}],
    }


async def test_the_inventory_tells_evses_and_connectors(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(GetBaseReport={"status": "Accepted"}, boots=True)
    await settle()
    [request] = station.asked("GetBaseReport")
    parts = [
        [reported("EVSE", "SupplyPhases", "3", id=1)],
        [reported("Connector", "ConnectorType", "cCCS2", id=2, connectorId=1)],
        [reported("Connector", "ConnectorType", "cCCS2", id=2, connectorId=2)],
    ]
    for seq_no in (2, 0, 1):
        await station.say(
            "NotifyReport",
            requestId=request["requestId"],
            generatedAt=station.time(),
            seqNo=seq_no,
            tbc=seq_no != 2,
            reportData=parts[seq_no],
        )

    found = system.station()
    assert found.connector_count == 2
    assert found.parts == ("2.1", "2.2")
    assert found.is_dc
    assert set(await system.store.variables("CP-7")) == {
        "EVSE@1/SupplyPhases",
        "Connector@2.1/ConnectorType",
        "Connector@2.2/ConnectorType",
    }


async def test_an_inventory_that_never_ends_leaves_one_evse(start2: Any) -> None:
    """Row 47: 2.0.1 inventory never completes."""
    system = await start2()
    station = await system.connect_2(GetBaseReport={"status": "Accepted"}, boots=True)
    await settle()
    await station.say(
        "NotifyReport",
        requestId=station.asked("GetBaseReport")[0]["requestId"],
        generatedAt=station.time(),
        seqNo=0,
        tbc=True,
        reportData=[reported("EVSE", "SupplyPhases", "3", id=3)],
    )
    await system.advance(61)

    assert system.station().connector_count == 1
    assert system.station().setup is None


async def test_reports_that_nobody_asked_for_are_bounded(
    start2: Any, caplog: pytest.LogCaptureFixture
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await settle()
    for number in range(100, 120):
        await part_of_a_report(station, number, f"C{number}", tbc=True)
    for number in range(100, 120):
        await part_of_a_report(station, number, f"D{number}", seqNo=1)

    names = {name for n in range(100, 108) for name in (f"C{n}/V", f"D{n}/V")}
    assert set(await system.store.variables("CP-7")) == names
    assert caplog.text.count("began more than 8 reports") == 1

    await part_of_a_report(station, 200, "E")
    assert "E/V" in await system.store.variables("CP-7")


async def part_of_a_report(
    station: Any, request_id: int, name: str, **more: Any
) -> None:
    part = {"seqNo": 0, "reportData": [reported(name, "V", "1")], **more}
    await station.say(
        "NotifyReport", requestId=request_id, generatedAt=station.time(), **part
    )
    await settle()
