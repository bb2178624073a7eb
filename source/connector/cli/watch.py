"""`ocpp-connector watch`: what the stations do, as they do it."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.board import POWER, Board, line_of
from connector.cli.caller import Caller, remote
from connector.cli.completing import identities
from connector.cli.event_stream import events_of
from connector.cli.problems import Unreachable

if TYPE_CHECKING:
    from connector.cli.client import Client

Json = dict[str, Any]
Take = Callable[[str, Json], None]
_TYPES = "station,transaction,outcome"
_AGAIN_AFTER_S = 2.0
_Stations = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[STATION]...",
        help="Only these; without any: all.",
        autocompletion=identities,
    ),
]
_Values = Annotated[
    bool, typer.Option("--values", help="In lines also every value that changes.")
]
_Events = Annotated[
    int,
    typer.Option("--events", min=0, help="End after so many lines; 0: never."),
]


def add_to(top: typer.Typer) -> None:
    """Add the command to those there are."""
    remote(top, "watch", example="ocpp-connector watch")(watch)


def watch(
    caller: Caller,
    station: _Stations = None,
    values: _Values = False,
    events: _Events = 0,
) -> None:
    """Show the stations and what happens to them, until `q` or Ctrl-C.

    On a terminal a table that keeps itself up to date; in a pipe, or with --events,
    a line for everything that happens, which --json makes an object each. Where the
    connector goes away, it is waited for.
    """
    wanted = station or []
    with caller.client() as client:
        if sys.stdout.isatty() and not (caller.terminal.as_json or events or values):
            _on_screen(client, wanted)
        else:
            _in_lines(caller, client, wanted, values=values, most=events)


class _Enough(Exception):
    """So many lines were wanted."""


def _in_lines(
    caller: Caller, client: Client, wanted: list[str], *, values: bool, most: int
) -> None:
    terminal, told = caller.terminal, 0
    last: dict[str, str] = {}

    def take(kind: str, data: Json) -> None:
        nonlocal told
        if terminal.as_json:
            terminal.line(json.dumps({"event": kind, **data}))
        else:
            text = line_of(kind, data)
            # Of what changes in a station much is not in its line.
            if kind == "station" and last.get(data["station"]) == text:
                return
            if kind == "station":
                last[data["station"]] = text
            terminal.line(text)
        told += 1
        if told == most:
            raise _Enough

    def begin(stations: list[Json]) -> None:
        for each in stations:
            take("station", each)

    types = f"{_TYPES},datapoint" if values else _TYPES
    try:
        _follow(client, wanted, {"types": types}, begin, take, terminal.note)
    except _Enough:
        return


def _on_screen(client: Client, wanted: list[str]) -> None:
    from connector.cli.board_view import shown  # noqa: PLC0415
    from connector.cli.quit_key import quits  # noqa: PLC0415

    board = Board()
    query = {"types": f"{_TYPES},datapoint", "name": POWER}

    def begin(stations: list[Json]) -> None:
        board.begin(stations)
        for each in _powers(client):
            board.take("datapoint", each)

    with quits(), shown(board):
        _follow(client, wanted, query, begin, board.take, board.lost)


def _follow(
    client: Client,
    wanted: list[str],
    query: dict[str, Any],
    begin: Callable[[list[Json]], None],
    take: Take,
    lost: Callable[[str], None],
) -> None:
    """Have everything told, for ever.

    Raises:
        CommandFailed: it was refused, or nobody was there from the start.
    """
    was_there, told = False, ""
    while True:
        try:
            with _events(client, wanted, query) as found:
                for kind, data in found:
                    if kind == "hello":
                        begin(_listed(client, wanted))
                        was_there, told = True, ""
                    else:
                        take(kind, data)
            why = "the connector has ended the stream"
        except Unreachable as problem:
            if not was_there:
                raise
            why = str(problem)
        if why != told:
            told = why
            lost(f"it is waited for: {why}")
        # Not in a hurry: it may be starting.
        threading.Event().wait(_AGAIN_AFTER_S)


@contextmanager
def _events(
    client: Client, wanted: list[str], query: dict[str, Any]
) -> Iterator[Iterator[tuple[str, Json]]]:
    from connector.cli.client import path_of  # noqa: PLC0415

    stations = wanted or None
    with client.stream(path_of("events"), station=stations, **query) as parts:
        yield events_of(parts)


def _powers(client: Client) -> Iterator[Json]:
    """What was told before: the next time may be a minute away."""
    from connector.cli.client import path_of  # noqa: PLC0415

    found = client.items(path_of("datapoints"), 0, name=POWER)
    return (each for each in found if each["value"] is not None)


def _listed(client: Client, wanted: list[str]) -> list[Json]:
    from connector.cli.client import path_of  # noqa: PLC0415

    found = client.items(path_of("stations"), 0)
    return [each for each in found if not wanted or each["station"] in wanted]
