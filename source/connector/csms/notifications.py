"""What stations tell of firmware, logs and security, and what they ask that we lack."""

from __future__ import annotations

from typing import Any

import orjson

from connector.csms.context import Context, at
from connector.csms.facts import Scalar
from connector.csms.station import STATION, Station
from connector.ocppj.frames import Call
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

# action: the sensor that shows its status
_STATUSES = {
    "DiagnosticsStatusNotification": "log_status",
    "FirmwareStatusNotification": "firmware_status",
    "LogStatusNotification": "log_status",
    "SignedFirmwareStatusNotification": "firmware_status",
}


class Notifications:
    """Answers them and shows what they say."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.handlers: dict[str, Handler] = {
            **dict.fromkeys(_STATUSES, self.on_status),
            "SecurityEventNotification": self.on_security_event,
            "SignCertificate": self.on_sign_certificate,
        }

    def on_status(self, station: Station, call: Call) -> Answer:
        """A status of a firmware update or of an upload."""
        return self._told(station, _STATUSES[call.action], call.payload["status"])

    def on_security_event(self, station: Station, call: Call) -> Answer:
        """SecurityEventNotification."""
        text = orjson.dumps(call.payload).decode()
        return self._told(station, "security_event", text)

    def on_sign_certificate(self, station: Station, call: Call) -> Json:
        """SignCertificate: there is nobody here who signs."""
        return {"status": "Rejected"}

    def _told(self, station: Station, name: str, value: Scalar) -> Answer:
        values = {at(STATION, name): value}
        return Answer({}, lambda: self._context.tell(station, values))
