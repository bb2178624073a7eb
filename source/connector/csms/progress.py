"""How far a station is with something that takes its time: a sensor, and the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container
from typing import Any

from connector.csms.context import Context
from connector.csms.events import Forgotten, WorkTold
from connector.csms.station import STATION, Station
from connector.ocppj.redaction import excerpt

Json = dict[str, Any]

logger = logging.getLogger(__name__)


class Progress:
    """Shows statuses as they are told, asked for or not; logs each other one.

    ``shown`` makes the sensor's value of a notification.
    """

    def __init__(
        self,
        context: Context,
        sensor: str,
        failed: Container[str],
        shown: Callable[[Json], str] = lambda payload: str(payload["status"]),
    ) -> None:
        self._context = context
        self._sensor = sensor
        self._failed = failed
        self._shown = shown
        self._logged: dict[str, tuple[str, object]] = {}
        context.events.subscribe(Forgotten, self._forget)

    def _forget(self, event: Forgotten) -> None:
        self._logged.pop(event.station.identity, None)

    def tell(self, station: Station, payload: Json) -> None:
        """Take a status notification."""
        status, request_id = payload["status"], payload.get("requestId")
        self._context.tell_state(station, STATION, {self._sensor: self._shown(payload)})
        has_failed = status in self._failed
        reason = _reason(station.secrets.hide(payload.get("statusInfo", {})))
        self._context.events.emit(
            WorkTold(station, self._sensor, status, request_id, has_failed, reason)
        )
        if self._logged.get(station.identity) == (status, request_id):
            return
        self._logged[station.identity] = (status, request_id)
        logger.log(
            logging.WARNING if has_failed else logging.INFO,
            "%s: %s %.50s%s%s",
            station.identity,
            self._sensor,
            status,
            "" if request_id is None else f" (requestId {request_id})",
            reason,
        )


def _reason(info: Json) -> str:
    """What 2.1 tells of it."""
    texts = (info.get("reasonCode"), info.get("additionalInfo"))
    return "".join(f": {excerpt(text)}" for text in texts if text)
