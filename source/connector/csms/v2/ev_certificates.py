"""Certificates that vehicles need (2.x, block M): there is no Plug and Charge yet.

Everything is answered so that the station goes on without: the driver shows a card.
"""

from __future__ import annotations

import logging
from typing import Any

from connector.csms import times
from connector.csms.context import Context
from connector.csms.station import Station
from connector.errors import RemoteProtocolError
from connector.ocppj.frames import Call
from connector.sessions.handlers import Handler

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_FAILED = "Failed"
_NOT_ENABLED: Json = {
    "reasonCode": "NotEnabled",
    "additionalInfo": "no Plug and Charge",
}
_MOST_STATUSES = 4
_ASK_AGAIN_AFTER_MS = 86_400_000
_ALGORITHMS = frozenset({"SHA256", "SHA384", "SHA512"})
_SOURCES = frozenset({"CRL", "OCSP"})
_LONGEST_TEXTS = {"issuerNameHash": 128, "issuerKeyHash": 128, "serialNumber": 40}
"""Of a certificate's hashes, by member."""


class EvCertificates:
    """Answers that it has none."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.handlers: dict[str, Handler] = {
            "Get15118EVCertificate": self.on_get_certificate,
            "GetCertificateStatus": self.on_get_status,
            "GetCertificateChainStatus": self.on_get_chain_status,
        }

    def on_get_certificate(self, station: Station, call: Call) -> Json:
        """Get15118EVCertificate: a contract certificate for a vehicle."""
        _log(station, call)
        return {"status": _FAILED, "statusInfo": _NOT_ENABLED, "exiResponse": ""}

    def on_get_status(self, station: Station, call: Call) -> Json:
        """GetCertificateStatus: what an OCSP responder says of a certificate."""
        _log(station, call)
        return {"status": _FAILED, "statusInfo": _NOT_ENABLED}

    def on_get_chain_status(self, station: Station, call: Call) -> Json:
        """GetCertificateChainStatus: the same of several (2.1)."""
        asked = call.payload["certificateStatusRequests"][:_MOST_STATUSES]
        next_ms = self._context.clock.now_ms() + _ASK_AGAIN_AFTER_MS
        statuses = [_failed(item, times.iso(next_ms)) for item in asked]
        _log(station, call)
        return {"certificateStatus": statuses}


def _failed(item: Json, next_update: str) -> Json:
    hash_data, source = item["certificateHashData"], item["source"]
    algorithm = hash_data["hashAlgorithm"]
    # It has to be said again, and our own answer may not have what we tolerate.
    if source not in _SOURCES or algorithm not in _ALGORITHMS:
        raise RemoteProtocolError(
            "PropertyConstraintViolation", "source or hashAlgorithm is not known"
        )
    texts = {name: hash_data[name] for name in _LONGEST_TEXTS}
    for name, text in texts.items():
        if len(text) > _LONGEST_TEXTS[name]:
            raise RemoteProtocolError(
                "PropertyConstraintViolation", f"{name} is too long"
            )
    return {
        "certificateHashData": {"hashAlgorithm": algorithm, **texts},
        "source": source,
        "status": _FAILED,
        "nextUpdate": next_update,
    }


def _log(station: Station, call: Call) -> None:
    if station.first_time(call.action):
        logger.warning(
            "%s: %s is answered with %s: there is no Plug and Charge (told once)",
            station.identity,
            call.action,
            _FAILED,
        )
