"""Firmware updates: all of them from the request to the first boot (2.x part 2, L).

The statuses are those of 2.x and of 1.6's whitepaper; a plain UpdateFirmware of 1.6 has
fewer, and its writer leaves the others out.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from connector.errors import CertificateError
from connector.station.client.clock import Clock, pause
from connector.station.core.calls import Answer
from connector.station.device_model.values import Values
from connector.station.maintenance import signatures
from connector.station.maintenance.options import InstallationFailed, MaintenanceOptions
from connector.station.maintenance.telling import Teller
from connector.station.maintenance.transfers import (
    TransferFailed,
    Transfers,
    check_url,
    name_in,
)
from connector.station.maintenance.work import Work, try_often

logger = logging.getLogger(__name__)

ACTION = "FirmwareStatusNotification"
VERSION = "Controller/FirmwareVersion"
NEW_SESSIONS = "ChargingStation/AllowNewSessionsPendingFirmwareUpdate"
_KEPT = "firmware"
_LOOK_EVERY_S = 2.0
_IDLE_AFTER = frozenset(
    {
        "Installed",
        "DownloadFailed",
        "InvalidSignature",
        "InstallationFailed",
        "InstallVerificationFailed",
    }
)


@dataclass(frozen=True, slots=True)
class Update:
    """What a central system wants to be installed; times are epoch ms."""

    location: str
    retrieve_ms: int
    install_ms: int | None = None
    request_id: int | None = None
    """None: the plain UpdateFirmware of 1.6."""
    signature: str | None = None
    certificate: str | None = None
    retries: int | None = None
    retry_interval_s: float | None = None


class _Failed(Exception):
    """An update has ended; the status says how."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason


class FirmwareUpdates:
    """Accepts an update, and carries it out."""

    def __init__(
        self,
        teller: Teller,
        values: Values,
        clock: Clock,
        transfers: Transfers,
        options: MaintenanceOptions,
        *,
        roots: Callable[[], list[str]],
        reboot: Callable[[str], None],
    ) -> None:
        self._teller = teller
        self._values = values
        self._clock = clock
        self._transfers = transfers
        self._options = options
        self._roots = roots
        self._reboot = reboot
        self._work = Work(f"{values.model.identity}: firmware")
        self._booted = asyncio.Event()
        self._last: dict[str, object] = {"status": "Idle"}
        self._holds_back = False
        self._is_now(values.text(VERSION))

    # -- requests

    def accept(self, update: Update) -> Answer:
        """Whether it will be tried; begin it with `begin` once that was answered."""
        if self._work.is_running and self._work.is_binding:
            return Answer("Rejected", "FwUpdateInProgress", "it is being installed")
        try:
            check_url(update.location)
        except TransferFailed as problem:
            return Answer("Rejected", "InvalidURL", problem.reason)
        if (update.signature is None) != (update.certificate is None):
            expected = "expected both signature and signingCertificate, or neither"
            return Answer("Rejected", "MissingParam", expected)
        if update.certificate is not None:
            try:
                signatures.check_certificate(
                    update.certificate, self._roots(), self._clock.now_ms()
                )
            except CertificateError as problem:
                self._teller.security("InvalidFirmwareSigningCertificate", str(problem))
                return Answer("InvalidCertificate", "InvalidCertificate", str(problem))
        return Answer("AcceptedCanceled" if self._work.is_running else "Accepted")

    def begin(self, update: Update) -> None:
        """Carry it out, instead of another that has not come too far."""
        if not (self._work.is_running and self._work.is_binding):
            self._let_sessions_begin()
            self._work.begin(lambda: self._run(update))

    def told_last(self) -> dict[str, object]:
        """What is said of it when that is asked for (2.x, L01.FR.25)."""
        if self._last["status"] in _IDLE_AFTER:
            return {"status": "Idle"}
        return dict(self._last)

    def booted(self) -> None:
        """The station has booted, and somebody listens."""
        self._booted.set()

    def resume(self) -> None:
        """The process has started: an installation that waited for that is done."""
        kept = self._values.remembered(_KEPT)
        if isinstance(kept, dict):
            request_id = kept.get("requestId")
            self._finish(request_id if isinstance(request_id, int) else None)

    async def stop(self) -> None:
        """Give up what can be given up."""
        self._work.cancel()
        await self._work.finish()

    async def settled(self) -> None:
        """Wait until nothing is being done."""
        await self._work.finish()

    # -- the update

    async def _run(self, update: Update) -> None:
        handle, name = tempfile.mkstemp(".firmware", dir=self._folder())
        os.close(handle)
        path = Path(name)
        try:
            await self._fetch(update, path)
            await self._verify(update, path)
            await self._wait_for_its_time(update)
            await self._install(update, path)
        except _Failed as failed:
            self._teller.note(f"firmware: {failed.reason}")
            self._tell(update.request_id, failed.status)
        except Exception:
            # Whatever an installer of others does, the central system hears of it.
            self._tell(update.request_id, "InstallationFailed")
            raise
        finally:
            self._let_sessions_begin()
            _remove(path)

    def _folder(self) -> Path | None:
        if self._values.folder is not None:
            self._values.folder.mkdir(parents=True, exist_ok=True)
        return self._values.folder

    async def _fetch(self, update: Update, path: Path) -> None:
        now_ms = self._clock.now_ms()
        if update.retrieve_ms > now_ms:
            self._tell(update.request_id, "DownloadScheduled")
            await self._wait_until(update.retrieve_ms)
        self._tell(update.request_id, "Downloading")
        options = self._options
        retries, interval_s = update.retries, update.retry_interval_s

        async def transfer() -> None:
            most = options.most_firmware_bytes
            await self._transfers.download(update.location, path, most)

        try:
            await try_often(
                self._clock,
                transfer,
                options.retries if retries is None else retries,
                options.retry_interval_s if interval_s is None else interval_s,
            )
        except (TransferFailed, OSError) as problem:
            raise _Failed("DownloadFailed", str(problem)) from None
        self._tell(update.request_id, "Downloaded")

    async def _verify(self, update: Update, path: Path) -> None:
        if update.certificate is None or update.signature is None:
            return
        try:
            await asyncio.to_thread(
                signatures.verify, path, update.signature, update.certificate
            )
        except CertificateError as problem:
            self._teller.security("InvalidFirmwareSignature", str(problem))
            raise _Failed("InvalidSignature", str(problem)) from None
        self._tell(update.request_id, "SignatureVerified")

    async def _wait_for_its_time(self, update: Update) -> None:
        """Until it may be installed, and nobody charges (L01.FR.06)."""
        now_ms = self._clock.now_ms()
        is_early = update.install_ms is not None and update.install_ms > now_ms
        if is_early or self._is_busy():
            self._tell(update.request_id, "InstallScheduled")
        if is_early and update.install_ms is not None:
            await self._wait_until(update.install_ms)
        while self._is_busy():
            self._hold_sessions_back()
            await pause(self._clock, _LOOK_EVERY_S)

    async def _wait_until(self, time_ms: int) -> None:
        """The clock may be set meanwhile."""
        while (left_s := (time_ms - self._clock.now_ms()) / 1000) > 0:
            await pause(self._clock, min(left_s, 3600.0))

    def _is_busy(self) -> bool:
        return any(True for _ in self._teller.core.all_running())

    def _hold_sessions_back(self) -> None:
        """Who is idle serves nobody until it is done (L01.FR.07)."""
        is_on = self._teller.core.status(0)[0] != "Unavailable"
        if self._holds_back or self._values.flag(NEW_SESSIONS) or not is_on:
            return
        self._holds_back = True
        self._switch(is_operative=False)

    def _let_sessions_begin(self) -> None:
        if self._holds_back:
            self._holds_back = False
            self._switch(is_operative=True)

    def _switch(self, *, is_operative: bool) -> None:
        now_ms = self._clock.now_ms()
        core = self._teller.core
        core.change_availability(0, 0, now_ms, is_operative=is_operative)

    async def _install(self, update: Update, path: Path) -> None:
        self._work.is_binding = True
        self._tell(update.request_id, "Installing")
        name = name_in(update.location)
        try:
            version = await self._options.install(path, name)
            self._values.override(VERSION, version[:50])
            self._values.remember(_KEPT, {"requestId": update.request_id})
        except InstallationFailed as problem:
            is_unfit = problem.is_unfit
            status = "InstallVerificationFailed" if is_unfit else "InstallationFailed"
            raise _Failed(status, problem.reason) from None
        except (OSError, ValueError) as problem:
            raise _Failed("InstallationFailed", str(problem)) from None
        self._is_now(version[:50])
        self._tell(update.request_id, "InstallRebooting")
        await self._boot()
        self._finish(update.request_id)

    def _is_now(self, version: str) -> None:
        """What the station says when it boots."""
        site = self._teller.core.site
        if site.model.firmware_version != version:
            site.model = replace(site.model, firmware_version=version)

    async def _boot(self) -> None:
        self._booted.clear()
        self._reboot("FirmwareUpdate")
        timer = self._clock.call_later(self._options.boots_within_s, self._booted.set)
        await self._booted.wait()
        timer.cancel()

    def _finish(self, request_id: int | None) -> None:
        try:
            self._values.remember(_KEPT, None)
        except OSError as problem:
            logger.error("%s: %s", self._values.model.identity, problem)
        self._tell(request_id, "Installed")
        self._teller.security("FirmwareUpdated", self._values.text(VERSION))

    def _tell(self, request_id: int | None, status: str) -> None:
        details: dict[str, object] = {"status": status}
        if request_id is not None:
            details["requestId"] = request_id
        self._last = details
        self._teller.note(f"firmware: {status}")
        self._teller.report(ACTION, details)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as problem:
        logger.warning("%s stays: %s", path, problem.strerror)
