"""What can be set for the central system and for one station.

`settings` fills these from the environment and `STATIONS`; the defaults are those of
the contract (contracts: settings).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from connector.csms.quirks import Quirks

UnknownPolicy = Literal["pending", "accept", "reject"]
Unit = Literal["W", "A"]

USUAL_VOLTAGE = 230.0
"""Between a phase and neutral."""


@dataclass(frozen=True, slots=True)
class ProfileOptions:
    """How charging profiles for one station are made; None = found out by itself."""

    purpose: (
        Literal["TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"] | None
    ) = None
    kind: Literal["Absolute", "Relative", "Dynamic"] | None = None
    stack_level: int | None = None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Fallback:
    """What applies when nobody has written a limit for the hold time."""

    limit: float
    unit: Unit


@dataclass(frozen=True, slots=True)
class StationOptions:
    """One entry of ``STATIONS``; an unnamed station has all defaults.

    None is not set: the preset of its brand counts, then the central system's own
    value.
    """

    name: str | None = None
    ocpp_version: Literal["1.6", "2.0.1", "2.1"] | None = None
    note: str | None = None
    serial_number: str | None = None
    connectors: int | None = None
    phases: Literal[1, 3] | None = None
    voltage: float | None = None
    min_current_a: float | None = None
    max_current_a: float | None = None
    profile: ProfileOptions = field(default_factory=ProfileOptions)
    limit_fallback: Fallback | Literal["none"] | None = None
    limit_hold_s: float | None = None
    zero: Literal["profile", "stop"] | None = None
    call_timeout_s: float | None = None
    measurands: tuple[str, ...] | None = None
    meter_interval_s: int | None = None
    strict_validation: bool | None = None
    preset: str | None = None
    """None is found by what it says of itself; ``none`` is no preset."""
    quirks: Quirks = field(default_factory=Quirks)
    autostart_token: str | None = None
    password: str | None = field(default=None, repr=False)
    security_profile: int | None = None
    """The least that it may use; None: what was registered, else none."""


@dataclass(frozen=True, slots=True)
class TokenOptions:
    """One entry of ``TOKENS``."""

    status: Literal["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"] = (
        "Accepted"
    )
    expiry: str | None = None
    group: str | None = None
    note: str | None = None
    type: str = "any"
    language: str | None = None
    max_active: int | None = None


@dataclass(frozen=True, slots=True)
class LimitOptions:
    """How limits are sent and kept (contracts: datapoints, section 4)."""

    min_interval_s: float = 10.0
    persist_interval_s: float = 300.0
    hold_s: float = 0.0
    fallback: Fallback | None = None
    failsafe: bool = False


@dataclass(frozen=True, slots=True)
class FileOptions:
    """The upload and download place, `/files`; a bound of 0 is none."""

    data_dir: Path = Path("data")
    http_host: str = "127.0.0.1"
    http_url: str | None = None
    """What stations use instead of our own address; without a slash at its end."""
    max_upload_bytes: int = 104_857_600
    expiry_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class PkiOptions:
    """Files of others that are watched: how long they still hold."""

    server_certificates: tuple[Path, ...] = ()
    client_ca: Path | None = None
    revocation_list: Path | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days what is kept of people stays; 0: for ever."""

    days: int = 0
    uploads: Path | None = None
    recordings: Path | None = None


UnknownTokens = Literal["accept", "reject", "ask"]
"""What holds for an id token that nobody has registered."""


@dataclass(frozen=True, slots=True)
class CsmsOptions:
    """The central system's own settings."""

    unknown_stations: UnknownPolicy = "pending"
    stations: dict[str, StationOptions] = field(default_factory=dict)
    unknown_tokens: UnknownTokens = "accept"
    token_ask_timeout_s: float = 5.0
    token_ask_default: Literal["accept", "reject"] = "reject"
    tokens: dict[str, TokenOptions] = field(default_factory=dict)
    remote_id_token: str = "remote"
    heartbeat_interval_s: float = 300.0
    call_timeout_s: float = 30.0
    meter_interval_s: int = 60
    measurands: tuple[str, ...] | None = None
    """None = automatic; an empty tuple leaves the station's own setting alone."""
    strict_validation: bool = False
    max_pending_stations: int = 1000
    min_security_profile: int = 0
    operator_name: str | None = None
    """The O that stations' certificates must have (None: any), and get from us."""
    limits: LimitOptions = field(default_factory=LimitOptions)
    files: FileOptions = field(default_factory=FileOptions)
    pki: PkiOptions = field(default_factory=PkiOptions)
