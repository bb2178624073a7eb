"""`ocpp-connector station`: simulated charging stations, or your own hardware's."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine
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
    VERSIONS,
    StationOptions,
    plan_of,
)

_CENTRAL, _STATION = "The central system", "The station"
_Url = Annotated[
    str | None,
    typer.Option(
        help="Where to connect; the identity is appended. Else ws://localhost:9000.",
        rich_help_panel=_CENTRAL,
    ),
]
_Versions = Annotated[
    list[str] | None,
    typer.Option(
        "--ocpp-version",
        help="1.6, 2.0.1 or 2.1; repeat for several. Else all, newest first.",
        rich_help_panel=_CENTRAL,
    ),
]
_Password = Annotated[
    str | None,
    typer.Option(
        help="Seen by everybody on this machine: rather --password-file, or the "
        "environment's STATION_PASSWORD.",
        rich_help_panel=_CENTRAL,
    ),
]
_PasswordFile = Annotated[
    Path | None,
    typer.Option(help="A file with the password.", rich_help_panel=_CENTRAL),
]
_Profile = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=3,
        help="0 none, 1 password, 2 password and TLS, 3 certificates. Else it follows "
        "from the rest.",
        rich_help_panel=_CENTRAL,
    ),
]
_Pem = Annotated[Path | None, typer.Option(rich_help_panel=_CENTRAL)]
_Identity = Annotated[
    str | None,
    typer.Option("--id", help=f"Its identity. Else {ID}.", rich_help_panel=_STATION),
]
_Config = Annotated[
    Path | None,
    typer.Option(
        help="A YAML file that says what the station is.", rich_help_panel=_STATION
    ),
]
_Evses = Annotated[
    int | None,
    typer.Option(
        min=1, max=MOST_EVSES, help="How many. Else 1.", rich_help_panel=_STATION
    ),
]
_Count = Annotated[
    int,
    typer.Option(
        min=1,
        max=MOST_STATIONS,
        help="So many stations, `<id>-1` and so on.",
        rich_help_panel=_STATION,
    ),
]
_Folder = Annotated[
    Path | None,
    typer.Option(
        help="Where it keeps what survives a restart; else nothing does.",
        rich_help_panel=_STATION,
    ),
]
_IdTag = Annotated[
    str,
    typer.Option(help="The card that its drivers have.", rich_help_panel=_STATION),
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
    id_tag: _IdTag = "TAG1",
    ocpp_version: _Versions = None,
    password: _Password = None,
    password_file: _PasswordFile = None,
    security_profile: _Profile = None,
    tls_ca: _Pem = None,
    tls_cert: _Pem = None,
    tls_key: _Pem = None,
    config: _Config = None,
    evses: _Evses = None,
    count: _Count = 1,
    folder: _Folder = None,
) -> None:
    """Be a charging station, or many: by hand, from a pipe, or by themselves."""
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
        folder,
    )
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr
    )
    code = asyncio.run(_serve(options, id_tag, count, as_json=caller.terminal.as_json))
    if code is not Exit.DONE:
        raise CommandFailed("", code)


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


async def _serve(
    options: StationOptions, id_tag: str, count: int, *, as_json: bool
) -> Exit:
    from connector.cli.station_lines import (  # noqa: PLC0415
        Answers,
        drive,
        standard_input,
    )
    from connector.station.assembly import Station, numbered  # noqa: PLC0415
    from connector.station.driving import Driver  # noqa: PLC0415
    from connector.station.driving.fleet import Fleet  # noqa: PLC0415

    plans = numbered(plan_of(options), count)
    fleet = Fleet([Driver(Station(each), id_tag) for each in plans])
    answers = Answers(as_json=as_json)
    async with fleet:
        await _unless_stopped(drive(fleet, standard_input(), answers))
    return Exit.NO if answers.failures or fleet.failed.is_set() else Exit.DONE


async def _unless_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Until it is done, or a signal ends it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    working = asyncio.create_task(work)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for task in (working, stopped):
        task.cancel()
    await asyncio.wait({working, stopped})
    if not working.cancelled():
        working.result()
