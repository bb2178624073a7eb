"""`ocpp-connector station`: simulated charging stations, or your own hardware's."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.caller import Caller, local
from connector.cli.exits import Exit
from connector.cli.problems import CommandFailed, UsageProblem
from connector.cli.station_options import (
    ID,
    MOST_EVSES,
    MOST_STATIONS,
    URL,
    VERSIONS,
    HardwareOptions,
    StationOptions,
)
from connector.cli.station_scenarios import ScenarioOptions, parameters_of, play
from connector.cli.station_serving import Manner, serve
from connector.sessions import loops

_CENTRAL, _STATION = "The central system", "The station"
_DRIVERS, _SCENARIOS = "Who drives it", "Scenarios"
_HARDWARE = "Hardware over MQTT, instead of simulated hardware"


def _option(panel: str, about: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, help=about, rich_help_panel=panel, **more)


_Url = Annotated[
    str | None,
    _option(_CENTRAL, f"Where to connect; the identity is appended. Else {URL}."),
]
_Versions = Annotated[
    list[str] | None,
    _option(
        _CENTRAL,
        "1.6, 2.0.1 or 2.1; repeat for several. Else all, newest first.",
        "--ocpp-version",
    ),
]
_Password = Annotated[
    str | None,
    _option(
        _CENTRAL,
        "Seen by everybody on this machine: rather --password-file, or "
        "STATION_PASSWORD in the environment.",
    ),
]
_PasswordFile = Annotated[Path | None, _option(_CENTRAL, "A file with the password.")]
_Profile = Annotated[
    int | None,
    _option(
        _CENTRAL,
        "0 none, 1 password, 2 password and TLS, 3 certificates. Else it follows from "
        "the rest.",
        min=0,
        max=3,
    ),
]
_Ca = Annotated[
    Path | None,
    _option(_CENTRAL, "Whom to trust, PEM. Else whom this machine trusts."),
]
_Cert = Annotated[Path | None, _option(_CENTRAL, "The station's certificate, PEM.")]
_Key = Annotated[Path | None, _option(_CENTRAL, "Its key, PEM.")]
_Quirks = Annotated[
    str | None,
    _option(_CENTRAL, "What this central system wants otherwise: biapower."),
]
_Identity = Annotated[
    str | None, _option(_STATION, f"Its identity. Else {ID}.", "--id")
]
_Config = Annotated[
    Path | None,
    _option(_STATION, "A YAML file that says what it is; or Josev's device_model."),
]
_Evses = Annotated[
    int | None, _option(_STATION, "How many. Else 1.", min=1, max=MOST_EVSES)
]
_Count = Annotated[
    int,
    _option(
        _STATION,
        "So many stations: <id>-1 and so on, of 200 <id>-001.",
        min=1,
        max=MOST_STATIONS,
    ),
]
_Rate = Annotated[
    float,
    _option(_STATION, "How many begin in a second; 0: all at once.", min=0),
]
_Folder = Annotated[
    Path | None,
    _option(_STATION, "Where it keeps what survives a restart; else nothing does."),
]
_Seed = Annotated[
    int | None,
    _option(_STATION, "The same seed gives the same ids, meters and waits."),
]
_Frames = Annotated[
    bool, _option(_STATION, "Show every message on stderr.", "--frames")
]
_IdTag = Annotated[str, _option(_DRIVERS, "The card that drivers have.")]
_Auto = Annotated[
    bool,
    _option(_DRIVERS, "They come, charge and leave by themselves.", "--auto"),
]
_Stay = Annotated[
    float, _option(_DRIVERS, "How long they stay, in s on average.", min=1)
]
_Away = Annotated[
    float, _option(_DRIVERS, "How long until the next comes, likewise.", min=1)
]
_Scenario = Annotated[
    list[str] | None,
    _option(
        _SCENARIOS,
        "A file, the name of a shipped one, or all; repeat for several. Results are "
        "TAP on stdout.",
    ),
]
_Set = Annotated[
    list[str] | None,
    _option(_SCENARIOS, "name=value for ${name} in them; repeat.", "--set"),
]
_Junit = Annotated[Path | None, _option(_SCENARIOS, "Write results here, JUnit XML.")]
_ApiUrl = Annotated[
    str | None,
    _option(
        _SCENARIOS,
        "The HTTP API of our connector, which does what a scenario wants of the "
        "central system; else you are told what to do.",
    ),
]
_TokenFile = Annotated[
    Path | None,
    _option(
        _SCENARIOS,
        "A file with its token; else API_TOKEN, else DATA_DIR/api.token.",
        "--api-token-file",
    ),
]
_Patience = Annotated[
    float,
    _option(_SCENARIOS, "How long you may take for it, in s.", min=0),
]
_Within = Annotated[
    float,
    _option(
        _SCENARIOS, "What is expected may take so long, if it does not say.", min=0
    ),
]
_Broker = Annotated[
    str | None, _option(_HARDWARE, "The broker, host or host:port.", metavar="HOST")
]
_Prefix = Annotated[str, _option(_HARDWARE, "The first part of all topics.")]
_Compat = Annotated[
    str | None,
    _option(_HARDWARE, "tux-evse: the units of its services.", metavar="NAME"),
]


def add_to(top: typer.Typer) -> None:
    """Add the command to those there are."""
    local(
        top,
        "station",
        example="ocpp-connector station --url ws://localhost:9000 --id CP1",
    )(run)


def run(
    caller: Caller,
    url: _Url = None,
    identity: _Identity = None,
    ocpp_version: _Versions = None,
    password: _Password = None,
    password_file: _PasswordFile = None,
    security_profile: _Profile = None,
    tls_ca: _Ca = None,
    tls_cert: _Cert = None,
    tls_key: _Key = None,
    quirks: _Quirks = None,
    config: _Config = None,
    evses: _Evses = None,
    count: _Count = 1,
    per_second: _Rate = 50.0,
    folder: _Folder = None,
    seed: _Seed = None,
    frames: _Frames = False,
    id_tag: _IdTag = "TAG1",
    auto: _Auto = False,
    stay: _Stay = 1800.0,
    away: _Away = 300.0,
    scenario: _Scenario = None,
    set_: _Set = None,
    junit: _Junit = None,
    api_url: _ApiUrl = None,
    api_token_file: _TokenFile = None,
    patience: _Patience = 300.0,
    within: _Within = 30.0,
    hardware_mqtt: _Broker = None,
    hardware_prefix: _Prefix = "station",
    hardware_compat: _Compat = None,
) -> None:
    """Be a charging station, or many: by hand, from a pipe, or by themselves.

    On a terminal there is a live view with a command line; from a pipe the same
    commands are read line by line, and answered line by line (`help` lists them). Exit
    code 0: all was done, or a signal ended it; 1: a scenario or a line failed; 2: the
    command line or a file cannot be used.
    """
    hardware = _hardware(hardware_mqtt, hardware_prefix, hardware_compat)
    options = StationOptions(
        url,
        identity,
        _versions(ocpp_version),
        _password(password, password_file),
        security_profile,
        tls_ca,
        tls_cert,
        tls_key,
        config,
        evses,
        quirks,
        folder,
        seed,
        frames,
        hardware,
    )
    as_json = caller.terminal.as_json
    manner = Manner(id_tag, count, per_second, auto, stay, away, as_json)
    wanted = ScenarioOptions(
        scenario or (),
        parameters_of(set_ or ()),
        junit,
        api_url,
        api_token_file,
        patience,
        within,
    )
    code = _run(options, manner, wanted)
    if code is not Exit.DONE:
        raise CommandFailed("", code)


def _run(options: StationOptions, manner: Manner, wanted: ScenarioOptions) -> Exit:
    is_screen = sys.stdin.isatty() and sys.stdout.isatty()
    if wanted.wanted:
        _log()
        return loops.run(play(options, manner, wanted))
    if is_screen and not manner.as_json:
        from connector.cli.station_view import view  # noqa: PLC0415

        return loops.run(view(options, manner))
    _log()
    from connector.cli.station_frames import Frames  # noqa: PLC0415

    observer = Frames() if options.shows_frames else None
    return loops.run(serve(options, manner, observer=observer))


def _log() -> None:
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr
    )


def _versions(given: list[str] | None) -> tuple[str, ...]:
    for each in given or ():
        if each not in VERSIONS:
            known = ", ".join(VERSIONS)
            raise UsageProblem(f"--ocpp-version {each!r}: expected one of {known}")
    return tuple(given or ())


def _password(given: str | None, file: Path | None) -> str | None:
    from connector.settings.station_side import station_password  # noqa: PLC0415

    if given is not None and file is not None:
        raise UsageProblem("--password and --password-file: expected one of them")
    if file is None:
        return given or station_password()
    try:
        return file.read_text("utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no text"
        raise UsageProblem(f"--password-file {file}: {reason}") from None


def _hardware(
    broker: str | None, prefix: str, compat: str | None
) -> HardwareOptions | None:
    from connector.settings.station_side import broker_login  # noqa: PLC0415

    if broker is None:
        if compat is not None:
            raise UsageProblem("--hardware-compat: expected --hardware-mqtt, too")
        return None
    host, _, port = broker.partition(":")
    if not host or (port and not (port.isdecimal() and 0 < int(port) < 65_536)):
        raise UsageProblem(f"--hardware-mqtt {broker!r}: expected host or host:port")
    login = broker_login()
    return HardwareOptions(host, int(port or 1883), prefix, compat or "", *login)
