"""Which messages of a station answer calls of ours: reports, and what was triggered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

_TRIGGERS = frozenset({"TriggerMessage", "ExtendedTriggerMessage"})
_BOOT = "BootNotification"
_REPORTED_IN = {
    "CustomerInformation": "NotifyCustomerInformation",
    "GetBaseReport": "NotifyReport",
    "GetChargingProfiles": "ReportChargingProfiles",
    "GetDERControl": "ReportDERControl",
    "GetDisplayMessages": "NotifyDisplayMessages",
    "GetMonitoringReport": "NotifyMonitoringReport",
    "GetReport": "NotifyReport",
}
_TOLD_IN = {
    "GetDiagnostics": "DiagnosticsStatusNotification",
    "GetLog": "LogStatusNotification",
}
REPORTS = frozenset(_REPORTED_IN.values())
"""They name the request that they are about."""


def announced(action: str, payload: Json) -> str | None:
    """The message that a call of ours asks for, as `named` does; None: no message."""
    if action in _TRIGGERS:
        message: str = payload["requestedMessage"]
        return message
    if action in _REPORTED_IN:
        return named(_REPORTED_IN[action], payload)
    return _TOLD_IN.get(action)


def asks_for_boot(action: str, payload: Json) -> bool:
    """Whether a call of ours asks for a BootNotification."""
    return action in _TRIGGERS and payload.get("requestedMessage") == _BOOT


def named(action: str, payload: Json) -> str:
    """A message of a station, by its request where it has one."""
    return f"{action} {int(payload['requestId'])}" if action in REPORTS else action
