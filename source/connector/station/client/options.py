"""Where a station connects to, as whom, and its manners."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from connector.sessions.options import SessionOptions
from connector.station.client.quirks import NONE, Quirks

_CALL_TIMEOUT_S = 30.0
NEWEST_FIRST = ("ocpp2.1", "ocpp2.0.1", "ocpp1.6")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A central system; the identity of the station is appended to ``url``.

    ``security_profile`` as in 2.x part 2, A00: 0 nobody is known, 1 password, 2
    password and TLS, 3 certificates on both ends. Paths are of PEM files; without
    ``ca`` the certificates of the machine are trusted.
    """

    url: str
    security_profile: int = 0
    password: str | None = field(default=None, repr=False)
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    trusted: tuple[str, ...] = ()
    """Certificates of authorities beside ``ca``, in PEM."""


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """Manners of a client; ``subprotocols`` are offered in this order."""

    endpoint: Endpoint
    subprotocols: tuple[str, ...] = NEWEST_FIRST
    open_timeout_s: float = 10.0
    call_timeout_s: float | None = None
    """How long an answer may take; None: MessageTimeout of the device model."""
    queue_limit: int = 10_000
    """Events of transactions that are kept; see `journal`."""
    is_durable: bool = True
    """Whether starts and ends of transactions are on the disk before they are sent."""
    boots_again: bool = False
    """Boot at each connection, not only after a start of the station."""
    shows_frames: bool = False
    quirks: Quirks = NONE
    reset_within_s: float = 30.0
    """How long a soft reset waits for what transactions still have to tell."""
    reconnects_within_s: float = 1.0
    """The first wait after a link that was good has ended (with jitter)."""

    def session(self) -> SessionOptions:
        """What a session of it is told."""
        return SessionOptions(
            call_timeout_s=self.call_timeout_s or _CALL_TIMEOUT_S,
            is_station=True,
            shows_frames=self.shows_frames,
        )
