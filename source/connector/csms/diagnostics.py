"""Diagnostics and logs: where stations put them, and how far they are.

1.6, section 5.8 (GetDiagnostics), and GetLog of the security whitepaper and of 2.x
(block N), which has logs of several types and ids of requests.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from connector.csms.context import Context
from connector.csms.events import FileUploaded, Forgotten
from connector.csms.file_places import FilePlaces
from connector.csms.file_requests import Reply, waits_s
from connector.csms.file_urls import files_url
from connector.csms.progress import Progress
from connector.csms.request_ids import RequestIds
from connector.csms.station import STATION, Station
from connector.ocppj.frames import Call
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]
Stations = Mapping[str, Station]

logger = logging.getLogger(__name__)

_OF_GET_LOG = ("log", "logType", "requestId")
"""Members that only GetLog has."""
_TIMES = {"startTime": "oldestTimestamp", "stopTime": "latestTimestamp"}
_NOTHING_TO_UPLOAD = "the station has nothing to upload"
_FAILED = frozenset(
    {
        "UploadFailed",
        "UploadFailure",
        "BadMessage",
        "NotSupportedOperation",
        "PermissionDenied",
    }
)


class Diagnostics:
    """Asks for logs, takes them, and shows what is said of them."""

    def __init__(self, context: Context, files: FilePlaces, ids: RequestIds) -> None:
        self._context = context
        self._files = files
        self._ids = ids
        self._progress = Progress(context, "log_status", _FAILED)
        self._stations: Stations = {}
        self.handlers: dict[str, Handler] = {
            "DiagnosticsStatusNotification": self.on_status,
            "LogStatusNotification": self.on_status,
        }
        self.handlers_2: dict[str, Handler] = {
            "LogStatusNotification": self.on_status,
        }
        context.events.subscribe(
            Forgotten, lambda event: files.forget_station(event.station.identity)
        )

    async def start(self, stations: Stations) -> None:
        """Take up the names that stations were told.

        Raises:
            StoreError: they cannot be read.
        """
        self._stations = stations
        await self._files.load(stations)
        self._files.on_uploaded = self._uploaded

    async def finish(self) -> None:
        """Nothing is waited for: every name is kept before it is told."""

    def on_status(self, station: Station, call: Call) -> Answer:
        """DiagnosticsStatusNotification, LogStatusNotification."""
        return Answer({}, lambda: self._progress.tell(station, call.payload))

    def _uploaded(self, identity: str, path: str, name: str) -> None:
        logger.info("%s: uploaded %s (in DATA_DIR)", identity, path)
        station = self._stations.get(identity)
        if station is not None:
            self._context.tell_state(station, STATION, {"log_file": path})
            self._context.events.emit(FileUploaded(station, path, name))

    # -- asking

    async def get_log(self, station: Station, wanted: Json) -> Reply:
        """GetDiagnostics, or GetLog where its members are given.

        What is missing is filled in: a place of ours, the type, an id.

        Raises:
            CommandRejected: the station cannot reach our place.
            StoreError: the name of our place cannot be kept.
            ConnectorError: as `Station.call`.
        """
        if station.speaks_2 or any(member in wanted for member in _OF_GET_LOG):
            return await self._get_log(station, wanted)
        payload = {**wanted, "location": await self._location(station, wanted)}
        answer = await station.call("GetDiagnostics", payload)
        # 1.6, section 6.22: no file name means that there is nothing.
        name = answer.get("fileName")
        return Reply("GetDiagnostics", answer, name or _NOTHING_TO_UPLOAD)

    async def _get_log(self, station: Station, wanted: Json) -> Reply:
        payload = {"logType": "DiagnosticsLog", **wanted}
        log = payload.setdefault("log", {})
        if isinstance(log, dict):
            payload["log"] = await self._log(station, payload, log)
        if "requestId" not in payload:
            payload["requestId"] = self._ids.next(station)
        answer = await station.call("GetLog", payload)
        parts = [f"requestId {payload['requestId']}", answer.get("filename")]
        return Reply("GetLog", answer, ", ".join(filter(None, parts)))

    async def _log(self, station: Station, payload: Json, given: Json) -> Json:
        """The member ``log``; members of GetDiagnostics mean the same in it."""
        log = dict(given)
        for theirs, ours in _TIMES.items():
            if theirs in payload:
                log.setdefault(ours, payload.pop(theirs))
        location = payload.pop("location", None)
        if "remoteLocation" not in log:
            asked = {**payload, "location": location}
            log["remoteLocation"] = await self._location(station, asked)
        return log

    async def _location(self, station: Station, wanted: Json) -> Any:
        """Theirs, or a new place of ours."""
        if wanted.get("location") is not None:
            return wanted["location"]
        # A directory: stations put their own file name behind it (1.6, section 6.21).
        url = files_url(self._files.options, self._files.port, station)
        name = await self._files.expect_upload(station.identity, waits_s(wanted))
        return f"{url}{name}/"
