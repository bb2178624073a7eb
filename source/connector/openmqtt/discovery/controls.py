"""Which command of the catalogue is which entity, as data; or why it is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from connector.openmqtt.discovery import templates


@dataclass(frozen=True, slots=True)
class Control:
    """An entity that writes a command."""

    platform: str
    name: str
    command: str
    variant: str
    """Behind the key in ids: one command may have several entities."""
    more: Mapping[str, Any]
    state: str = ""
    """The sensor beside it that tells its state; none: it has no state."""
    template: str = templates.SCALAR
    is_config: bool = False
    is_enabled: bool = True


def _switch(name: str, command: str, state: str, **about: Any) -> Control:
    more = {"payload_on": "true", "payload_off": "false"}
    return Control("switch", name, command, "set", more, state, **about)


def _button(
    name: str, command: str, variant: str, payload: str, **about: Any
) -> Control:
    more = {"payload_press": payload}
    if command == "reset":
        more["device_class"] = "restart"
    return Control("button", name, command, variant, more, **about)


_AUTOMATIC = "automatic"
# fmt: off
CONTROLS: tuple[Control, ...] = (
    Control("number", "Power limit", "power_limit", "set",
            {"device_class": "power", "unit_of_measurement": "W", "mode": "box", "step": 1}, "power_limit"),
    Control("number", "Current limit", "current_limit", "set",
            {"device_class": "current", "unit_of_measurement": "A", "mode": "box", "step": 1}, "current_limit"),
    _button("Release limit", "power_limit", "release", "null"),
    _switch("Charging allowed", "enabled", "enabled"),
    _switch("Charge", "charge", "transaction_active"),
    _switch("In operation", "available", "status", template=templates.AVAILABLE, is_config=True),
    Control("select", "Phases", "phases", "set",
            {"options": ["1", "3", _AUTOMATIC],
             "command_template": "{{ 'null' if value == '" + _AUTOMATIC + "' else value }}"},
            is_config=True),
    _button("Unlock", "unlock", "press", "true"),
    _button("Restart", "reset", "soft", "soft", is_config=True),
    _button("Restart at once", "reset", "hard", "hard", is_config=True, is_enabled=False),
    _button("Ask for meter values", "trigger_message", "meter", "MeterValues", is_config=True, is_enabled=False),
    _button("Ask for status", "trigger_message", "status", "StatusNotification", is_config=True, is_enabled=False),
)
WITHOUT_CONTROL: Mapping[str, str] = MappingProxyType({
    "charging_schedule": "a structure: write it in an automation",
    "send_charging_profile": "a structure: write it in an automation",
    "clear_charging_profile": "a structure: write it in an automation",
    "get_composite_schedule": "its answer is a structure",
    "start": "wants a token: the switch `charge` starts with REMOTE_ID_TOKEN",
    "configuration": "a structure: write it in an automation",
    "reserve": "a structure: write it in an automation",
    "cancel_reservation": "wants the id of a reservation",
    "local_list": "a structure: write it in an automation",
    "update_firmware": "a structure: write it in an automation",
    "get_log": "a structure: write it in an automation",
    "data_transfer": "a structure: write it in an automation",
    "display_message": "a structure: write it in an automation",
    "password": "nothing to press by mistake: a station may be lost by it",
    "security_profile": "nothing to press by mistake: a station may be lost by it",
    "call": "a structure: write it in an automation",
})
"""Commands without an entity of their own, and why."""
RESULTS = ("power_limit", "current_limit", "enabled", "charge", "phases", "available", "unlock", "reset")
"""Commands whose outcome has an entity."""
# fmt: on
TRANSACTION_EVENTS = ("started", "ended")
STATION_EVENTS = ("connected", "booted", "disconnected")
