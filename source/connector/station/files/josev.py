"""The `device_model` that Josev asks a charging station for, as a file.

EVSEs have `ocpp_id` there, power is in kW, and the password stands in line.
"""

from __future__ import annotations

from connector.station.files.marked import Marked, Table
from connector.station.files.own_form import web_socket
from connector.station.files.parts import DC, Shape, connector_type
from connector.station.files.station_file import Connection, StationFile
from connector.station.model import MOST_EVSES, EvseModel, Rating, StationModel

_OF_JOSEV = ("ocpp_csms_url", "basic_auth_password", "sim_iccid", "sim_imsi")
_DC_VOLTAGE = 500.0


def is_josev(table: Table) -> bool:
    """Whether a file is of this form."""
    return any(name in table for name in _OF_JOSEV) or (
        "components" in table and "security_profile" in table
    )


def station_of(table: Table) -> StationFile:
    """The station of a file."""
    model = _model(table)
    shape = Shape(model)
    components = table.get("components")
    for each in components.items() if components is not None else ():
        shape.component(each.table())
    url, profile = table.get("ocpp_csms_url"), table.get("security_profile")
    password = table.get("basic_auth_password", is_secret=True)
    table.finish()
    connection = Connection(
        url=None if url is None else web_socket(url),
        security_profile=None if profile is None else profile.whole(0, 3),
        password=None if password is None else password.text(longest=64),
    )
    return StationFile(model, connection, shape.values, tuple(shape.rows))


def _model(table: Table) -> StationModel:
    identity, evses = table.need("identity"), table.need("evses")
    usual = StationModel("")
    return StationModel(
        identity.text(longest=48) if identity else "",
        table.text("vendor", usual.vendor, longest=50),
        table.text("model", usual.model, longest=20),
        table.text("serial_number", usual.serial_number, longest=25),
        table.text("firmware_version", usual.firmware_version, longest=50),
        table.text("sim_iccid", "", longest=20) or None,
        table.text("sim_imsi", "", longest=20) or None,
        _evses(evses) or usual.evses,
    )


def _evses(marked: Marked | None) -> tuple[EvseModel, ...]:
    found: dict[int, EvseModel] = {}
    for item in marked.items(most=MOST_EVSES) if marked is not None else ():
        table = item.table()
        number = table.need("ocpp_id")
        evse = _evse(table, number.whole(1, MOST_EVSES) if number else 0)
        if evse.number in found:
            item.problems.add(item.mark, f"{item.path}.ocpp_id: is there twice")
        found[evse.number] = evse
        table.finish()
    if marked is not None and sorted(found) != list(range(1, len(found) + 1)):
        marked.problems.add(marked.mark, f"{marked.path}: expected ocpp_id 1, 2, ..")
    return tuple(found[number] for number in sorted(found))


def _evse(table: Table, number: int) -> EvseModel:
    connectors: dict[int, str] = {}
    listed = table.need("connectors")
    for item in listed.items(most=10) if listed is not None else ():
        inner = item.table()
        kind = inner.need("connector_type")
        place = inner.whole("id", len(connectors) + 1, 1, 10)
        connectors[place] = connector_type(kind) if kind is not None else ""
        inner.finish()
    if listed is not None and sorted(connectors) != list(range(1, len(connectors) + 1)):
        listed.problems.add(listed.mark, f"{listed.path}: expected id 1, 2, ..")
    types = tuple(connectors[place] for place in sorted(connectors)) or ("cType2",)
    iso15118_id = table.text("iso15118_id", "", longest=38) or None
    return EvseModel(number, types, _rating(table, types), iso15118_id)


def _rating(table: Table, types: tuple[str, ...]) -> Rating:
    """AC unless all its connectors are of DC; the phases are those of the supply."""
    power_w = table.number("power_kw", 22.08, 0.001, 10_000) * 1000
    phases = table.whole("supply_phases", 3, 0, 3)
    if all(each in DC for each in types):
        return Rating(power_w, _DC_VOLTAGE, 1, is_dc=True, min_current_a=0.0)
    return Rating(power_w, phases=phases or 3)
