"""All commands, put together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

import typer

from connector.cli import (
    calls,
    configuration,
    limits,
    pki,
    replay,
    running,
    station,
    stations,
    store,
    tokens,
    transactions,
)
from connector.cli.exits import Exit

NAME = "ocpp-connector"
_ABOUT = "Charging stations (OCPP) on MQTT: values out, limits in."
_SETTINGS = (
    "Without a command it connects stations and MQTT, like `run`. Settings are "
    "environment variables, or stand in a file .env in this folder or above it."
)


_PARTS = (
    stations,
    tokens,
    transactions,
    limits,
    calls,
    pki,
    store,
    configuration,
    replay,
    station,
)
"""Each adds its commands; help lists them in this order."""


@cache
def program() -> Any:
    """The commands there are, as one; while a process runs they stay the same."""
    top = typer.Typer(
        name=NAME,
        help=_ABOUT,
        epilog=_SETTINGS,
        # The traceback of a mistake, without values: they may be secrets.
        pretty_exceptions_enable=False,
    )
    top.callback()(_top)
    top.command("run", epilog="Example: ocpp-connector run")(_run)
    for part in _PARTS:
        part.add_to(top)
    return typer.main.get_command(top)


def perform(words: Sequence[str]) -> int:
    """Run a command line; the exit code."""
    try:
        program()(args=list(words), prog_name=NAME)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.DONE
    return Exit.DONE


def _show_version(is_asked: bool) -> None:
    if is_asked:
        from connector.main import __version__  # noqa: PLC0415

        typer.echo(f"{NAME} {__version__}")
        raise typer.Exit


_Version = Annotated[
    bool,
    typer.Option(
        "--version",
        help="Show the version.",
        callback=_show_version,
        is_eager=True,
    ),
]


def _top(version: _Version = False) -> None:
    """Nothing of its own: each command says what it needs."""


def _run() -> None:
    """Connect stations and MQTT until stopped by SIGINT or SIGTERM (the default)."""
    raise typer.Exit(running.run())
