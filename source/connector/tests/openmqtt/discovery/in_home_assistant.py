"""Run by the Python of an environment that has Home Assistant: its rules, applied.

Each line of standard input is a JSON list of ``{"component", "values"}``: components as
an entity gets them (what the message says of all is merged in), and texts of its topic.
Each is answered by a line with a list of ``{"problems", "rendered"}``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from importlib import import_module
from typing import Any

import homeassistant.components.mqtt  # noqa: F401
from homeassistant.components.number.const import DEVICE_CLASS_UNITS as OF_NUMBERS
from homeassistant.components.sensor.const import (
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import TemplateEnvironment

_NEWER = {"sensor": {"default_entity_id", "options"}}
_NEWER_FOR_ALL = {"default_entity_id"}
"""Members that came with later releases (2024.8, 2025.10)."""
_TEMPLATES = TemplateEnvironment(None, True, False, None)


def problems(component: dict[str, Any]) -> list[str]:
    given = {k: v for k, v in component.items() if k != "platform"}
    platform = component["platform"]
    schema = import_module(f"homeassistant.components.mqtt.{platform}").DISCOVERY_SCHEMA
    try:
        taken = schema(given)
    except Exception as problem:
        return [repr(problem)]
    newer = _NEWER.get(platform, _NEWER_FOR_ALL)
    unknown = given.keys() - taken.keys() - newer
    return [f"{name} is not known" for name in unknown] + classes(platform, given)


def classes(platform: str, given: dict[str, Any]) -> list[str]:
    device_class = given.get("device_class")
    unit = given.get("unit_of_measurement")
    units = {"sensor": DEVICE_CLASS_UNITS, "number": OF_NUMBERS}.get(platform, {})
    found = []
    if device_class in units and unit not in units[device_class]:
        found.append(f"{device_class} in {unit}")
    state_class = given.get("state_class")
    allowed = DEVICE_CLASS_STATE_CLASSES.get(device_class)
    if state_class and allowed is not None and state_class not in allowed:
        found.append(f"{device_class} as {state_class}")
    return found


def rendered(component: dict[str, Any], value: str) -> str:
    template = component.get("value_template")
    if template is None:
        return value
    about: dict[str, Any] = {"value": value}
    try:
        about["value_json"] = json.loads(value)
    except ValueError:
        pass
    return str(_TEMPLATES.from_string(template).render(**about)).strip()


def answer(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "problems": problems(each["component"]),
            "rendered": [rendered(each["component"], v) for v in each["values"]],
        }
        for each in asked
    ]


async def main() -> None:
    """Templates are taken in its event loop alone, and where there is one of it."""
    HomeAssistant(".")
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


asyncio.run(main())
