"""GetLog and GetDiagnostics: the logs of a station, uploaded (2.x part 2, N01)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from connector.station.client.clock import Clock
from connector.station.core.calls import Answer
from connector.station.maintenance.options import MaintenanceOptions
from connector.station.maintenance.station_log import StationLog
from connector.station.maintenance.telling import Teller
from connector.station.maintenance.transfers import TransferFailed, Transfers
from connector.station.maintenance.work import Work, try_often
from connector.station.times import iso

ACTION = "LogStatusNotification"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A log that a central system asks for; times are epoch ms."""

    location: str
    kind: str = "DiagnosticsLog"
    request_id: int | None = None
    """None: GetDiagnostics of 1.6."""
    oldest_ms: int | None = None
    latest_ms: int | None = None
    retries: int | None = None
    retry_interval_s: float | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A log that is ready to go."""

    wanted: Wanted
    name: str
    content: bytes


class LogUploads:
    """Collects a log at once, and uploads it beside everything else."""

    def __init__(
        self,
        teller: Teller,
        clock: Clock,
        transfers: Transfers,
        options: MaintenanceOptions,
        head: Callable[[], str],
    ) -> None:
        self._teller = teller
        self._clock = clock
        self._transfers = transfers
        self._options = options
        self._head = head
        self._identity = teller.core.model.identity
        self._work = Work(f"{self._identity}: log upload")
        self._last: dict[str, object] = {"status": "Idle"}

    def accept(self, wanted: Wanted) -> tuple[Answer, Upload | None]:
        """Whether it will be uploaded; begin it with `begin` once that was answered."""
        log = self._log(wanted.kind)
        if log is None:
            return Answer("Rejected", "UnsupportedParam", "there is no such log"), None
        try:
            lines = list(log.lines(wanted.oldest_ms, wanted.latest_ms))
        except OSError as problem:
            return Answer("Rejected", "InternalError", problem.strerror or ""), None
        has_period = wanted.oldest_ms is not None or wanted.latest_ms is not None
        if has_period and not lines:
            return Answer("Rejected", "NotFound", "nothing is of that period"), None
        time = _UNSAFE.sub("", iso(self._clock.now_ms()))
        name = f"{_UNSAFE.sub('_', self._identity)[:48]}-{wanted.kind}-{time}.log"
        upload = Upload(wanted, name, self._content(wanted.kind, lines))
        status = "AcceptedCanceled" if self._work.is_running else "Accepted"
        return Answer(status), upload

    def _log(self, kind: str) -> StationLog | None:
        return {
            "DiagnosticsLog": self._teller.log,
            "SecurityLog": self._teller.security_log,
        }.get(kind)

    def _content(self, kind: str, lines: list[str]) -> bytes:
        """What was written last, and not more than may be sent."""
        head = self._head() if kind == "DiagnosticsLog" else ""
        text = (head + "".join(lines)).encode()
        most = self._options.most_log_bytes
        return text if len(text) <= most else text[-most:]

    def begin(self, upload: Upload) -> None:
        """Upload it, instead of another (N01.FR.12, FR.20)."""
        if self._work.is_running:
            self._tell({**self._last, "status": "AcceptedCanceled"})
        self._last = {"status": "Idle"}
        if upload.wanted.request_id is not None:
            self._last["requestId"] = upload.wanted.request_id
        self._work.begin(lambda: self._run(upload))

    def told_last(self) -> dict[str, object]:
        """What is said of it when that is asked for (2.x, F06.FR.15)."""
        is_running = self._last["status"] == "Uploading"
        return dict(self._last) if is_running else {"status": "Idle"}

    async def stop(self) -> None:
        """Give it up."""
        self._work.cancel()
        await self._work.finish()

    async def settled(self) -> None:
        """Wait until nothing is being done."""
        await self._work.finish()

    async def _run(self, upload: Upload) -> None:
        wanted, options = upload.wanted, self._options
        self._tell({**self._last, "status": "Uploading"})
        retries, interval_s = wanted.retries, wanted.retry_interval_s
        try:
            await try_often(
                self._clock,
                lambda: self._transfers.upload(
                    wanted.location, upload.name, upload.content
                ),
                options.retries if retries is None else retries,
                options.retry_interval_s if interval_s is None else interval_s,
            )
        except TransferFailed as problem:
            self._teller.note(f"log: {problem}")
            self._tell({**self._last, "status": problem.status})
        else:
            self._tell({**self._last, "status": "Uploaded"})

    def _tell(self, details: dict[str, object]) -> None:
        self._last = details
        self._teller.note(f"log: {details['status']}")
        self._teller.report(ACTION, details)
