"""What belongs to one station: what handlers and writers of a version are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from connector.station.charging.profiles import Profiles
from connector.station.client.clock import StationClock
from connector.station.core.station import StationCore
from connector.station.device_model import DeviceModel

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FirmwareUpdate:
    """UpdateFirmware of any version; without a ``request_id`` it is the old one of 1.6.

    Times are epoch ms, None: at once. ``certificate`` and ``signature`` are those of a
    signed update.
    """

    location: str
    request_id: int | None = None
    retrieve_ms: int | None = None
    install_ms: int | None = None
    certificate: str | None = None
    signature: str | None = None
    retries: int = 0
    retry_interval_s: int = 0


@dataclass(frozen=True, slots=True)
class LogUpload:
    """GetLog of any version; without a ``request_id`` it is GetDiagnostics of 1.6."""

    location: str
    kind: str = "DiagnosticsLog"
    request_id: int | None = None
    oldest_ms: int | None = None
    latest_ms: int | None = None
    retries: int = 0
    retry_interval_s: int = 0


class Upload(NamedTuple):
    """What becomes of a log: a status of GetLogResponse, and the name of the file."""

    status: str
    filename: str = ""


class Maintenance(Protocol):
    """Firmware, logs and certificates (`station.maintenance`), in the words of 2.x.

    What happens later it reports by `StationCore.report` (FirmwareStatusNotification,
    LogStatusNotification, SecurityEventNotification, SignCertificate), with
    ``requestId`` where the request had one.
    """

    def update_firmware(self, wanted: FirmwareUpdate) -> str:
        """A status of UpdateFirmwareResponse."""

    def upload_log(self, wanted: LogUpload) -> Upload:
        """Begin to; the answer to GetLog."""

    def told_last(self, action: str) -> Mapping[str, Any]:
        """The details of a Firmware- or LogStatusNotification as it is now (Idle)."""

    def install_certificate(self, use: str, pem: str) -> str:
        """A status of InstallCertificate; ``use`` is an InstallCertificateUseEnum."""

    def delete_certificate(self, hash_data: Mapping[str, Any]) -> str:
        """A status of DeleteCertificate, by its CertificateHashData."""

    def installed_certificates(self, uses: Sequence[str] = ()) -> list[Json]:
        """The certificateHashDataChain of those uses, all where none is named."""

    def certificate_signed(self, chain: str, use: str) -> str:
        """CertificateSigned: Accepted, or Rejected; ``use`` a CertificateSigningUse."""

    def ask_for_certificate(self, use: str = "ChargingStationCertificate") -> bool:
        """Make a key and report SignCertificate; False where that is not possible."""

    def signing_answered(self, *, is_accepted: bool) -> None:
        """The central system will sign what was asked for, or not."""


@dataclass(slots=True)
class StationParts:
    """Its core, and the rooms around it.

    ``variables`` is its device model, ``profiles`` its charging profiles. ``folder`` is
    what survives a restart; None: nothing does.
    """

    core: StationCore
    variables: DeviceModel
    profiles: Profiles
    maintenance: Maintenance
    clock: StationClock
    folder: Path | None = None
