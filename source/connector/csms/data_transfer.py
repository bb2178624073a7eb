"""DataTransfer: what manufacturers say beside OCPP."""

from __future__ import annotations

from typing import Any

from connector.csms.context import Context, at
from connector.csms.facts import Datum, Scalar
from connector.csms.station import STATION, Station
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blanked_json
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]


class DataTransfer:
    """Shows what came; no vendor is known (1.6, section 4.3; 2.x, P02)."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.handlers: dict[str, Handler] = {"DataTransfer": self.on_data_transfer}

    def on_data_transfer(self, station: Station, call: Call) -> Answer:
        """DataTransfer."""
        text = blanked_json(call.payload)
        values: dict[Datum, Scalar] = {at(STATION, "last_data_transfer"): text}
        return Answer(
            {"status": "UnknownVendorId"},
            lambda: self._context.tell(station, values),
        )
