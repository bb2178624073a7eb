"""Which sensor of the catalogue is which entity, as data; or why it is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from connector.csms.facts import Datum
from connector.csms.measurands import MEASURANDS
from connector.openmqtt.discovery import templates

Json = dict[str, Any]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entity:
    """What Home Assistant is told of a value, beside its topic and ids."""

    platform: str
    name: str
    template: str = templates.SCALAR
    more: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    is_diagnostic: bool = False
    is_enabled: bool = True
    has_attributes: bool = False
    """The value is JSON: its members are shown, too."""
    is_of_the_link: bool = False
    """It says something while the station is away."""


STATUSES = (
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEV",
    "SuspendedEVSE",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
)
LETTERS = ("A", "B", "C", "E", "F")


def _sensor(name: str, device_class: str = "", **more: Any) -> Entity:
    """A number or a time that is shown at once."""
    if device_class:
        more["device_class"] = device_class
    return Entity("sensor", name, more=more)


def _text(name: str, *, enabled: bool = True) -> Entity:
    return Entity(
        "sensor", name, templates.TEXT, is_diagnostic=True, is_enabled=enabled
    )


def _detail(name: str, device_class: str = "", **more: Any) -> Entity:
    """A number or a time for who looks closer."""
    if device_class:
        more["device_class"] = device_class
    return Entity("sensor", name, more=more, is_diagnostic=True, is_enabled=False)


def _json(name: str, template: str = templates.TEXT) -> Entity:
    return Entity(
        "sensor",
        name,
        template,
        is_diagnostic=True,
        is_enabled=False,
        has_attributes=True,
    )


def _words(name: str, options: tuple[str, ...]) -> Entity:
    more = {"device_class": "enum", "options": list(options)}
    return Entity("sensor", name, templates.one_of(options), more)


def _flag(name: str, device_class: str = "", **about: Any) -> Entity:
    more = {"payload_on": "true", "payload_off": "false"}
    if device_class:
        more["device_class"] = device_class
    return Entity("binary_sensor", name, more=more, **about)


def _watts(name: str) -> Entity:
    return _detail(name, "power", unit_of_measurement="W", state_class="measurement")


def _amperes(name: str) -> Entity:
    return _detail(name, "current", unit_of_measurement="A", state_class="measurement")


def _duration(name: str, unit: str) -> Entity:
    return _detail(name, "duration", unit_of_measurement=unit)


# fmt: off
SENSOR_ENTITIES: Mapping[str, Entity] = MappingProxyType({
    "connected": _flag("Connected", "connectivity", is_diagnostic=True, is_of_the_link=True),
    "registration": _text("Registration", enabled=False),
    "ocpp_version": _text("OCPP version"),
    "security_profile": _detail("Security profile"),
    "boot_reason": _text("Boot reason", enabled=False),
    "last_seen": _detail("Last seen", "timestamp"),
    "latency_ms": _detail("Latency", "duration", unit_of_measurement="ms", state_class="measurement"),
    "reconnects": _detail("Reconnects", state_class="total_increasing"),
    "status": _words("Status", STATUSES),
    "error_code": _text("Error code"),
    "firmware_status": _text("Firmware status", enabled=False),
    "log_status": _text("Log status", enabled=False),
    "log_file": _text("Log file", enabled=False),
    "connectors": _detail("Connectors"),
    "security_event": _json("Security event"),
    "certificate_days_left": _duration("Certificate expires in", "d"),
    "last_event": _json("Last event"),
    "monitors": _json("Monitors"),
    "published_firmware": _json("Published firmware"),
    "last_data_transfer": _json("Last data transfer"),
    "last_transaction": _json("Last transaction", templates.TRANSACTION),
    "status_iec": _words("IEC 61851 status", LETTERS),
    "vendor_error_code": _text("Vendor error code", enabled=False),
    "plugged": _flag("Vehicle", "plug"),
    "charging": _flag("Charging", "battery_charging"),
    "transaction_id": _text("Transaction", enabled=False),
    "transaction_active": _flag("Transaction active", "running"),
    "id_token": _text("Token"),
    "session_energy": _sensor("Session energy", "energy", unit_of_measurement="Wh", state_class="total_increasing"),
    "session_start": _sensor("Session start", "timestamp"),
    "session_seconds": _sensor("Session duration", "duration", unit_of_measurement="s", suggested_display_precision=0),
    "stop_reason": _text("Stop reason"),
    "reservation_id": _detail("Reservation"),
    "power_limit": _watts("Power limit in force"),
    "current_limit": _amperes("Current limit in force"),
    "power_limit_asked": _watts("Power limit asked"),
    "current_limit_asked": _amperes("Current limit asked"),
    "power_limit_effective": _sensor("Effective power limit", "power", unit_of_measurement="W", state_class="measurement"),
    "limit_min": _watts("Smallest power limit"),
    "limit_max": _watts("Largest power limit"),
    "session_cost": _sensor("Session cost"),
    "session_cost_details": _json("Session cost details"),
    "default_tariff": _text("Default tariff", enabled=False),
    "display_messages": _json("Display messages"),
    "der_alarm": _json("DER alarm"),
    "der_controls": _json("DER controls"),
    "der_report": _json("DER report"),
    "battery_swap": _json("Battery swap"),
    "settlement": _json("Settlement"),
    "external_limit": _json("External limits"),
    "charging_profiles": _json("Charging profiles"),
    "ev_charging_needs": _json("Charging needs"),
    "ev_charging_schedule": _json("Vehicle's schedule"),
    "priority_charging": _flag("Priority charging"),
})
WITHOUT: Mapping[str, str] = MappingProxyType({
    "vendor": "the manufacturer of the device",
    "model": "the model of the device",
    "serial_number": "the serial number of the device",
    "firmware_version": "the version of the device",
    "enabled": "the switch `enabled` shows it",
    "customer_information": "personal: Home Assistant would keep it",
})
"""Sensors of the catalogue without an entity of their own, and why."""
# fmt: on

PROBLEM = _flag("Problem", "problem", is_diagnostic=True)
"""Beside `status`: true while it is Faulted."""

UNIT_CLASSES: Mapping[str, Json] = MappingProxyType(
    {
        "W": {"device_class": "power", "unit_of_measurement": "W"},
        "A": {"device_class": "current", "unit_of_measurement": "A"},
        "V": {"device_class": "voltage", "unit_of_measurement": "V"},
        "Hz": {"device_class": "frequency", "unit_of_measurement": "Hz"},
        "var": {"device_class": "reactive_power", "unit_of_measurement": "var"},
        "Celsius": {"device_class": "temperature", "unit_of_measurement": "°C"},
        "s": {"device_class": "duration", "unit_of_measurement": "s"},
        "Wh": {"device_class": "energy", "unit_of_measurement": "Wh"},
        "varh": {"unit_of_measurement": "varh"},
        "VAh": {"unit_of_measurement": "VAh"},
        "Percent": {"unit_of_measurement": "%"},
        "rpm": {"unit_of_measurement": "rpm"},
        "": {},
    }
)
"""What a unit of the catalogue is in Home Assistant."""
_CLASSES: Mapping[str, Json] = MappingProxyType(
    {
        "SoC": {"device_class": "battery"},
        "Display.PresentSOC": {"device_class": "battery"},
        "Power.Factor": {"device_class": "power_factor"},
    }
)
_SHORT: Mapping[str, str] = MappingProxyType(
    {
        "Power.Active.Import": "Power",
        "Power.Active.Export": "Power export",
        "Energy.Active.Import.Register": "Energy",
        "Energy.Active.Export.Register": "Energy export",
        "Current.Import": "Current",
        "Current.Export": "Current export",
        "SoC": "State of charge",
        "Temperature": "Temperature",
        "Voltage": "Voltage",
    }
)
"""Shown at once; all others wait until somebody enables them."""
_ENERGIES = ("Wh", "varh", "VAh")


def measurand_entity(name: str) -> Entity:
    """The entity of a measurand, in its total."""
    unit = MEASURANDS[name].unit
    more = {**UNIT_CLASSES[unit], **_CLASSES.get(name, {})}
    state_class = _state_class(name, unit)
    if unit == "Wh" and state_class == "measurement":
        more["device_class"] = "energy_storage"
    if state_class:
        more["state_class"] = state_class
    is_main = name in _SHORT
    shown = _SHORT.get(name) or spoken(name)
    return Entity(
        "sensor", shown, more=more, is_diagnostic=not is_main, is_enabled=is_main
    )


def _state_class(name: str, unit: str) -> str:
    """A reading rises, a net goes both ways; what an interval held is no reading."""
    if unit not in _ENERGIES or name.startswith(("Display.", "EnergyRequest.")):
        return "measurement"
    if name.endswith((".Net",)):
        return "total"
    return "" if name.endswith(".Interval") else "total_increasing"


def spoken(name: str) -> str:
    """A name of OCPP as words: ``Power.Active.Import`` is ``Power active import``."""
    text = name.replace(".", " ").replace("_", " ")
    return text[:1].upper() + (text[1:].lower() if text.istitle() else text[1:])


UNKNOWN = Entity("sensor", "", templates.TEXT, is_diagnostic=True, is_enabled=False)
"""A measurand that only this station knows: nothing can be said of its kind."""

MEASURAND_ENTITIES: Mapping[str, Entity] = MappingProxyType(
    {name: measurand_entity(name) for name in MEASURANDS}
)


def entity_of(datum: Datum) -> Entity | None:
    """The entity of a value; None where `WITHOUT` says why, or it is none."""
    if datum.suffix or datum.name in WITHOUT:
        return None
    found = SENSOR_ENTITIES.get(datum.name) or MEASURAND_ENTITIES.get(datum.name)
    return found or UNKNOWN
