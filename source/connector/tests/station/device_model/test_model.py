"""What a station is asked for, and what it lets others set."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ocppj.schemas import schemas
from connector.station.charging.settings import MODES
from connector.station.core import settings
from connector.station.device_model import (
    DeviceModel,
    get_variables,
    kept,
    set_variables,
)
from connector.station.device_model.names import Name, Place, parse
from connector.station.device_model.rows import Attribute, Kind, Row
from connector.station.model import EvseModel, Rating, StationModel

MODEL = StationModel("CP1", evses=(EvseModel(1), EvseModel(2, ("cType2", "cCCS2"))))
CORE_NAMES = [
    value
    for name, value in vars(settings).items()
    if name.isupper() and isinstance(value, str)
]


@pytest.fixture
def model() -> DeviceModel:
    return DeviceModel(MODEL)


@pytest.mark.parametrize("name", CORE_NAMES)
def test_every_variable_that_governs_the_core_is_there(
    model: DeviceModel, name: str
) -> None:
    assert name in model.layout.placed


def test_values_are_read_in_their_kinds(model: DeviceModel) -> None:
    assert model.number("TxCtrlr/EVConnectionTimeOut") == 60
    assert model.flag("TxCtrlr/StopTxOnInvalidId")
    assert model.items("TxCtrlr/TxStartPoint") == ("PowerPathClosed",)
    assert model.text("SecurityCtrlr/Identity") == "CP1"


def test_what_is_not_there_is_empty(model: DeviceModel) -> None:
    assert model.text("No/Such") == ""
    assert model.number("No/Such") == 0
    assert model.items("No/Such") == ()


def test_stations_of_one_build_share_what_they_did_not_change() -> None:
    one, other = DeviceModel(StationModel("A")), DeviceModel(StationModel("B"))

    one.set("TxCtrlr", "EVConnectionTimeOut", value="30")

    assert one.layout is other.layout
    assert other.number("TxCtrlr/EVConnectionTimeOut") == 60


@pytest.mark.parametrize(
    ("component", "variable", "status"),
    [
        ("TxCtrlr", "EVConnectionTimeOut", "Accepted"),
        ("txctrlr", "evconnectiontimeout", "Accepted"),
        ("NoCtrlr", "Enabled", "UnknownComponent"),
        ("TxCtrlr", "NoSuch", "UnknownVariable"),
        ("InternalCtrlr", "BlinkRepeat", "UnknownComponent"),
        ("SecurityCtrlr", "BasicAuthPassword", "Rejected"),
    ],
)
def test_get(model: DeviceModel, component: str, variable: str, status: str) -> None:
    assert model.get(component, variable).status == status


def test_instances_and_places_tell_variables_apart(model: DeviceModel) -> None:
    found = model.get("DeviceDataCtrlr", "ItemsPerMessage", "GetReport")
    power = model.get("Connector", "ConnectorType", evse=2, connector=2)

    assert found.value == "50"
    assert power.value == "cCCS2"
    assert model.get("DeviceDataCtrlr", "ItemsPerMessage").status == "UnknownVariable"
    assert model.get("EVSE", "Power", evse=3).status == "UnknownComponent"


@pytest.mark.parametrize(
    ("component", "variable", "value", "status", "reason"),
    [
        ("TxCtrlr", "EVConnectionTimeOut", "90", "Accepted", ""),
        ("TxCtrlr", "EVConnectionTimeOut", "0", "Rejected", "ValueZeroNotAllowed"),
        ("TxCtrlr", "EVConnectionTimeOut", "-1", "Rejected", "ValueTooLow"),
        ("TxCtrlr", "EVConnectionTimeOut", "9999999999", "Rejected", "ValueTooHigh"),
        ("TxCtrlr", "EVConnectionTimeOut", "1.5", "Rejected", "InvalidValue"),
        ("TxCtrlr", "StopTxOnInvalidId", "TRUE", "Accepted", ""),
        ("TxCtrlr", "StopTxOnInvalidId", "yes", "Rejected", "InvalidValue"),
        ("TxCtrlr", "TxStartPoint", "Authorized, EVConnected", "Accepted", ""),
        ("TxCtrlr", "TxStartPoint", "Whenever", "Rejected", "InvalidValue"),
        ("SecurityCtrlr", "Identity", "X", "Rejected", "ReadOnly"),
        ("SecurityCtrlr", "BasicAuthPassword", "short", "Rejected", "InvalidValue"),
        ("SecurityCtrlr", "BasicAuthPassword", "p" * 65, "Rejected", "TooLargeElement"),
        ("SecurityCtrlr", "BasicAuthPassword", "p" * 20, "Accepted", ""),
        (
            "SmartChargingCtrlr",
            "LimitChangeSignificance",
            "nan",
            "Rejected",
            "InvalidValue",
        ),
        ("SmartChargingCtrlr", "LimitChangeSignificance", "2.5", "Accepted", ""),
        ("ClockCtrlr", "NextTimeOffsetTransitionDateTime", "", "Accepted", ""),
        (
            "ClockCtrlr",
            "NextTimeOffsetTransitionDateTime",
            "today",
            "Rejected",
            "InvalidValue",
        ),
        (
            "SampledDataCtrlr",
            "TxUpdatedMeasurands",
            "Temperature",
            "Rejected",
            "InvalidValue",
        ),
    ],
)
def test_set(
    model: DeviceModel,
    component: str,
    variable: str,
    value: str,
    status: str,
    reason: str,
) -> None:
    result = model.set(component, variable, value=value)

    assert (result.status, result.reason) == (status, reason)


def test_a_refused_password_is_not_repeated(model: DeviceModel) -> None:
    result = model.set("SecurityCtrlr", "BasicAuthPassword", value="secret\n" * 3)

    assert "secret" not in repr(result)


def test_lists_are_kept_in_the_words_of_the_specification(model: DeviceModel) -> None:
    model.set("TxCtrlr", "TxStopPoint", value=" evconnected,Authorized ,EVConnected")

    assert model.text("TxCtrlr/TxStopPoint") == "EVConnected,Authorized"


def test_attributes_beside_actual() -> None:
    row = Row("Fan/Speed", Kind.DECIMAL, "0", attributes=(Attribute(type="Target"),))
    model = DeviceModel(MODEL, rows=(row,))

    done = model.set("Fan", "Speed", value="70", attribute="Target")

    assert done.status == "Accepted"
    assert model.get("Fan", "Speed", attribute="Target").value == "70"
    assert model.get("Fan", "Speed").value == "0"
    unknown = model.get("Fan", "Speed", attribute="MaxSet")
    assert unknown.status == "NotSupportedAttributeType"


def test_what_needs_a_reboot_says_so() -> None:
    row = Row("X/Y", Kind.INTEGER, "1", needs_reboot=True)

    assert (
        DeviceModel(MODEL, rows=(row,)).set("X", "Y", value="2").status
        == "RebootRequired"
    )


def test_who_listens_is_told_of_new_values(model: DeviceModel) -> None:
    told: list[str] = []
    model.on_change("TxCtrlr/EVConnectionTimeOut", told.append)

    model.set("TxCtrlr", "EVConnectionTimeOut", value="30")
    model.set("TxCtrlr", "EVConnectionTimeOut", value="no")

    assert told == ["30"]


def test_what_was_set_survives_and_is_for_us_alone(tmp_path: Path) -> None:
    DeviceModel(MODEL, tmp_path).set("TxCtrlr", "EVConnectionTimeOut", value="33")

    assert DeviceModel(MODEL, tmp_path).number("TxCtrlr/EVConnectionTimeOut") == 33
    assert stat.S_IMODE((tmp_path / kept.FILE).stat().st_mode) == 0o600


def test_what_was_set_stands_above_what_the_file_said(tmp_path: Path) -> None:
    first = {"TxCtrlr/EVConnectionTimeOut": "10", "AuthCtrlr/LocalPreAuthorize": "true"}
    DeviceModel(MODEL, tmp_path, initial=first).set(
        "TxCtrlr", "EVConnectionTimeOut", value="33"
    )
    model = DeviceModel(MODEL, tmp_path, initial=first)

    assert model.number("TxCtrlr/EVConnectionTimeOut") == 33
    assert model.flag("AuthCtrlr/LocalPreAuthorize")


def test_a_wrong_first_value_is_named() -> None:
    with pytest.raises(ValueError, match=r"TxCtrlr/EVConnectionTimeOut: .*integer"):
        DeviceModel(MODEL, initial={"TxCtrlr/EVConnectionTimeOut": "soon"})
    with pytest.raises(ValueError, match=r"no variable 'TxCtrlr/Nope'"):
        DeviceModel(MODEL, initial={"TxCtrlr/Nope": "1"})


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 99}', ""])
def test_a_broken_file_is_put_aside(tmp_path: Path, text: str) -> None:
    (tmp_path / kept.FILE).write_text(text)

    model = DeviceModel(MODEL, tmp_path)

    assert model.number("TxCtrlr/EVConnectionTimeOut") == 60
    assert (tmp_path / f"{kept.FILE}.broken").read_text() == text


def test_what_fits_no_more_is_left_out(tmp_path: Path) -> None:
    kept.save(tmp_path, {"values": {"A/B": "1", "TxCtrlr/EVConnectionTimeOut": "x"}})

    assert DeviceModel(MODEL, tmp_path).number("TxCtrlr/EVConnectionTimeOut") == 60


def test_what_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    model = DeviceModel(MODEL)
    model.folder = tmp_path / "file"

    result = model.set("TxCtrlr", "EVConnectionTimeOut", value="33")

    assert (result.status, result.reason) == ("Rejected", "OutOfStorage")
    assert model.number("TxCtrlr/EVConnectionTimeOut") == 60


def test_what_is_set_together_is_kept_once(tmp_path: Path) -> None:
    model = DeviceModel(MODEL, tmp_path)

    with model.together():
        model.set("TxCtrlr", "EVConnectionTimeOut", value="33")
        assert not (tmp_path / kept.FILE).exists()

    assert kept.load(tmp_path)["values"] == {"TxCtrlr/EVConnectionTimeOut": "33"}


def test_only_ac_evses_have_a_current_of_ac() -> None:
    dc = EvseModel(
        2, ("cCCS2",), Rating(50_000, 500, 1, is_dc=True, max_discharge_w=10.0)
    )
    names = DeviceModel(StationModel("S", evses=(EvseModel(1), dc))).layout.placed

    assert {
        "EVSE@1/ACCurrent",
        "EVSE@2/DCCurrent",
        "V2XChargingCtrlr@2/Enabled",
    } <= set(names)
    assert "EVSE@2/ACCurrent" not in names
    assert names["EVSE@2/Power"].row.high == 50_000


ITEMS = [
    {"component": {"name": "TxCtrlr"}, "variable": {"name": "StopTxOnInvalidId"}},
    {
        "component": {"name": "Nope"},
        "variable": {"name": "X"},
        "attributeType": "Target",
    },
    {
        "component": {"name": "EVSE", "evse": {"id": 1}},
        "variable": {"name": "Power"},
    },
]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_answers_fit_their_schemas(model: DeviceModel, version: str) -> None:
    got = {"getVariableResult": get_variables(model, ITEMS)}
    wanted = [{**item, "attributeValue": "x"} for item in ITEMS]
    done = {"setVariableResult": set_variables(model, wanted)}

    assert list(schemas(version).response("GetVariables").misfits(got)) == []
    assert list(schemas(version).response("SetVariables").misfits(done)) == []


parts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=50)
numbers = st.integers(1, 999_999_999)
places = st.one_of(
    st.builds(Place, parts, st.one_of(st.just(""), parts), st.just(0), st.just(0)),
    st.builds(Place, parts, st.just(""), numbers, numbers),
)


@given(st.builds(Name, places, parts, st.one_of(st.just(""), parts)))
def test_names_are_read_as_they_are_written(name: Name) -> None:
    assert parse(str(name)) == name


@given(st.sampled_from(sorted(DeviceModel(MODEL).layout.placed)), st.text(max_size=80))
def test_any_text_is_taken_or_refused_and_what_is_taken_stays(
    name: str, text: str
) -> None:
    model = DeviceModel(MODEL)
    placed = model.layout.placed[name]

    result = model.take(placed, text)

    again = DeviceModel(MODEL).take(placed, model.text(name))
    assert result.status in ("Accepted", "Rejected")
    assert result.status == "Rejected" or again.status == "Accepted"


@pytest.mark.parametrize("variable", ["TxStartPoint", "TxStopPoint"])
def test_a_parking_bay_may_begin_and_end_a_transaction(
    model: DeviceModel, variable: str
) -> None:
    points = "ParkingBayOccupancy,EVConnected"

    assert model.set("TxCtrlr", variable, value=points).is_accepted


def test_what_charging_profiles_can_do_is_told(model: DeviceModel) -> None:
    names = ("DynamicProfiles", "UseLocalTime", "RandomizedDelay", "EvseSleep")
    found = {n: model.flag(f"SmartChargingCtrlr/SupportsFeature#{n}") for n in names}

    assert found == dict.fromkeys(names, True)
    assert not model.flag("SmartChargingCtrlr/SupportsFeature#LimitAtSoC")


def test_where_a_vehicle_may_discharge_there_are_modes_for_it() -> None:
    evses = (EvseModel(1), EvseModel(2, rating=Rating(max_discharge_w=5000.0)))
    model = DeviceModel(StationModel("CP1", evses=evses))

    assert "CentralSetpoint" in model.items(MODES.format(2))
    assert model.items(MODES.format(1)) == ()
