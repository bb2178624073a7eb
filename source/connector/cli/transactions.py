"""`ocpp-connector transactions`: energy records."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.caller import Caller, remote
from connector.cli.columns import TRANSACTIONS
from connector.cli.lists import DEFAULT_MOST, Most, show_list
from connector.cli.times import time_before

ABOUT = "Transactions: energy records."
_Key = Annotated[
    str, typer.Argument(metavar="KEY", help="Its key, as the list shows it.")
]
_Station = Annotated[str | None, typer.Option(help="Only those of this station.")]
_Token = Annotated[str | None, typer.Option(help="Only those of this id token.")]
_Active = Annotated[
    bool | None,
    typer.Option("--active/--closed", help="Only those that run, or have ended."),
]
_Since = Annotated[
    str | None,
    typer.Option(help="Only those that began since: 2026-01-31, or 24h, 7d ago."),
]


class Format(StrEnum):
    """What an export can be."""

    CSV = "csv"
    JSON = "json"


_Format = Annotated[Format, typer.Option("--format", help="What to write.")]
_Output = Annotated[
    Path | None,
    typer.Option(help="The file to write; else standard output.", dir_okay=False),
]
_Store = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Read the store itself, such as sqlite:////data/connector.sqlite; no "
        "connector is asked.",
    ),
]


def add_to(top: typer.Typer) -> None:
    """Add the commands to those there are."""
    group = typer.Typer(help=ABOUT, no_args_is_help=True)
    say = "ocpp-connector transactions"
    key = "01KFQ5T6V7W8X9Y0Z1A2B3C4D5"
    remote(group, "list", example=f"{say} list --station CP-7 --since 7d")(
        list_transactions
    )
    remote(group, "show", example=f"{say} show {key}")(show)
    remote(group, "close", example=f"{say} close {key}")(close)
    top.add_typer(group, name="transactions")


def list_transactions(
    caller: Caller,
    station: _Station = None,
    token: _Token = None,
    active: _Active = None,
    since: _Since = None,
    limit: Most = DEFAULT_MOST,
) -> None:
    """List transactions, newest first."""
    filters = _filters(station, token, active, since)
    show_list(caller, _path(), TRANSACTIONS, "no transactions", limit, **filters)


def show(caller: Caller, key: _Key) -> None:
    """Show a transaction with its samples."""
    with caller.client() as client:
        found = client.get(_path(key))
    caller.terminal.item(found)


def close(caller: Caller, key: _Key) -> None:
    """Close the record of a transaction that nobody will stop any more."""
    with caller.client() as client:
        found = client.post(_path(key, "close"))
    caller.terminal.done(found, f"{key} is closed")


def _filters(
    station: str | None, token: str | None, active: bool | None, since: str | None
) -> dict[str, Any]:
    return {
        "station": station,
        "token": token,
        "active": active,
        "since": time_before(since) if since else None,
    }


def _path(*parts: str) -> str:
    from connector.cli.client import path_of  # noqa: PLC0415

    return path_of("transactions", *parts)
