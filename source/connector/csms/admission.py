"""What a station that is not adopted may say (2.x B02, and 1.6 likewise).

Boot, heartbeat and status get their answer, and so does what we asked for. The rest is
refused, so that the station keeps it until somebody adopts it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from connector.csms.asked import REPORTS, named
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
    "PublishFirmwareStatusNotification",
    *sorted(REPORTS),
)
_DETAIL = "this station is not accepted yet"


class Reception:
    """The handlers that a station gets: by its version, and by what is decided."""

    def __init__(self, of_16: dict[str, Handler], of_2: dict[str, Handler]) -> None:
        self.of_16 = of_16
        self.of_2 = of_2
        self._waiting_16 = restricted(of_16)
        self._waiting_2 = restricted(of_2)

    def of(self, station: Station) -> Mapping[str, Handler]:
        """Those of a station as it is now."""
        if station.is_served:
            return self.of_2 if station.speaks_2 else self.of_16
        return self._waiting_2 if station.speaks_2 else self._waiting_16


def restricted(handlers: Mapping[str, Handler]) -> Mapping[str, Handler]:
    """The handlers of a station that is not adopted."""
    table: dict[str, Handler] = dict.fromkeys(handlers, _refuse)
    table |= {action: handlers[action] for action in _ALWAYS}
    table |= {
        action: _only_asked(handlers[action])
        for action in _WHEN_ASKED
        if action in handlers
    }
    table["Authorize"] = _invalid
    return MappingProxyType(table)


def _refuse(station: Station, call: Call) -> Any:
    if station.first_time(f"refused {call.action}"):
        logger.warning(
            "%s: is Pending, %s is refused; it has to keep it",
            station.identity,
            call.action,
        )
    raise RemoteProtocolError(DIALECTS[station.spoken].security, _DETAIL)


def _invalid(station: Station, call: Call) -> Any:
    member = "idTokenInfo" if "idToken" in call.payload else "idTagInfo"
    return {member: {"status": "Invalid"}}


def _only_asked(handler: Handler) -> Handler:
    def handle(station: Station, call: Call) -> Any:
        was_asked = named(call.action, call.payload) in (station.asked or ())
        if not was_asked or "transactionId" in call.payload:
            return _refuse(station, call)
        return handler(station, call)

    return handle
