"""Payments at the station (2.1, use cases C18 to C25).

Nothing is paid through the connector: what a terminal has settled is shown, and a VAT
number is not vouched for, since nobody here can check it.
"""

from __future__ import annotations

import logging
from typing import Any

from connector.csms.context import Context
from connector.csms.station import STATION, Station
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blanked_json
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_LONGEST_VAT_NUMBER = 20
_LONGEST_VAT_NUMBER = 20
_NOT_CHECKED = {
    "reasonCode": "UnsupportedRequest",
    "additionalInfo": "VAT numbers are not checked here",
}


class Payment:
    """Takes what stations tell of payments."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.handlers: dict[str, Handler] = {
            "NotifySettlement": self.on_settlement,
            "VatNumberValidation": self.on_vat_number,
        }

    def on_settlement(self, station: Station, call: Call) -> Answer:
        """NotifySettlement; the receipt is the station's, if there is one."""
        return Answer({}, lambda: self._tell(station, call.payload))

    def _tell(self, station: Station, settlement: Json) -> None:
        logger.info(
            "%s: a payment of transaction %s: %s",
            station.identity,
            settlement.get("transactionId", "(none)"),
            settlement["status"],
        )
        text = blanked_json(settlement)
        self._context.tell_state(station, STATION, {"settlement": text})

    def on_vat_number(self, station: Station, call: Call) -> Json:
        """VatNumberValidation: Rejected, as long as nobody can say that it is valid."""
        if station.first_time("VAT"):
            logger.warning(
                "%s: wants a VAT number checked; it is told that nobody here can",
                station.identity,
            )
        # What is tolerated in a question has no place in an answer.
        answer = {
            "vatNumber": call.payload["vatNumber"][:_LONGEST_VAT_NUMBER],
            "status": "Rejected",
            "statusInfo": _NOT_CHECKED,
        }
        if call.payload.get("evseId", -1) >= 0:
            answer["evseId"] = call.payload["evseId"]
        return answer
