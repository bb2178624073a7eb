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
    from connector.station.client.quirks import Quirks
    from connector.station.files import StationFile
    from connector.station.model import StationModel

VERSIONS = ("2.1", "2.0.1", "1.6")
ID, MOST_STATIONS, MOST_EVSES = "CP1", 10_000, 64
URL = "ws://localhost:9000"
_WITH_PASSWORD, _WITH_CERTIFICATE = 1, 3


@dataclass(frozen=True, slots=True)
class HardwareOptions:
    """Where the services of real hardware are."""

    host: str
    port: int = 1883
    prefix: str = "station"
    compat: str = ""
    username: str | None = None
    password: str | None = field(default=None, repr=False)


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
    quirks: str | None = None
    folder: Path | None = None
    seed: int | None = None
    shows_frames: bool = False
    hardware: HardwareOptions | None = None


def plan_of(options: StationOptions) -> StationPlan:
    """The station that is meant; with ``--count`` the first of many.

    Raises:
        UsageProblem, SettingsError: the options, or the file, cannot be used.
    """
    from connector.station.assembly import StationPlan  # noqa: PLC0415
    from connector.station.maintenance import MaintenanceOptions  # noqa: PLC0415

    if options.identity == "":
        raise UsageProblem("--id '': expected an identity")
    found = _file(options)
    client = _client(found, options)
    return StationPlan(
        _model(found, options),
        client,
        found.variables,
        found.rows,
        found.monitors,
        options.folder,
        options.seed,
        MaintenanceOptions(tls_ca=client.endpoint.ca),
        found.josev,
    )


def _file(options: StationOptions) -> StationFile:
    from connector.station.files import StationFile, read  # noqa: PLC0415
    from connector.station.model import StationModel  # noqa: PLC0415

    if options.config is None:
        return StationFile(StationModel(options.identity or ID))
    return read(options.config, options.identity)


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
        quirks=_quirks(found, options),
    )


def _quirks(found: StationFile, options: StationOptions) -> Quirks:
    from connector.station.client.quirks import NONE, quirks_of  # noqa: PLC0415

    if options.quirks is None:
        return found.quirks or NONE
    try:
        return quirks_of(options.quirks)
    except ValueError as problem:
        raise UsageProblem(str(problem)) from None


def _endpoint(found: StationFile, options: StationOptions) -> Endpoint:
    from connector.station.client.options import Endpoint  # noqa: PLC0415

    connection = found.connection
    endpoint = Endpoint(
        options.url or connection.url or URL,
        0,
        options.password or _password(found),
        options.tls_ca or connection.tls_ca,
        options.tls_cert or connection.tls_certificate,
        options.tls_key or connection.tls_key,
    )
    profile = options.security_profile
    if profile is None:
        profile = connection.security_profile
    if profile is None:
        profile = _profile(endpoint)
    endpoint = replace(endpoint, security_profile=profile)
    _check(endpoint)
    return endpoint


def _password(found: StationFile) -> str | None:
    try:
        return found.connection.read_password()
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no text"
        raise UsageProblem(f"password_file: {reason}") from None


def _profile(endpoint: Endpoint) -> int:
    """What follows from the rest (2.x part 2, A00)."""
    if not endpoint.url.startswith("wss:"):
        return 0 if endpoint.password is None else 1
    return 2 if endpoint.certificate is None else 3


def _check(endpoint: Endpoint) -> None:
    _check_url(endpoint.url)
    if (endpoint.certificate is None) != (endpoint.key is None):
        raise UsageProblem("--tls-cert and --tls-key: expected both or none")
    profile = endpoint.security_profile
    if profile == _WITH_CERTIFICATE and endpoint.certificate is None:
        raise UsageProblem("--security-profile 3: expected --tls-cert and --tls-key")
    if profile == _WITH_PASSWORD and endpoint.password is None:
        raise UsageProblem("--security-profile 1: expected a password")


def _check_url(url: str) -> None:
    expected = "expected ws://host:port or wss://host:port, and a path where needed"
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in ("ws", "wss") and bool(parts.hostname)
        is_right = is_right and parts.port != 0
    except ValueError:
        is_right = False
    if "@" in url:
        # What stands before it may be a password.
        raise UsageProblem("--url: expected no password in it, but --password-file")
    if not is_right:
        raise UsageProblem(f"--url {url[:200]!r}: {expected}")
