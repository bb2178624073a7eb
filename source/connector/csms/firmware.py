"""Firmware updates, with a signature and without, and how far they are.

1.6, section 5.19 (UpdateFirmware), the security whitepaper (SignedUpdateFirmware), and
2.x, block L, whose UpdateFirmware has the members of the latter. After ``Installed``
nothing more is assumed: the station says its version when it boots.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from connector.csms import times
from connector.csms.context import Context
from connector.csms.file_places import FilePlaces
from connector.csms.file_requests import Reply, waits_s
from connector.csms.file_urls import files_url
from connector.csms.progress import Progress
from connector.csms.request_ids import RequestIds
from connector.csms.station import Station
from connector.errors import LocalProtocolError
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blank_text
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

_OF_SIGNED = ("firmware", "requestId")
"""Members that only SignedUpdateFirmware has."""
_MOVED = {
    "location": "location",
    "retrieveDate": "retrieveDateTime",
    "retrieveDateTime": "retrieveDateTime",
    "installDateTime": "installDateTime",
    "signingCertificate": "signingCertificate",
    "signature": "signature",
}
"""Members that may be given beside ``firmware``, within which they belong."""
_FAILED = frozenset(
    {
        "DownloadFailed",
        "InstallationFailed",
        "InstallVerificationFailed",
        "InvalidSignature",
    }
)


class Firmware:
    """Asks for updates, and shows what is said of them."""

    def __init__(self, context: Context, files: FilePlaces, ids: RequestIds) -> None:
        self._context = context
        self._files = files
        self._ids = ids
        self._progress = Progress(context, "firmware_status", _FAILED)
        self.handlers: dict[str, Handler] = {
            "FirmwareStatusNotification": self.on_status,
            "SignedFirmwareStatusNotification": self.on_status,
        }
        self.handlers_2: dict[str, Handler] = {
            "FirmwareStatusNotification": self.on_status,
        }

    def on_status(self, station: Station, call: Call) -> Answer:
        """FirmwareStatusNotification, SignedFirmwareStatusNotification."""
        return Answer({}, lambda: self._progress.tell(station, call.payload))

    # -- asking

    async def update(self, station: Station, wanted: Json) -> Reply:
        """UpdateFirmware, or SignedUpdateFirmware where its members are given.

        ``file`` instead of a location is a file below ``DATA_DIR/firmware``.

        Raises:
            LocalProtocolError: there is no such file.
            CommandRejected: the station cannot reach our place.
            StoreError: the name of our place cannot be kept.
            ConnectorError: as `Station.call`.
        """
        if station.speaks_2:
            return await self._update_by_id(station, "UpdateFirmware", wanted)
        if any(member in wanted for member in _OF_SIGNED):
            return await self._update_by_id(station, "SignedUpdateFirmware", wanted)
        payload = {"retrieveDate": self._now(station), **wanted}
        await self._offer(station, payload, payload, payload["retrieveDate"])
        return Reply(
            "UpdateFirmware", await station.call("UpdateFirmware", payload), ""
        )

    async def _update_by_id(self, station: Station, action: str, wanted: Json) -> Reply:
        payload = dict(wanted)
        given = payload.setdefault("firmware", {})
        if isinstance(given, dict):
            firmware = dict(given)
            for theirs, ours in _MOVED.items():
                if theirs in payload:
                    firmware.setdefault(ours, payload.pop(theirs))
            firmware.setdefault("retrieveDateTime", self._now(station))
            if "file" in payload:
                firmware.setdefault("file", payload.pop("file"))
            await self._offer(station, firmware, payload, firmware["retrieveDateTime"])
            payload["firmware"] = firmware
        if "requestId" not in payload:
            payload["requestId"] = self._ids.next(station)
        answer = await station.call(action, payload)
        return Reply(action, answer, f"requestId {payload['requestId']}")

    def _now(self, station: Station) -> str:
        """In the station's own time, where its clock is wrong."""
        now_ms = self._context.clock.now_ms()
        return times.iso(now_ms + (station.clock_error_ms or 0))

    async def _offer(
        self, station: Station, place: Json, wanted: Json, when: object
    ) -> None:
        """Put a location of ours in the place of ``file``."""
        if "file" not in place:
            return
        file = place.pop("file")
        if "location" in place:
            raise LocalProtocolError("file and location are given, expected one")
        if not isinstance(file, str):
            raise LocalProtocolError("file is not the name of a file, expected a text")
        url = files_url(self._files.options, self._files.port, station)
        now_ms = self._context.clock.now_ms()
        later_s = ((times.parse(when) or now_ms) - now_ms) / 1000 + waits_s(wanted)
        try:
            name, called = await self._files.offer_firmware(
                station.identity, file, later_s
            )
        except FileNotFoundError as problem:
            shown = blank_text(file)
            hint = " (what has a URL is a location)" if "://" in file else ""
            raise LocalProtocolError(
                f"file {shown!r:.60} is not there{hint}: {problem}"
            ) from None
        place["location"] = f"{url}{name}/{quote(called)}"
