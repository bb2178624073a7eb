"""What a station knows of its security, by the names of 2.x (part 2, appendix 1).

All of it stands in the security log, and is told. What is critical waits for a central
system, over restarts, too (A04.FR.02).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from connector.errors import LinkRefused, RemoteProtocolError, TransportError
from connector.ocppj.frames import Json
from connector.ocppj.security_events import CRITICAL
from connector.station.core.events import CoreEvent, Reported

if TYPE_CHECKING:
    from connector.sessions.options import Watched
    from connector.station.client.client import Client

logger = logging.getLogger(__name__)

ACTION = "SecurityEventNotification"
THRESHOLD_S = "ClockCtrlr/TimeAdjustmentReportingThreshold"
POWER_UP = "PowerUp"
_NOT_LET_IN = (401, 403)
_CERTIFICATE = "CERTIFICATE_VERIFY_FAILED"
"""As it stands in what the TLS library says of a certificate that does not fit."""
_TLS_VERSIONS = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION")
_MALFORMED = "malformed"
"""How the session's kinds of what is no frame begin."""
_INVALID = frozenset(
    {
        "FormationViolation",
        "FormatViolation",
        "MessageTypeNotSupported",
        "OccurenceConstraintViolation",
        "OccurrenceConstraintViolation",
        "PropertyConstraintViolation",
        "ProtocolError",
        "RpcFrameworkError",
        "TypeConstraintViolation",
    }
)
"""Codes of requests that are no valid messages, in all versions."""
_AGAIN_AFTER_S = 600.0
"""Whoever sends rubbish is likely to answer with rubbish what tells of it."""


def is_critical(event: CoreEvent) -> bool:
    """Whether it is one that has to reach the central system."""
    return (
        isinstance(event, Reported)
        and event.action == ACTION
        and event.details["type"] in CRITICAL
    )


class SecurityEvents:
    """Those that the client of a station sees; watches its sessions for that."""

    __slots__ = ("_client", "_invalid", "_invalid_again_s", "_refused")

    def __init__(self, client: Client) -> None:
        self._client = client
        self._refused = ""
        """What has kept us out since we were let in last: it is told once."""
        self._invalid = 0
        """Messages that were not valid since that was told last."""
        self._invalid_again_s = 0.0

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

    def answer_failed(self, action: str, problem: Exception) -> None:
        """A request of ours has no answer that can be used."""
        if isinstance(problem, RemoteProtocolError):
            self._heard_rubbish(f"the answer to {action}: {problem.code}")

    def _heard_rubbish(self, what: str) -> None:
        """Told with how many there were before it, at most once in ten minutes.

        Nothing of the message itself is in it: it may be a secret.
        """
        now_s = self._client.clock.monotonic()
        if now_s < self._invalid_again_s:
            self._invalid += 1
            return
        more = f", after {self._invalid} that were not told" if self._invalid else ""
        self._invalid, self._invalid_again_s = 0, now_s + _AGAIN_AFTER_S
        self._tell("InvalidMessages", f"{what}{more}")

    # -- as an observer of sessions

    def frame(self, session: Watched, direction: str, text: str) -> None:
        """A frame came in or went out."""
        if self._client.observer is not None:
            self._client.observer.frame(session, direction, text)

    def answered(
        self, session: Watched, action: str, payload: Json, answer: Json
    ) -> None:
        """A request of ours was answered."""
        if self._client.observer is not None:
            self._client.observer.answered(session, action, payload, answer)

    def warned(self, session: Watched, kind: str, text: str) -> None:
        """The central system did something odd; what cannot be read is an event."""
        if self._client.observer is not None:
            self._client.observer.warned(session, kind, text)
        else:
            logger.debug("%s: %s", session.identity, text)
        if kind.startswith(_MALFORMED) or kind.rpartition(" ")[2] in _INVALID:
            self._heard_rubbish(kind)

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
