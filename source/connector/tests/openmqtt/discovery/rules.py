"""What Home Assistant accepts, as data.

From its own sources: the classes, units and state classes of
``homeassistant/components/sensor/const.py`` (``DEVICE_CLASS_UNITS`` and
``DEVICE_CLASS_STATE_CLASSES``, those that are used here), and the frame of a device
message from ``homeassistant/components/mqtt/schemas.py`` and ``discovery.py``
(``DEVICE_DISCOVERY_SCHEMA``, ``TOPIC_MATCHER``), which came with release 2024.11.
`test_schemas` applies the package itself to every entity.
"""

from __future__ import annotations

import re
from typing import Any

UNITS: dict[str, set[str | None]] = {
    "battery": {"%"},
    "current": {"A", "mA"},
    "duration": {"d", "h", "min", "ms", "s"},
    "energy": {"GJ", "MJ", "MWh", "Wh", "kWh"},
    "energy_storage": {"GJ", "MJ", "MWh", "Wh", "kWh"},
    "frequency": {"GHz", "Hz", "MHz", "kHz"},
    "power": {"W", "kW"},
    "power_factor": {"%", None},
    "reactive_power": {"var"},
    "temperature": {"K", "°C", "°F"},
    "voltage": {"V", "mV"},
}
STATE_CLASSES: dict[str, set[str]] = {
    **{name: {"measurement"} for name in UNITS},
    "duration": {"measurement", "total", "total_increasing"},
    "energy": {"total", "total_increasing"},
}
WITHOUT_UNIT = {"enum", "timestamp", "date"}

TOPIC = re.compile(r"device/([a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config")
"""Behind the prefix."""
DEVICE = {
    "identifiers",
    "manufacturer",
    "model",
    "name",
    "serial_number",
    "sw_version",
    "via_device",
}
FRAME = {"device", "origin", "components", "availability", "availability_mode"}
PLATFORMS = {
    "binary_sensor",
    "button",
    "event",
    "number",
    "select",
    "sensor",
    "switch",
    "text",
}


def problems_of_frame(topic: str, payload: dict[str, Any]) -> list[str]:
    """What Home Assistant would not take of a message, components apart."""
    found = []
    if not TOPIC.fullmatch(topic):
        found.append(f"topic {topic}")
    if payload.keys() != FRAME:
        found.append(f"members {payload.keys() ^ FRAME}")
    device = payload["device"]
    if not device.keys() <= DEVICE or not device["identifiers"]:
        found.append(f"device {device}")
    if any(not isinstance(device[k], str) for k in device.keys() - {"identifiers"}):
        found.append(f"device {device}")
    if payload["availability_mode"] not in ("all", "any", "latest"):
        found.append("availability_mode")
    for key, component in payload["components"].items():
        if component.get("platform") not in PLATFORMS or not component["unique_id"]:
            found.append(f"component {key}")
    return found


def problems_of_sensor(component: dict[str, Any]) -> list[str]:
    """What does not fit together in a sensor."""
    device_class = component.get("device_class")
    unit = component.get("unit_of_measurement")
    state_class = component.get("state_class")
    if device_class in WITHOUT_UNIT:
        is_bare = unit is None and state_class is None
        return [] if is_bare else [f"{device_class} with unit or state class"]
    if component.get("entity_category") == "config":
        return ["a sensor is no configuration"]
    if device_class is None:
        return []
    found = [] if unit in UNITS[device_class] else [f"{device_class} in {unit}"]
    if state_class is not None and state_class not in STATE_CLASSES[device_class]:
        found.append(f"{device_class} as {state_class}")
    return found
