"""Security events (1.6: whitepaper; 2.x: A04): shown, and logged by their weight."""

from __future__ import annotations

import logging
from typing import Any

import orjson

from connector.csms.context import Context
from connector.csms.station import STATION, Station
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blank, excerpt
from connector.ocppj.security_events import CRITICAL
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_EXPECTED = frozenset({"StartupOfTheDevice"})
"""Critical, yet a part of each boot: no reason to warn anybody."""
_LONGEST_KIND = 50
"""SecurityEventNotification.req, type."""
_AGAIN_AFTER_S = 60.0
_MOST_NOTED = 1000


class SecurityEvents:
    """Takes what stations tell of their security."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._logged: dict[tuple[str, str], float] = {}
        self.handlers: dict[str, Handler] = {
            "SecurityEventNotification": self.on_security_event
        }

    def on_security_event(self, station: Station, call: Call) -> Answer:
        """SecurityEventNotification."""
        return Answer({}, lambda: self._told(station, call.payload))

    def _told(self, station: Station, event: Json) -> None:
        event = station.secrets.hide(event)
        text = orjson.dumps(blank(event)).decode()
        self._context.tell_state(station, STATION, {"security_event": text})
        is_critical = event["type"] in CRITICAL
        kind = event["type"] if is_critical else excerpt(event["type"], _LONGEST_KIND)
        if self._is_new(station, kind):
            told = event.get("techInfo")
            logger.log(
                logging.WARNING if kind in CRITICAL - _EXPECTED else logging.INFO,
                "%s: security event %s at %.40s%s",
                station.identity,
                kind,
                event["timestamp"],
                f": {excerpt(told)}" if isinstance(told, str) else "",
            )

    def _is_new(self, station: Station, kind: str) -> bool:
        """Whether it was not logged a moment ago: stations may repeat themselves."""
        now_s = self._context.clock.monotonic()
        logged_s = self._logged.get((station.identity, kind))
        if logged_s is not None and now_s - logged_s < _AGAIN_AFTER_S:
            return False
        if len(self._logged) >= _MOST_NOTED:
            self._logged.clear()
        self._logged[station.identity, kind] = now_s
        return True
