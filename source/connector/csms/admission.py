"""What a station that is not adopted may say (2.x B02, and 1.6 likewise).

Boot, heartbeat and status get their answer, and so does what we asked for. The rest is
refused, so that the station keeps it until somebody adopts it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from connector.csms.station import Station
from connector.errors import RemoteProtocolError
from connector.ocppj.dialects import DIALECTS
from connector.ocppj.frames import Call
from connector.sessions.handlers import Handler

logger = logging.getLogger(__name__)

_ALWAYS = ("BootNotification", "Heartbeat", "StatusNotification")
_WHEN_ASKED = (
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    "MeterValues",
)
_DETAIL = "this station is not adopted yet"


def restricted(handlers: Mapping[str, Handler]) -> Mapping[str, Handler]:
    """The handlers of a station that is not adopted."""
    table: dict[str, Handler] = dict.fromkeys(handlers, _refuse)
    table |= {action: handlers[action] for action in _ALWAYS}
    table |= {action: _only_asked(handlers[action]) for action in _WHEN_ASKED}
    table["Authorize"] = _invalid
    return MappingProxyType(table)


def _refuse(station: Station, call: Call) -> Any:
    if station.first_time(f"refused {call.action}"):
        logger.warning(
            "%s: is not adopted, %s is refused; it has to keep it",
            station.identity,
            call.action,
        )
    raise RemoteProtocolError(DIALECTS["1.6"].security, _DETAIL)


def _invalid(station: Station, call: Call) -> Any:
    return {"idTagInfo": {"status": "Invalid"}}


def _only_asked(handler: Handler) -> Handler:
    def handle(station: Station, call: Call) -> Any:
        was_asked = call.action in (station.asked or ())
        if not was_asked or "transactionId" in call.payload:
            return _refuse(station, call)
        return handler(station, call)

    return handle
