"""What `ocpp-connector station` was told, put together: a file, then the options."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from connector.cli.problems import UsageProblem

if TYPE_CHECKING:
    from connector.station.assembly import StationPlan
    from connector.station.client.options import ClientOptions, Endpoint
    from connector.station.files import StationFile
    from connector.station.model import StationModel

VERSIONS = ("2.1", "2.0.1", "1.6")
ID, MOST_STATIONS, MOST_EVSES = "CP1", 10_000, 64
_URL = "ws://localhost:9000"
_PROFILES_WITH_TLS = (2, 3)


@dataclass(frozen=True, slots=True)
class StationOptions:
    """As they were typed; None: they were not."""

    url: str | None = None
    identity: str | None = None
    versions: tuple[str, ...] = ()
    password: str | None = field(default=None, repr=False)
    security_profile: int | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    config: Path | None = None
    evses: int | None = None
    folder: Path | None = None
    seed: int | None = None
    shows_frames: bool = False


def plan_of(options: StationOptions) -> StationPlan:
    """The station that is meant; with ``--count`` the first of many.

    Raises:
        UsageProblem, SettingsError: the options, or the file, cannot be used.
    """
    from connector.station.assembly import StationPlan  # noqa: PLC0415

    found = _file(options)
    return StationPlan(
        _model(found, options),
        _client(found, options),
        found.variables,
        found.rows,
        found.monitors,
        options.folder,
        options.seed,
    )


def _file(options: StationOptions) -> StationFile:
    from connector.station.files import StationFile, read  # noqa: PLC0415
    from connector.station.model import StationModel  # noqa: PLC0415

    if options.config is None:
        return StationFile(StationModel(options.identity or ID))
    return read(options.config)


def _model(found: StationFile, options: StationOptions) -> StationModel:
    from connector.station.model import EvseModel  # noqa: PLC0415

    model = replace(found.model, identity=options.identity or found.model.identity)
    if options.evses is None:
        return model
    if options.config is not None:
        raise UsageProblem("--evses: --config says how many there are, expected one")
    evses = tuple(EvseModel(number) for number in range(1, options.evses + 1))
    return replace(model, evses=evses)


def _client(found: StationFile, options: StationOptions) -> ClientOptions:
    from connector.station.client.options import ClientOptions  # noqa: PLC0415

    versions = options.versions or found.connection.versions or VERSIONS
    newest_first = [each for each in VERSIONS if each in versions]
    return ClientOptions(
        _endpoint(found, options),
        tuple(f"ocpp{each}" for each in newest_first),
        shows_frames=options.shows_frames,
        is_durable=options.folder is not None,
    )


def _endpoint(found: StationFile, options: StationOptions) -> Endpoint:
    from connector.station.client.options import Endpoint  # noqa: PLC0415

    connection = found.connection
    url = options.url or connection.url or _URL
    password = options.password or _password(found)
    ca = options.tls_ca or connection.tls_ca
    certificate = options.tls_cert or connection.tls_certificate
    key = options.tls_key or connection.tls_key
    profile = options.security_profile
    if profile is None:
        profile = connection.security_profile
    if profile is None:
        profile = _profile(url, password, certificate)
    _check(url, profile, password, certificate, key)
    return Endpoint(url, profile, password, ca, certificate, key)


def _password(found: StationFile) -> str | None:
    try:
        return found.connection.read_password()
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no text"
        raise UsageProblem(f"password_file: {reason}") from None


def _profile(url: str, password: str | None, certificate: Path | None) -> int:
    """What follows from the rest (2.x part 2, A00)."""
    if not url.startswith("wss:"):
        return 0 if password is None else 1
    if certificate is not None:
        return 3
    return 2


def _check(
    url: str,
    profile: int,
    password: str | None,
    certificate: Path | None,
    key: Path | None,
) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise UsageProblem(f"--url {url!r}: expected ws://host or wss://host")
    if "@" in parts.netloc:
        raise UsageProblem("--url: expected no password in it, but --password-file")
    if (certificate is None) != (key is None):
        raise UsageProblem("--tls-cert and --tls-key: expected both or none")
    if profile == 3 and certificate is None:
        raise UsageProblem("--security-profile 3: expected --tls-cert and --tls-key")
    if profile == 1 and password is None:
        raise UsageProblem("--security-profile 1: expected a password")
