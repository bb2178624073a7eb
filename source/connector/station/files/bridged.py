"""The member `josev` of a station's file: how it is bridged to that ISO 15118 stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.station.files.marked import Marked, Table
from connector.station.josev.options import (
    AC_SERVICES,
    CONNECTOR_TYPES,
    CONTROL_MODES,
    JOSEV,
    NO_MONITOR,
    NO_MONITOR_IN_CHECKS,
    SERVICES,
    STATION,
    UNITS,
    EvseOptions,
    JosevOptions,
    Service,
    usual_service,
)
from connector.station.josev.topics import Topics
from connector.station.model import EvseModel, StationModel

_USUAL, _EVSE = JosevOptions(), EvseOptions()
_TIMES = (
    "answer_within_s",
    "authorize_within_s",
    "contactor_within_s",
    "open_within_s",
    "cable_check_within_s",
    "basic_after_s",
    "silent_after_s",
)
_NEVER_NONE = frozenset(
    {"answer_within_s", "contactor_within_s", "cable_check_within_s"}
)
_LONGEST_S = 3600
_MORE = {
    "bpt_channel": ("unified", "separated"),
    "generator_mode": ("grid_following", "grid_forming"),
    "grid_island_detection_mode": ("active", "passive"),
}
_OLDER = ("mobility_needs", "pricing")
"""Texts that older versions of Josev want beside them, and `free_service`."""
_ISOLATION = (NO_MONITOR, NO_MONITOR_IN_CHECKS, "valid", "invalid")


def options_of(marked: Marked, model: StationModel) -> JosevOptions:
    """Everything below `josev`."""
    table = marked.table()
    host, port = _broker(table.get("broker"))
    members: dict[str, Any] = {name: _time(table, name) for name in _TIMES}
    found = JosevOptions(
        host=host,
        port=port,
        prefix=_prefix(table.get("prefix")),
        extends_topics=table.flag("publish_extend", default=False),
        ocpp=_word(table.get("ocpp"), (STATION, JOSEV), STATION),
        hw_version=table.text("hw_version", _USUAL.hw_version, longest=50),
        limit_unit=_word(table.get("limit_unit"), (*UNITS, "A"), "W"),
        evses=_evses(table.get("evses"), model),
        **members,
    )
    table.finish()
    return found


def _broker(marked: Marked | None) -> tuple[str, int]:
    if marked is None:
        return _USUAL.host, _USUAL.port
    host, _, port = marked.text(longest=255).partition(":")
    is_port = not port or (port.isdecimal() and 0 < int(port) < 65_536)
    if not host or not is_port:
        marked.wrong("host or host:port")
        return _USUAL.host, _USUAL.port
    return host, int(port or _USUAL.port)


def _prefix(marked: Marked | None) -> str:
    text = "" if marked is None else marked.text(longest=200)
    try:
        return Topics(text).prefix
    except ValueError:
        if marked is not None:
            marked.wrong("a topic without + and #, and without / at its ends")
        return ""


def _time(table: Table, name: str) -> float:
    least = 0.1 if name in _NEVER_NONE else 0
    return table.number(name, getattr(_USUAL, name), least, _LONGEST_S)


def _word(marked: Marked | None, words: tuple[str, ...], usual: str) -> str:
    return usual if marked is None else marked.text(values=words)


def _evses(marked: Marked | None, model: StationModel) -> Mapping[int, EvseOptions]:
    found: dict[int, EvseOptions] = {}
    interfaces: set[str] = set()
    most = len(model.evses)
    for number, item in enumerate(marked.items(most=most) if marked else (), 1):
        if number > most:
            break
        table = item.table()
        options = _evse(table, model.evses[number - 1])
        table.finish()
        if options.network_interface in interfaces:
            # Vehicles are told apart by the interface that they are on.
            path = f"{item.path}.network_interface"
            item.problems.add(item.mark, f"{path}: is used twice")
        interfaces |= {options.network_interface} - {""}
        found[number] = options
    return found


def _evse(table: Table, model: EvseModel) -> EvseOptions:
    current = table.get("max_current_a")
    return EvseOptions(
        table.text("network_interface", "", longest=64),
        table.flag("supports_eim", default=True),
        _connectors(table.get("connectors"), model),
        None if current is None else current.number(1, 10_000),
        table.number("min_current_a", _EVSE.min_current_a, 0, 1000),
        table.number("min_voltage", _EVSE.min_voltage, 1, 2000),
        table.number("ripple_a", _EVSE.ripple_a, 0, 1000),
        _word(table.get("without_monitor"), _ISOLATION, _EVSE.without_monitor),
    )


def _connectors(
    marked: Marked | None, model: EvseModel
) -> tuple[tuple[Service, ...], ...] | None:
    if marked is None:
        return None
    count = len(model.connectors)
    found = [_services(item.table(), model) for item in marked.items(most=count)]
    if len(found) != count:
        marked.problems.add(
            marked.mark, f"{marked.path}: expected {count}, as the EVSE has"
        )
    return tuple(found)


def _services(table: Table, model: EvseModel) -> tuple[Service, ...]:
    services = table.need("services")
    found = []
    for name, value in services.table().each() if services is not None else ():
        found.append(_service(name.text(values=SERVICES), value, model))
    if services is not None and not found:
        services.wrong("at least one service")
    table.finish()
    return tuple(found)


def _service(name: str, marked: Marked, model: EvseModel) -> Service:
    usual = usual_service(model, name)
    if marked.is_null:
        return usual
    table = marked.table()
    volts = table.get("nominal_voltage")
    more = {
        member: table.get(member) for member in (_MORE if name.endswith("_bpt") else ())
    }
    given = {n: _word(m, _MORE[n], "") for n, m in more.items() if m is not None}
    found = Service(
        name,
        _word(table.get("connector_type"), _types(name), usual.connector_type),
        _word(table.get("control_mode"), CONTROL_MODES, usual.control_mode or ""),
        usual.nominal_voltage if volts is None else volts.whole(50, 2000),
        {**usual.more, **given, **_older(table)},
    )
    table.finish()
    return found


def _older(table: Table) -> Mapping[str, Any]:
    """Handed on as they stand there."""
    texts = {name: table.get(name) for name in _OLDER}
    found: dict[str, Any] = {
        name: marked.text(longest=64)
        for name, marked in texts.items()
        if marked is not None
    }
    free = table.get("free_service")
    return found if free is None else found | {"free_service": free.flag()}


def _types(name: str) -> tuple[str, ...]:
    kind = "AC" if name in AC_SERVICES else "DC"
    return tuple(each for each in CONNECTOR_TYPES if each.startswith(kind))
