"""Stations from files, and how their mistakes are named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import SettingsError
from connector.station.client.quirks import QUIRKS, Quirks
from connector.station.device_model import DeviceModel
from connector.station.files import StationFile, read, read_text

WHOLE = """\
identity: CP-7
vendor: Example
model: Duo 22
serial_number: "0042"
firmware_version: 1.2.3
iccid: "8949000000000000000"
offline_limit_w: 4140
evses:
  - connectors: [cType2]
    power_w: 11000
    iso15118_id: DE*EXA*E1*1
  - connectors: [cCCS2, cG105]
    power_w: 50000
    voltage: 920
    max_discharge_w: 10000
connection:
  url: wss://cs.example.com/ocpp
  versions: [2.0.1, 1.6]
  security_profile: 2
  password_file: password
variables:
  TxCtrlr/EVConnectionTimeOut: 90
  SampledDataCtrlr/TxUpdatedMeasurands: [Voltage, SoC]
  AuthCtrlr/LocalPreAuthorize: true
  Fan@1/Speed: 3
components:
  - name: Fan
    evse_id: 1
    variables:
      - {name: Speed, data_type: integer, unit: rpm, max_limit: 9, target: 5}
monitors:
  - {variable: EVSE@1/Power, type: UpperThreshold, value: 10000, severity: 3}
quirks: biapower
"""

JOSEV = {
    "model": "SECC",
    "vendor": "Example",
    "identity": "josev1",
    "ocpp_csms_url": "ws://127.0.0.1:9000/ocpp",
    "security_profile": 1,
    "basic_auth_password": "a very long password",
    "serial_number": "1234",
    "firmware_version": "2.0",
    "sim_iccid": "894",
    "evses": [
        {
            "ocpp_id": 1,
            "iso15118_id": "DE*SWT*E1*1",
            "power_kw": 22,
            "supply_phases": 3,
            "connectors": [{"id": 1, "connector_type": "cType2"}],
        },
        {
            "ocpp_id": 2,
            "iso15118_id": "DE*SWT*E1*2",
            "power_kw": 50,
            "supply_phases": 3,
            "connectors": [{"id": 1, "connector_type": "cCCS2"}],
        },
    ],
    "components": [
        {
            "name": "TxCtrlr",
            "variables": [
                {
                    "name": "EVConnectionTimeOut",
                    "value": "40",
                    "unit": "s",
                    "mutability": "ReadWrite",
                    "data_type": "integer",
                }
            ],
        },
        {
            "name": "Connector",
            "evse_id": 1,
            "connector_id": 1,
            "variables": [
                {
                    "name": "AvailabilityState",
                    "value": "Available",
                    "mutability": "ReadOnly",
                    "data_type": "OptionList",
                    "values_list": "Available,Occupied",
                }
            ],
        },
        {
            "name": "Display",
            "variables": [
                {
                    "name": "Color",
                    "value": "red",
                    "mutability": "ReadWrite",
                    "constant": False,
                    "data_type": "OptionList",
                    "values_list": "red,green",
                }
            ],
        },
    ],
}


def of(text: str, folder: Path = Path()) -> StationFile:
    return read_text(text, "cp.yaml", folder)


def problems(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        of(text)
    return caught.value.problems


@pytest.fixture
def whole(tmp_path: Path) -> StationFile:
    (tmp_path / "password").write_text("from a file of its own\n")
    (tmp_path / "cp.yaml").write_text(WHOLE)
    return read(tmp_path / "cp.yaml")


def test_a_station_of_one_line() -> None:
    found = of("identity: CP1")

    assert found.model.identity == "CP1"
    assert len(found.model.evses) == 1
    assert found.connection.url is None


def test_what_it_is(whole: StationFile) -> None:
    model = whole.model

    assert (model.vendor, model.serial_number, model.firmware_version) == (
        "Example",
        "0042",
        "1.2.3",
    )
    assert model.offline_limit_w == 4140
    assert [e.connectors for e in model.evses] == [("cType2",), ("cCCS2", "cG105")]
    assert [e.rating.is_dc for e in model.evses] == [False, True]
    assert model.evses[1].rating.max_discharge_w == 10_000
    assert model.evses[0].iso15118_id == "DE*EXA*E1*1"


def test_where_it_connects_to(whole: StationFile) -> None:
    connection = whole.connection

    assert connection.url == "wss://cs.example.com/ocpp"
    assert connection.versions == ("2.0.1", "1.6")
    assert connection.read_password() == "from a file of its own"


def test_its_variables(whole: StationFile) -> None:
    model = DeviceModel(whole.model, initial=whole.variables, rows=whole.rows)

    assert model.number("TxCtrlr/EVConnectionTimeOut") == 90
    assert model.items("SampledDataCtrlr/TxUpdatedMeasurands") == ("Voltage", "SoC")
    assert model.flag("AuthCtrlr/LocalPreAuthorize")
    assert model.get("Fan", "Speed", evse=1).value == "3"
    assert model.get("Fan", "Speed", evse=1, attribute="Target").value == "5"
    assert model.set("Fan", "Speed", evse=1, value="10").reason == "ValueTooHigh"


def test_monitors_and_quirks(whole: StationFile) -> None:
    assert whole.monitors[0]["component"] == {"name": "EVSE", "evse": {"id": 1}}
    assert whole.quirks == QUIRKS["biapower"]


@pytest.mark.parametrize(
    ("text", "quirks"),
    [
        ("connector_zero", Quirks(reports_connector_zero=False)),
        ("[connector_zero]", Quirks(reports_connector_zero=False)),
        (
            "[never_callerror, start_meter_zero]",
            Quirks(never_callerror=True, start_meter_zero=True),
        ),
        (
            "[biapower, start_meter_zero]",
            replace(QUIRKS["biapower"], start_meter_zero=True),
        ),
        ("{min_gap_ms: 50}", Quirks(min_gap_ms=50)),
        (
            "{periodic: status, no_security_events: true, start_meter_zero: false}",
            Quirks(periodic="status", tells_security_events=False),
        ),
        (
            "{profile: biapower, periodic: heartbeat, connector_zero: false}",
            replace(
                QUIRKS["biapower"], periodic="heartbeat", reports_connector_zero=True
            ),
        ),
    ],
)
def test_quirks_are_names_or_values(text: str, quirks: Quirks) -> None:
    assert of(f"identity: A\nquirks: {text}").quirks == quirks


def test_a_file_need_not_name_quirks() -> None:
    assert of("identity: A").quirks is None


def test_the_form_of_josev(tmp_path: Path) -> None:
    path = tmp_path / "device_model.json"
    path.write_text(json.dumps(JOSEV, indent="\t"))

    found = read(path)
    model = DeviceModel(found.model, initial=found.variables, rows=found.rows)

    assert found.connection.url == "ws://127.0.0.1:9000/ocpp"
    assert found.connection.read_password() == "a very long password"
    assert "very long" not in repr(found)
    assert [e.rating.max_power_w for e in found.model.evses] == [22_000, 50_000]
    assert [e.rating.is_dc for e in found.model.evses] == [False, True]
    assert model.number("TxCtrlr/EVConnectionTimeOut") == 40
    assert model.set("Display", "Color", value="blue").status == "Rejected"
    assert model.get("Display", "Color").value == "red"


def test_the_form_of_josev_in_its_message() -> None:
    message = {"id": "1", "name": "device_model", "type": "response", "data": JOSEV}

    assert of(json.dumps(message)).model.identity == "josev1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vendor: X", "cp.yaml, line 1, column 1: identity: is missing"),
        ("", "cp.yaml: is empty, expected a mapping"),
        ("[1]", "cp.yaml, line 1, column 1: found a list, expected a mapping"),
        (
            "identity: A\nevses: []",
            "line 2, column 8: evses: found a list, expected at least one EVSE",
        ),
        ("identity: a/b", "line 1, column 11: identity: found 'a/b', expected no / :"),
        (
            "identity: A\nvendr: B",
            "line 2, column 1: vendr: unknown name, expected one of",
        ),
        ("identity: A\nidentity: B", "line 2, column 1: identity: is there twice"),
        (
            "identity: A\nevses:\n  - power_w: lots",
            "line 3, column 14: evses[0].power_w: found 'lots', expected a number from 1",
        ),
        (
            "identity: A\nevses: [{connectors: [Type2]}]",
            "line 2, column 23: evses[0].connectors[0]: found 'Type2', expected one of",
        ),
        (
            "identity: A\nevses: 2",
            "line 2, column 8: evses: found '2', expected a list",
        ),
        ("identity: A\nevses: [{phases: 2}]", "evses[0].phases: expected 1 or 3"),
        (
            "identity: A\nvariables:\n  TxCtrlr/EVConnectionTimeOut: soon",
            "line 3, column 32: variables.TxCtrlr/EVConnectionTimeOut: found 'soon', "
            "expected an integer",
        ),
        (
            "identity: A\nvariables:\n  TxCtrlr/Nope: 1",
            "line 3, column 3: variables.TxCtrlr/Nope: there is no such variable",
        ),
        (
            "identity: A\nvariables:\n  Nope: 1",
            "line 3, column 3: variables.Nope: 'Nope' is",
        ),
        (
            "identity: A\nvariables:\n  EVSE@1/Power: 1",
            "line 3, column 3: EVSE@1/Power: follows from the station itself",
        ),
        (
            "identity: A\nconnection: {url: 'http://x'}",
            "found 'http://x', expected a URL that begins with ws:// or wss://",
        ),
        (
            "identity: A\nconnection: {password_file: nowhere}",
            "found 'nowhere', expected the path of a file that is there",
        ),
        ("identity: A\nconnection: {versions: [1.5]}", "found '1.5', expected one of"),
        (
            "identity: A\n  vendor: B",
            "line 2, column 9: no YAML: mapping values are not",
        ),
        ("identity: 'A", "no YAML: found unexpected end of stream"),
        (
            "identity: A\nmonitors: [{variable: EVSE@1/Power}]",
            "monitors[0].type: is missing",
        ),
        (
            "identity: A\ncomponents: [{name: F, variables: [{name: S, data_type: x}]}]",
            "components[0].variables[0].data_type: found 'x', expected one of",
        ),
        (
            "identity: A\nquirks: odd",
            "line 2, column 9: quirks: found 'odd', expected one of biapower, conn",
        ),
        (
            "identity: A\nquirks: [biapower, odd]",
            "line 2, column 20: quirks[1]: found 'odd', expected one of biapower",
        ),
        (
            "identity: A\nquirks: {profile: start_meter_zero}",
            "line 2, column 19: quirks.profile: found 'start_meter_zero', expected one",
        ),
        (
            "identity: A\nquirks: {periodic: often}",
            "quirks.periodic: found 'often', expected one of heartbeat, none, status",
        ),
        (
            "identity: A\nquirks: {min_gap_ms: 1.5}",
            "quirks.min_gap_ms: found '1.5', expected a whole number from 0 to 60000",
        ),
        (
            "identity: A\nquirks: {connector_zero: maybe}",
            "quirks.connector_zero: found 'maybe', expected true or false",
        ),
        (
            "identity: A\nquirks:\n  min_gap: 5",
            "line 3, column 3: quirks.min_gap: unknown name, expected one of",
        ),
    ],
)
def test_mistakes_are_named(text: str, expected: str) -> None:
    found = problems(text)

    assert any(expected in line for line in found), found


def test_all_mistakes_are_named_at_once() -> None:
    found = problems("identity: A\nevses: [{power_w: x}, {voltage: y}]\nnope: 1")

    assert len(found) == 3


def test_a_wrong_password_is_not_shown() -> None:
    text = "identity: A\nvariables: {SecurityCtrlr/BasicAuthPassword: oh-secret}"

    assert "oh-secret" not in "".join(problems(text))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"identity: \xff", "byte 10: expected text in UTF-8"),
        (b" " * 2_000_001, "at most"),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "cp.yaml"
    path.write_bytes(content)

    with pytest.raises(SettingsError, match=expected):
        read(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        read(tmp_path / "none.yaml")


@given(st.text(max_size=200))
def test_any_text_is_a_station_or_a_named_mistake(text: str) -> None:
    try:
        of(text)
    except SettingsError as problem:
        assert problem.problems


@given(st.integers(0, len(WHOLE)), st.text(max_size=6))
def test_any_slip_of_the_pen_is_a_station_or_a_named_mistake(
    place: int, slip: str
) -> None:
    try:
        of(WHOLE[:place] + slip + WHOLE[place + len(slip) :])
    except SettingsError as problem:
        assert all("cp.yaml" in line for line in problem.problems)
