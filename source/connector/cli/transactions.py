"""`ocpp-connector transactions`: energy records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.caller import Caller, remote
from connector.cli.columns import TRANSACTIONS
from connector.cli.completing import identities
from connector.cli.direct import DataDir, Direct, Store, place_of
from connector.cli.exporting import Format, from_connector, from_store, writing
from connector.cli.lists import DEFAULT_MOST, Most, show_list
from connector.cli.problems import UsageProblem
from connector.cli.times import iso, time_before

ABOUT = "Transactions: energy records."
_Key = Annotated[
    str, typer.Argument(metavar="KEY", help="Its key, as the list shows it.")
]
_Station = Annotated[
    str | None,
    typer.Option(help="Only those of this station.", autocompletion=identities),
]
_Token = Annotated[str | None, typer.Option(help="Only those of this id token.")]
_Active = Annotated[
    bool | None,
    typer.Option("--active/--closed", help="Only those that run, or have ended."),
]
_Since = Annotated[
    str | None,
    typer.Option(help="Only those that began since: 2026-01-31, or 24h, 7d ago."),
]


_Format = Annotated[
    Format | None, typer.Option("--format", help="csv, or json; else csv.")
]
_Output = Annotated[
    Path | None,
    typer.Option(help="The file to write; else standard output.", dir_okay=False),
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
    remote(group, "export", example=f"{say} export --output energy.csv")(export)
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


def export(
    caller: Caller,
    kind: _Format = None,
    output: _Output = None,
    station: _Station = None,
    token: _Token = None,
    active: _Active = None,
    since: _Since = None,
    store: Store = None,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Write transactions as CSV or JSON, newest first."""
    as_json = caller.terminal.as_json
    if as_json and output is None and kind is Format.CSV:
        raise UsageProblem("--json prints JSON, expected no --format csv beside it")
    chosen = kind or (Format.JSON if as_json and output is None else Format.CSV)
    place = place_of(store, data_dir, direct)
    with writing(output, caller.terminal) as write:
        if place is not None:
            query = _query(station, token, active, since)
            from_store(place.url, chosen, query, write)
        else:
            filters = _filters(station, token, active, since)
            with caller.client() as client:
                from_connector(client, chosen, filters, write)
    if output is not None:
        done = {"output": str(output), "format": chosen.value}
        caller.terminal.done(done, f"{output} is written")


def _filters(
    station: str | None, token: str | None, active: bool | None, since: str | None
) -> dict[str, Any]:
    return {
        "station": station,
        "token": token,
        "active": active,
        "since": iso(time_before(since)) if since else None,
    }


def _query(
    station: str | None, token: str | None, active: bool | None, since: str | None
) -> dict[str, Any]:
    """The same for the store."""
    return {
        "station": station,
        "token": token,
        "is_active": active,
        "since_ms": round(time_before(since).timestamp() * 1000) if since else None,
    }


def _path(*parts: str) -> str:
    from connector.cli.client import path_of  # noqa: PLC0415

    return path_of("transactions", *parts)
