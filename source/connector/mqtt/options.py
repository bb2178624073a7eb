"""How a broker is reached."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """Paths of PEM files; without a CA the system's are trusted."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us once we are gone without a word."""

    topic: str
    payload: bytes
    retain: bool = True


@dataclass(frozen=True, slots=True)
class MqttOptions:
    """Who we are, and how much may wait for a broker that does not read."""

    client_id: str = ""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: TlsOptions | None = None
    will: Will | None = None
    keepalive_s: int = 20
    buffer_bytes: int = 16 * 1024 * 1024
