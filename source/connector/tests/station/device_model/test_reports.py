"""GetBaseReport and GetReport."""

from __future__ import annotations

from typing import Any

import pytest

from connector.ocppj.schemas import schemas
from connector.station.device_model import DeviceModel
from connector.station.device_model.reports import BASES, in_parts
from connector.station.model import EvseModel, StationModel

MODEL = StationModel("CP1", evses=(EvseModel(1), EvseModel(2)))
HEAD = {"requestId": 1, "generatedAt": "2026-01-31T12:00:00Z", "seqNo": 0}


@pytest.fixture
def model() -> DeviceModel:
    return DeviceModel(MODEL)


def names(data: list[dict[str, Any]]) -> set[str]:
    return {f"{d['component']['name']}/{d['variable']['name']}" for d in data}


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize("base", BASES)
def test_reports_fit_their_schema(model: DeviceModel, base: str, version: str) -> None:
    message = {**HEAD, "reportData": model.report(base)}

    assert list(schemas(version).request("NotifyReport").misfits(message)) == []


def test_the_full_inventory_shows_all_but_passwords(model: DeviceModel) -> None:
    model.set("SecurityCtrlr", "BasicAuthPassword", value="very secret password")

    data = model.report("FullInventory")

    assert "very secret" not in repr(data)
    assert {"SecurityCtrlr/BasicAuthPassword", "EVSE/Power"} <= names(data)
    assert "InternalCtrlr/BlinkRepeat" not in names(data)


def test_the_configuration_is_what_can_be_set(model: DeviceModel) -> None:
    found = names(model.report("ConfigurationInventory"))

    assert "TxCtrlr/EVConnectionTimeOut" in found
    assert "SecurityCtrlr/BasicAuthPassword" in found
    assert "SecurityCtrlr/Identity" not in found


def test_the_summary_tells_states(model: DeviceModel) -> None:
    found = names(model.report("SummaryInventory"))

    assert {"ChargingStation/AvailabilityState", "Connector/AvailabilityState"} <= found
    assert "TxCtrlr/EVConnectionTimeOut" not in found


def test_what_is_left_out_means_all(model: DeviceModel) -> None:
    wanted = [{"component": {"name": "evse"}, "variable": {"name": "power"}}]
    at_2 = [{"component": {"name": "EVSE", "evse": {"id": 2}}}]

    assert len(model.report_on(wanted=wanted)) == 2
    assert {d["component"]["evse"]["id"] for d in model.report_on(wanted=at_2)} == {2}
    assert len(model.report_on(wanted=[{"component": {"name": "TxCtrlr"}}])) > 5


def test_what_is_unknown_gives_nothing(model: DeviceModel) -> None:
    assert model.report_on(wanted=[{"component": {"name": "Nope"}}]) == []


def test_criteria_choose_components(model: DeviceModel) -> None:
    model.set("ReservationCtrlr", "Enabled", value="false")

    enabled = names(model.report_on(["Enabled"]))

    assert "SampledDataCtrlr/Enabled" in enabled
    assert "ReservationCtrlr/Enabled" not in enabled
    assert "TxCtrlr/EVConnectionTimeOut" in enabled
    assert model.report_on(["Problem"]) == []


def test_a_report_is_divided(model: DeviceModel) -> None:
    data = model.report("FullInventory")

    parts = list(in_parts(data, 50, 100_000))
    small = list(in_parts(data, 50, 1000))

    assert [item for part in parts for item in part] == data
    assert max(map(len, parts)) == 50
    assert len(small) > len(parts)
    assert list(in_parts([], 50, 1000)) == [[]]
