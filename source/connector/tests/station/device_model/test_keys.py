"""The configuration keys of 1.6."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocpp.v16.enums import ConfigurationKey

from connector.ocppj.schemas import schemas
from connector.station.device_model import DeviceModel, Keys
from connector.station.device_model.tables.keys16 import KEYS
from connector.station.model import EvseModel, StationModel

MODEL = StationModel("CP1", evses=(EvseModel(1), EvseModel(2)))


@pytest.fixture
def model() -> DeviceModel:
    return DeviceModel(MODEL)


@pytest.fixture
def keys(model: DeviceModel) -> Keys:
    return Keys(model)


@pytest.mark.parametrize("name", sorted(ConfigurationKey))
def test_every_key_of_the_specification_is_known(keys: Keys, name: str) -> None:
    known = keys.get([name])

    assert "unknownKey" not in known


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_key_has_its_variable(model: DeviceModel, key: object) -> None:
    assert key.variable in model.layout.placed  # type: ignore[attr-defined]


def test_all_keys_fit_the_schema(keys: Keys) -> None:
    answer = keys.get()

    assert len(answer["configurationKey"]) == len(KEYS)
    assert list(schemas("1.6").response("GetConfiguration").misfits(answer)) == []


def test_unknown_keys_are_named(keys: Keys) -> None:
    answer = keys.get(["HeartbeatInterval", "Mystery"])

    assert answer == {
        "configurationKey": [
            {"key": "HeartbeatInterval", "readonly": False, "value": "300"}
        ],
        "unknownKey": ["Mystery"],
    }


def test_a_key_in_two_spellings_is_told_once(keys: Keys) -> None:
    answer = keys.get(["HeartbeatInterval", "heartbeatinterval", "Mystery", "MYSTERY"])

    assert [each["key"] for each in answer["configurationKey"]] == ["HeartbeatInterval"]
    assert answer["unknownKey"] == ["Mystery"]


def test_a_key_and_its_variable_are_one(model: DeviceModel, keys: Keys) -> None:
    assert keys.set("MeterValueSampleInterval", "17") == "Accepted"
    model.set("TxCtrlr", "EVConnectionTimeOut", value="44")

    assert model.number("SampledDataCtrlr/TxUpdatedInterval") == 17
    assert keys.text("connectiontimeout") == "44"


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("Mystery", "1", "NotSupported"),
        ("NumberOfConnectors", "1", "Rejected"),
        ("ChargingScheduleAllowedChargingRateUnit", "Current", "Rejected"),
        ("HeartbeatInterval", "soon", "Rejected"),
        ("HeartbeatInterval", "30", "Accepted"),
        ("MeterValuesSampledData", "Voltage,Temperature", "Accepted"),
        ("MeterValuesSampledData", "Voltage,Nonsense", "Rejected"),
        ("MeterValuesSampledData", "", "Accepted"),
        ("ConnectorPhaseRotation", "1.RST, 2.Unknown", "Accepted"),
        ("ConnectorPhaseRotation", "3.RST", "Rejected"),
        ("ConnectorPhaseRotation", "", "Rejected"),
        ("SecurityProfile", "2", "RebootRequired"),
        ("SecurityProfile", "4", "Rejected"),
        ("AuthorizationKey", "41" * 20, "Accepted"),
        ("AuthorizationKey", "tiny", "Rejected"),
        ("CpoName", "Example", "Accepted"),
    ],
)
def test_set(keys: Keys, key: str, value: str, status: str) -> None:
    assert keys.set(key, value) == status


def test_the_security_profile_never_falls(keys: Keys) -> None:
    keys.set("SecurityProfile", "2")

    assert keys.set("SecurityProfile", "1") == "Rejected"


def test_the_password_is_never_told(model: DeviceModel, keys: Keys) -> None:
    keys.set("AuthorizationKey", "41" * 20)

    assert keys.get(["AuthorizationKey"])["configurationKey"] == [
        {"key": "AuthorizationKey", "readonly": False}
    ]
    assert model.text("SecurityCtrlr/BasicAuthPassword") == "A" * 20


def test_values_are_in_the_words_of_1_6(keys: Keys) -> None:
    assert keys.text("ChargingScheduleAllowedChargingRateUnit") == "Current,Power"
    assert keys.text("NumberOfConnectors") == "2"
    assert keys.text("MaxChargingProfilesInstalled") == "100"
    assert keys.text("ConnectorPhaseRotation") == "0.RST,1.RST,2.RST"


def test_somebody_may_refuse(model: DeviceModel) -> None:
    keys = Keys(model, lambda name, text: "Rejected" if text == "300" else None)

    assert keys.set("HeartbeatInterval", "300") == "Rejected"
    assert keys.set("HeartbeatInterval", "301") == "Accepted"


@given(st.sampled_from(KEYS), st.text(max_size=500))
def test_any_text_gets_a_status(key: object, text: str) -> None:
    status = Keys(DeviceModel(MODEL)).set(key.name, text)  # type: ignore[attr-defined]

    assert status in ("Accepted", "Rejected", "RebootRequired")
