"""What a station knows of its security, by the names of 2.x (part 2, appendix 1).

All of it stands in the security log, and is told. What is critical waits for a central
system, over restarts, too (A04.FR.02).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import LinkRefused, TransportError
from connector.station.core.events import CoreEvent, Reported

if TYPE_CHECKING:
    from connector.station.client.client import Client

ACTION = "SecurityEventNotification"
THRESHOLD_S = "ClockCtrlr/TimeAdjustmentReportingThreshold"
POWER_UP = "PowerUp"
_CRITICAL = frozenset(
    {
        "FirmwareUpdated",
        "MaintenanceLoginAccepted",
        "MaintenanceLoginFailed",
        "MemoryExhaustion",
        "ResetOrReboot",
        "SecurityLogWasCleared",
        "SettingSystemTime",
        "StartupOfTheDevice",
        "TamperDetectionActivated",
    }
)
_NOT_LET_IN = (401, 403)
_CERTIFICATE = "CERTIFICATE_VERIFY_FAILED"
"""As it stands in what the TLS library says of a certificate that does not fit."""
_TLS_VERSIONS = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION")


def is_critical(event: CoreEvent) -> bool:
    """Whether it is one that has to reach the central system."""
    return (
        isinstance(event, Reported)
        and event.action == ACTION
        and event.details["type"] in _CRITICAL
    )


class SecurityEvents:
    """Those that the client of a station sees."""

    __slots__ = ("_client", "_refused")

    def __init__(self, client: Client) -> None:
        self._client = client
        self._refused = ""
        """What has kept us out since we were let in last: it is told once."""

    def is_unwanted(self, event: CoreEvent) -> bool:
        """Whether this central system is to hear nothing of it (`Quirks`)."""
        is_told = self._client.options.quirks.tells_security_events
        return not is_told and isinstance(event, Reported) and event.action == ACTION

    def started(self, reason: str) -> None:
        """The station has started; ``reason`` is a BootReasonEnum of 2.x."""
        kind = "StartupOfTheDevice" if reason == POWER_UP else "ResetOrReboot"
        self._tell(kind, "" if reason == POWER_UP else reason)

    def time_moved(self, by_ms: int) -> None:
        """The clock was set: by so little it is no event."""
        if abs(by_ms) > self._client.parts.variables.number(THRESHOLD_S) * 1000:
            self._tell("SettingSystemTime", f"by {by_ms / 1000:+.3f} s")

    def refused(self, problem: TransportError) -> None:
        """No link came about."""
        kind = _kind(problem) if isinstance(problem, LinkRefused) else ""
        if kind and kind != self._refused:
            self._refused = kind
            self._tell(kind)

    def let_in(self) -> None:
        """A link came about."""
        self._refused = ""

    def reconfigured(self, what: str) -> None:
        """Password, security profile or certificate are others from now on."""
        self._tell("ReconfigurationOfSecurityParameters", what)

    def _tell(self, kind: str, info: str = "") -> None:
        self._client.parts.maintenance.security_event(kind, info)


def _kind(problem: LinkRefused) -> str:
    """The event of a refusal; empty: none."""
    if problem.status in _NOT_LET_IN:
        return "FailedToAuthenticateAtCsms"
    if _CERTIFICATE in problem.reason:
        return "InvalidCsmsCertificate"
    if any(word in problem.reason for word in _TLS_VERSIONS):
        return "InvalidTLSVersion"
    return ""
