"""Firmware, logs and certificates of one station, as its clients use them."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from connector.station.client.clock import Clock
from connector.station.core.station import StationCore
from connector.station.device_model.reports import BASES
from connector.station.device_model.values import Values
from connector.station.maintenance import firmware, log_uploads
from connector.station.maintenance.certificate_store import (
    CSMS,
    MANUFACTURER,
    CertificateStore,
)
from connector.station.maintenance.firmware import FirmwareUpdates
from connector.station.maintenance.log_uploads import LogUploads
from connector.station.maintenance.options import MaintenanceOptions
from connector.station.maintenance.own_certificate import STATION, OwnCertificate
from connector.station.maintenance.station_log import StationLog
from connector.station.maintenance.telling import Teller
from connector.station.maintenance.transfers import Transfers

_PROFILE = "SecurityCtrlr/SecurityProfile"


class Maintenance:
    """Parts are made when they are needed first: an idle station has none of them.

    ``reboot`` is asked to start the station anew, for a BootReasonEnum of 2.x; after
    the boot somebody calls `booted`.
    """

    def __init__(
        self,
        core: StationCore,
        values: Values,
        clock: Clock,
        folder: Path | None,
        *,
        reboot: Callable[[str], None],
        options: MaintenanceOptions | None = None,
    ) -> None:
        self._core = core
        self._values = values
        self._clock = clock
        self._folder = folder
        self._reboot = reboot
        self._options = options or MaintenanceOptions()

    # -- parts

    @cached_property
    def teller(self) -> Teller:
        """Events, and both logs."""
        return Teller(
            self._core, self._clock.now_ms, self._log("station"), self._log("security")
        )

    def _log(self, name: str) -> StationLog:
        path = self._folder / f"{name}.log" if self._folder else None
        return StationLog(path, self._options.most_log_bytes)

    @cached_property
    def roots(self) -> CertificateStore:
        """Installed root certificates."""
        return CertificateStore(self._certificates())

    def _certificates(self) -> Path | None:
        return self._folder / "certificates" if self._folder else None

    @cached_property
    def own_certificate(self) -> OwnCertificate:
        """The station's own."""
        return OwnCertificate(
            self._certificates(), self.teller, self._values, self._clock
        )

    @cached_property
    def firmware(self) -> FirmwareUpdates:
        """Updates."""
        return FirmwareUpdates(
            self.teller,
            self._values,
            self._clock,
            self._transfers,
            self._options,
            roots=lambda: self.roots.roots(MANUFACTURER),
            reboot=self._reboot,
        )

    @cached_property
    def logs(self) -> LogUploads:
        """Uploads."""
        return LogUploads(
            self.teller, self._clock, self._transfers, self._options, self._head
        )

    @cached_property
    def _transfers(self) -> Transfers:
        options = self._options
        idle_s, longest_s = options.idle_timeout_s, options.longest_transfer_s
        return Transfers(idle_s, longest_s, self._trust)

    def _trust(self) -> ssl.SSLContext:
        """Whoever the machine trusts, and whom a central system has installed."""
        context = ssl.create_default_context()
        if self._options.tls_ca is not None:
            context.load_verify_locations(self._options.tls_ca)
        for pem in self.roots.roots(CSMS, MANUFACTURER):
            context.load_verify_locations(cadata=pem)
        return context

    def _head(self) -> str:
        """What a diagnosis begins with: all values that are no secret."""
        values = self._values
        lines = [
            f"# {placed.text} = {values.text(placed.text)}\n"
            for placed in values.layout.placed.values()
            if placed.row.mutability != "WriteOnly"
        ]
        return f"# {BASES[0]}\n" + "".join(lines)

    # -- for clients

    def start(self) -> None:
        """The process has started: tell what an update before it has to tell."""
        version = self._values.text(firmware.VERSION)
        is_new = version != self._core.model.firmware_version
        if is_new or self._values.remembered("firmware"):
            self.firmware.resume()

    def booted(self) -> None:
        """The station has booted, and was accepted."""
        if "firmware" in self.__dict__:
            self.firmware.booted()

    def told_last(self, action: str) -> dict[str, object]:
        """The details of a status that was asked for (TriggerMessage)."""
        part = {firmware.ACTION: "firmware", log_uploads.ACTION: "logs"}.get(action)
        if part is None or part not in self.__dict__:
            return {"status": "Idle"}
        found: dict[str, object] = getattr(self, part).told_last()
        return found

    def ask_for_certificate(self, kind: str = STATION) -> bool:
        """SignCertificate; False: no key can be kept."""
        try:
            self.own_certificate.ask(kind)
        except (OSError, KeyError) as problem:
            self.teller.note(f"certificate: not asked for: {problem}")
            return False
        return True

    def security_event(self, kind: str, info: str = "") -> None:
        """Something of security has happened."""
        self.teller.security(kind, info)

    def note(self, text: str) -> None:
        """A line of the station's log."""
        self.teller.note(text)

    @property
    def needs_csms_root(self) -> bool:
        """Whether the link depends on a root certificate (profiles 2 and 3)."""
        return self._values.number(_PROFILE) >= 2

    @property
    def now_ms(self) -> int:
        """The station's time."""
        return self._clock.now_ms()

    async def stop(self) -> None:
        """Give up what is being done."""
        for part in ("firmware", "logs"):
            if part in self.__dict__:
                await getattr(self, part).stop()
        if "own_certificate" in self.__dict__:
            self.own_certificate.stop()
