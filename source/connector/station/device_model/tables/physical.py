"""The station, its EVSEs and connectors (2.x part 2, appendix 3)."""

from __future__ import annotations

from typing import Any

from connector.station.device_model.rows import (
    READ_ONLY,
    Kind,
    Row,
    fixed,
    flag,
)

STATES = ("Available", "Occupied", "Reserved", "Unavailable", "Faulted")
"""ConnectorStatusEnumType."""
_STATE: dict[str, Any] = {"values": STATES, "live": "state"}

_STATION = (
    fixed("ChargingStation/AvailabilityState", Kind.OPTION, **_STATE),
    flag("ChargingStation/Available", True, mutability=READ_ONLY),
    flag("ChargingStation/Enabled", True, mutability=READ_ONLY),
    flag("ChargingStation/AllowNewSessionsPendingFirmwareUpdate", True),
    fixed("ChargingStation/Problem", Kind.BOOLEAN, live="problem"),
    fixed("ChargingStation/Model", Kind.STRING, own="model", high=20, is_constant=True),
    fixed(
        "ChargingStation/VendorName",
        Kind.STRING,
        own="vendor",
        high=50,
        is_constant=True,
    ),
    fixed(
        "ChargingStation/SerialNumber",
        Kind.STRING,
        own="serial_number",
        high=25,
        is_constant=True,
    ),
    fixed("ChargingStation/SupplyPhases", Kind.INTEGER, own="supply_phases"),
    fixed(
        "ChargingStation/Power",
        Kind.DECIMAL,
        live="power",
        unit="W",
        limit="power",
    ),
    fixed("Controller/FirmwareVersion", Kind.STRING, own="firmware_version", high=50),
    fixed("DataLink/ICCID", Kind.STRING, own="iccid", high=20),
    fixed("DataLink/IMSI", Kind.STRING, own="imsi", high=20),
    fixed("DataLink/Active", Kind.BOOLEAN, live="is_online"),
)

_EVSE = (
    fixed("EVSE/AvailabilityState", Kind.OPTION, level="evse", **_STATE),
    flag("EVSE/Available", True, mutability=READ_ONLY, level="evse"),
    flag("EVSE/Enabled", True, mutability=READ_ONLY, level="evse"),
    flag("EVSE/AllowReset", True, mutability=READ_ONLY, level="evse"),
    fixed("EVSE/EvseId", Kind.STRING, level="evse", own="evse_id"),
    fixed(
        "EVSE/ISO15118EvseId",
        Kind.STRING,
        level="evse",
        own="iso15118_id",
        high=38,
        needs="iso15118",
    ),
    fixed(
        "EVSE/Power",
        Kind.DECIMAL,
        level="evse",
        unit="W",
        live="power",
        limit="power",
    ),
    fixed("EVSE/SupplyPhases", Kind.INTEGER, level="evse", own="supply_phases"),
    fixed(
        "EVSE/ACCurrent",
        Kind.DECIMAL,
        level="evse",
        unit="A",
        live="current",
        needs="ac",
    ),
    fixed(
        "EVSE/ACVoltage",
        Kind.DECIMAL,
        level="evse",
        unit="V",
        live="voltage",
        needs="ac",
    ),
    fixed(
        "EVSE/DCCurrent",
        Kind.DECIMAL,
        level="evse",
        unit="A",
        live="current",
        needs="dc",
    ),
    fixed(
        "EVSE/DCVoltage",
        Kind.DECIMAL,
        level="evse",
        unit="V",
        live="voltage",
        needs="dc",
    ),
    fixed("EVSE/ChargingTime", Kind.INTEGER, level="evse", unit="s", live="charging"),
    fixed("EVSE/Problem", Kind.BOOLEAN, level="evse", live="problem"),
)

_CONNECTOR = (
    fixed("Connector/AvailabilityState", Kind.OPTION, level="connector", **_STATE),
    flag("Connector/Available", True, mutability=READ_ONLY, level="connector"),
    flag("Connector/Enabled", True, mutability=READ_ONLY, level="connector"),
    fixed("Connector/ConnectorType", Kind.STRING, level="connector", own="type"),
    fixed(
        "Connector/SupplyPhases", Kind.INTEGER, level="connector", own="supply_phases"
    ),
    fixed(
        "Connector/Problem",
        Kind.BOOLEAN,
        level="connector",
        live="problem",
    ),
)

PHYSICAL: tuple[Row, ...] = (*_STATION, *_EVSE, *_CONNECTOR)
