"""`ocpp-connector stations`: who is known, who may come in, and what holds for them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.caller import Caller, remote
from connector.cli.columns import STATIONS
from connector.cli.completing import identities
from connector.cli.exits import Exit, of_outcome
from connector.cli.lists import DEFAULT_MOST, Most, show_list
from connector.cli.members import read_members
from connector.cli.outcomes import show_outcome
from connector.cli.passwords import generate_password, station_password

ABOUT = "Stations: list, register, adopt, reject, forget."
Station = Annotated[
    str,
    typer.Argument(
        metavar="STATION", help="The station's identity.", autocompletion=identities
    ),
]
_Pending = Annotated[
    bool, typer.Option("--pending", help="Only those that wait for adoption.")
]
_Connected = Annotated[
    bool | None,
    typer.Option("--connected/--disconnected", help="Only those with (no) link."),
]
_Options = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        metavar="NAME=VALUE",
        help="A member of an entry of STATIONS, such as phases=3 or profile.unit=A; "
        "null takes it back. May be given several times.",
    ),
]
_File = Annotated[
    Path | None,
    typer.Option(
        "--file", help="A YAML or JSON file with such members; - is standard input."
    ),
]
_Rotate = Annotated[
    bool,
    typer.Option(
        "--rotate",
        help="Have the station, which has to be connected, take it, too. Without "
        "--generate the connector makes one up that nobody is told.",
    ),
]
_Generate = Annotated[
    bool,
    typer.Option(
        "--generate", help="Make a safe one and show it, once, instead of asking."
    ),
]


def add_to(top: typer.Typer) -> None:
    """Add the commands to those there are."""
    group = typer.Typer(help=ABOUT, no_args_is_help=True)
    say = "ocpp-connector stations"
    remote(group, "list", example=f"{say} list --pending")(list_stations)
    remote(group, "show", example=f"{say} show CP-7")(show)
    remote(group, "add", example=f"{say} add CP-7 --option phases=3")(add)
    remote(group, "set", example=f"{say} set CP-7 --option max_current_a=16")(change)
    remote(group, "adopt", example=f"{say} adopt CP-7")(adopt)
    remote(group, "reject", example=f"{say} reject CP-7")(reject)
    remote(group, "forget", example=f"{say} forget CP-7")(forget)
    remote(group, "disconnect", example=f"{say} disconnect CP-7")(disconnect)
    remote(group, "password", example=f"{say} password CP-7 --generate")(password)
    top.add_typer(group, name="stations")


def list_stations(
    caller: Caller,
    pending: _Pending = False,
    connected: _Connected = None,
    limit: Most = DEFAULT_MOST,
) -> None:
    """List stations, those that wait for adoption included."""
    show_list(
        caller,
        _path(),
        STATIONS,
        "no stations",
        limit,
        registration="Pending" if pending else None,
        connected=connected,
    )


def show(caller: Caller, station: Station) -> None:
    """Show what is known of a station, and how it is now."""
    with caller.client() as client:
        found = client.get(_path(station))
    caller.terminal.item(found)


def add(
    caller: Caller, station: Station, option: _Options = None, file: _File = None
) -> None:
    """Register a station, which adopts it; its options are these and no others."""
    members = read_members(option or (), file)
    with caller.client() as client:
        found = client.put(_path(station), members)
    caller.terminal.done(found, f"{station} is registered")


def change(
    caller: Caller, station: Station, option: _Options = None, file: _File = None
) -> None:
    """Change some options of a station; the others stay."""
    members = read_members(option or (), file, is_needed=True)
    with caller.client() as client:
        found = client.patch(_path(station), members)
    caller.terminal.done(found, f"{station}: {', '.join(members)} changed")


def adopt(caller: Caller, station: Station) -> None:
    """Let a station in; it is asked to boot at once."""
    _decide(caller, station, "adopt", "is adopted")


def reject(caller: Caller, station: Station) -> None:
    """Keep a station out from now on."""
    _decide(caller, station, "reject", "is rejected")


def disconnect(caller: Caller, station: Station) -> None:
    """End a station's link; it may come back at once."""
    _decide(caller, station, "disconnect", "is disconnected")


def forget(caller: Caller, station: Station) -> None:
    """Forget a station: it is unknown again; its transactions stay."""
    with caller.client() as client:
        client.delete(_path(station))
    caller.terminal.done(
        {"station": station, "outcome": "accepted"}, f"{station} is forgotten"
    )


def password(
    caller: Caller,
    station: Station,
    generate: _Generate = False,
    rotate: _Rotate = False,
) -> None:
    """Set the password of a station: asked for, read from standard input, or made.

    The station has to be told the same one, but with --rotate. It is never shown again.
    """
    if rotate:
        _rotate(caller, station, generate_password() if generate else None)
        return
    chosen = station_password(f"Password of {station}", is_made=generate)
    with caller.client() as client:
        client.patch(_path(station), {"password": chosen})
    shown = {"station": station} | ({"password": chosen} if generate else {})
    text = chosen if generate else f"{station}: the password is set"
    caller.terminal.done(shown, text)


def _rotate(caller: Caller, station: str, made: str | None) -> None:
    """Have the connector give the station a password; shows the outcome."""
    from connector.cli.client import OUTCOME_S  # noqa: PLC0415

    body = {} if made is None else {"password": made}
    with caller.client() as client:
        outcome = client.post(_path(station, "password"), body, read_s=OUTCOME_S)
    if made is not None and of_outcome(outcome["outcome"]) in (Exit.DONE, Exit.SILENT):
        # Where nobody knows what became of it, the station may have it.
        outcome["password"] = made
        if not caller.terminal.as_json:
            caller.terminal.done(None, made)
    show_outcome(caller.terminal, outcome)


def _decide(caller: Caller, station: str, decision: str, text: str) -> None:
    with caller.client() as client:
        found = client.post(_path(station, decision))
    detail = found.get("detail")
    caller.terminal.done(found, f"{station} {text}" + (f": {detail}" if detail else ""))


def _path(*parts: str) -> Any:
    from connector.cli.client import path_of  # noqa: PLC0415

    return path_of("stations", *parts)
