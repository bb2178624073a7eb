"""The YAML form of this project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.station.device_model.monitor import PERIODS, THRESHOLDS
from connector.station.files.bridged import options_of
from connector.station.files.marked import Marked, Table
from connector.station.files.parts import DC, Shape, connector_type
from connector.station.files.quirks import quirks_of
from connector.station.files.station_file import VERSIONS, Connection, StationFile
from connector.station.model import MOST_EVSES, EvseModel, Rating, StationModel

_MOST_CONNECTORS = 10
_AC, _AT_DC = Rating(), Rating(50_000.0, 500.0, 1, is_dc=True, min_current_a=0.0)
_KINDS = (*THRESHOLDS, *PERIODS, "Delta")
_SCHEMES = ("ws://", "wss://")


def station_of(table: Table, folder: Path, identity: str = "") -> StationFile:
    """The station of a file; paths in it are relative to ``folder``.

    With an ``identity`` none has to stand in it.
    """
    model = _model(table, identity)
    shape = Shape(model)
    for each in _items(table, "components"):
        shape.component(each.table())
    variables = table.get("variables")
    for name, value in variables.table().each() if variables is not None else ():
        shape.named(name, value)
    monitors = tuple(_monitor(shape, m.table()) for m in _items(table, "monitors"))
    bridge = table.get("josev")
    found = StationFile(
        model,
        _connection(table, folder),
        shape.values,
        tuple(shape.rows),
        tuple(each for each in monitors if each is not None),
        quirks_of(table.get("quirks")),
        None if bridge is None else options_of(bridge, model),
    )
    table.finish()
    return found


def _items(table: Table, name: str) -> list[Marked]:
    found = table.get(name)
    return [] if found is None else list(found.items())


def _model(table: Table, given: str) -> StationModel:
    identity = table.get("identity") if given else table.need("identity")
    limit = table.get("offline_limit_w")
    usual = StationModel("")
    return StationModel(
        _identity(identity) if identity else given,
        table.text("vendor", usual.vendor, longest=50),
        table.text("model", usual.model, longest=20),
        table.text("serial_number", usual.serial_number, longest=25),
        table.text("firmware_version", usual.firmware_version, longest=50),
        table.text("iccid", "", longest=20) or None,
        table.text("imsi", "", longest=20) or None,
        _evses(table.get("evses")) or usual.evses,
        None if limit is None else limit.number(0, 1e9),
    )


def _identity(marked: Marked) -> str:
    text = marked.text(longest=48)
    if any(mark in text for mark in "/:?#"):
        # 2.x part 2, SecurityCtrlr.Identity: an identifierString, and part of a URL.
        marked.wrong("no / : ? or # in it")
    return text


def _evses(marked: Marked | None) -> tuple[EvseModel, ...]:
    found: list[EvseModel] = []
    for item in marked.items(most=MOST_EVSES) if marked is not None else ():
        table = item.table()
        number = table.whole("number", len(found) + 1, 1, MOST_EVSES)
        if number != len(found) + 1:
            # 2.x part 2, K: EVSEs count from 1, without gaps.
            item.problems.add(
                item.mark, f"{item.path}.number: expected {len(found) + 1}"
            )
        found.append(_evse(table, len(found) + 1))
        table.finish()
    if marked is not None and marked.is_list and not found:
        marked.wrong("at least one EVSE")
    return tuple(found)


def _evse(table: Table, number: int) -> EvseModel:
    listed = table.get("connectors")
    types = tuple(
        connector_type(each)
        for each in (listed.items(most=_MOST_CONNECTORS) if listed is not None else ())
    )
    if listed is not None and not types:
        listed.wrong("at least one connector")
    types = types or ("cType2",)
    is_dc = table.flag("dc", default=all(each in DC for each in types))
    iso15118_id = table.text("iso15118_id", "", longest=38) or None
    return EvseModel(number, types, _rating(table, is_dc=is_dc), iso15118_id)


def _rating(table: Table, *, is_dc: bool) -> Rating:
    usual = _AT_DC if is_dc else _AC
    phases = table.whole("phases", usual.phases, 1, 3)
    if phases == 2:
        table.marked.problems.add(
            table.marked.mark, f"{table.marked.path}.phases: expected 1 or 3"
        )
    power_w = usual.max_power_w if is_dc or phases == 3 else usual.max_power_w / 3
    return Rating(
        table.number("power_w", power_w, 1, 10e6),
        table.number("voltage", usual.voltage, 50, 2000),
        1 if is_dc else phases,
        is_dc,
        table.number("min_current_a", usual.min_current_a, 0, 1000),
        table.number("max_discharge_w", 0, 0, 10e6),
    )


def _connection(table: Table, folder: Path) -> Connection:
    """Everything below `connection`."""
    marked = table.get("connection")
    if marked is None:
        return Connection()
    inner = marked.table()
    url, versions = inner.get("url"), inner.get("versions")
    profile = inner.get("security_profile")
    found = Connection(
        None if url is None else web_socket(url),
        tuple(
            each.text(values=VERSIONS)
            for each in (versions.items() if versions else ())
        ),
        None if profile is None else profile.whole(0, 3),
        _path(inner, "password_file", folder),
        None,
        _path(inner, "tls_ca", folder),
        _path(inner, "tls_certificate", folder),
        _path(inner, "tls_key", folder),
    )
    inner.finish()
    return found


def web_socket(marked: Marked) -> str:
    """The URL of a central system."""
    text = marked.text()
    if not text.startswith(_SCHEMES):
        marked.wrong("a URL that begins with ws:// or wss://")
    return text


def _path(table: Table, name: str, folder: Path) -> Path | None:
    found = table.get(name)
    if found is None:
        return None
    path = folder / found.text()
    if not path.is_file():
        found.wrong("the path of a file that is there")
    return path


def _monitor(shape: Shape, table: Table) -> Mapping[str, Any] | None:
    name, kind, value = table.need("variable"), table.need("type"), table.need("value")
    severity = table.whole("severity", 9, 0, 9)
    is_of_transaction = table.flag("transaction", default=False)
    table.finish()
    placed = shape.find(name, name.text()) if name is not None else None
    if placed is None or kind is None or value is None:
        return None
    return {
        **placed.name.wire(),
        "type": kind.text(values=_KINDS),
        "value": value.number(-1e12, 1e12),
        "severity": severity,
        "transaction": is_of_transaction,
    }
