"""Every command of the catalogue with how its value is read and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connector.datapoints import command_runs as runs
from connector.datapoints import security_runs as security
from connector.datapoints import values, variable_runs
from connector.datapoints.command_runs import Rule
from connector.datapoints.display_runs import display_message, show_message
from connector.datapoints.file_runs import get_log, update_firmware
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    Phases,
    PowerLimit,
)
from connector.datapoints.local_list_runs import local_list, send_local_list
from connector.datapoints.reservation_runs import (
    cancel_reservation,
    reservation_id,
    reserve,
)
from connector.datapoints.schedules import schedule

RESET_KINDS = {"soft": "Soft", "hard": "Hard"}
RESET_KINDS_2 = {"on_idle": "OnIdle", "immediate": "Immediate"}
_READING_ACTIONS = ("Get", "TriggerMessage", "ExtendedTriggerMessage")


def _reads_configuration(value: object) -> bool:
    return not isinstance(value, dict)


def _calls_a_reading_action(value: dict[str, str]) -> bool:
    return value["action"].startswith(_READING_ACTIONS)


def _always(_: object) -> bool:
    return True


# fmt: off
RULES: Mapping[str, Rule] = MappingProxyType({
    "power_limit": Rule(values.number_or_none, runs.limit(PowerLimit)),
    "current_limit": Rule(values.number_or_none, runs.limit(CurrentLimit)),
    "enabled": Rule(values.flag, runs.limit(Enabled)),
    "phases": Rule(values.phases, runs.limit(Phases)),
    "charging_schedule": Rule(schedule, runs.limit(lambda s: s)),
    "send_charging_profile": Rule(values.profile_or_number, runs.send_charging_profile),
    "clear_charging_profile": Rule(values.json_object_or_none, runs.clear_charging_profile),
    "get_composite_schedule": Rule(values.seconds, runs.get_composite_schedule, _always),
    "charge": Rule(values.flag, runs.charge),
    "start": Rule(values.id_token, runs.start),
    "available": Rule(values.flag, runs.available),
    "unlock": Rule(values.yes, runs.unlock),
    "reset": Rule(values.one_of(RESET_KINDS | RESET_KINDS_2), runs.reset),
    "trigger_message": Rule(values.trigger, runs.trigger_message, _always),
    "configuration": Rule(values.configuration, runs.configuration, _reads_configuration),
    "reserve": Rule(values.json_object, reserve),
    "cancel_reservation": Rule(reservation_id, cancel_reservation),
    "local_list": Rule(local_list("listVersion"), send_local_list),
    "update_firmware": Rule(values.json_object, update_firmware),
    "get_log": Rule(values.json_object_or_none, get_log),
    "data_transfer": Rule(values.json_object, runs.calling("DataTransfer")),
    "display_message": Rule(display_message, show_message),
    "password": Rule(security.password, security.change_password),
    "security_profile": Rule(security.profile, security.change_profile),
    "call": Rule(values.call, runs.call, _calls_a_reading_action),
})
RULES_2: Mapping[str, Rule] = MappingProxyType({
    **RULES,
    "configuration": Rule(values.configuration, variable_runs.configuration, _reads_configuration),
    "local_list": Rule(local_list("versionNumber"), send_local_list),
})
# fmt: on
"""The same for stations of 2.x."""
