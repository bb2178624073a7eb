"""What maintenance tells the central system, and writes into the station's logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector.station.core.station import StationCore
from connector.station.maintenance.station_log import StationLog


class Teller:
    """One place for events, the log and the security log."""

    __slots__ = ("_now_ms", "core", "log", "security_log")

    def __init__(
        self,
        core: StationCore,
        now_ms: Callable[[], int],
        log: StationLog,
        security_log: StationLog,
    ) -> None:
        self.core = core
        self.log = log
        self.security_log = security_log
        self._now_ms = now_ms

    def report(self, action: str, details: Mapping[str, Any]) -> None:
        """Have it told, in the words of 2.x."""
        self.core.report(action, dict(details), self._now_ms())

    def note(self, text: str) -> None:
        """A line of the station's log."""
        self.log.write(self._now_ms(), text)

    def security(self, kind: str, info: str = "") -> None:
        """A security event (2.x part 2, appendix 1): told, and logged."""
        now_ms = self._now_ms()
        self.security_log.write(now_ms, f"{kind} {info}".strip())
        details = {"type": kind, "techInfo": info[:255]} if info else {"type": kind}
        self.core.report("SecurityEventNotification", dict(details), now_ms)
