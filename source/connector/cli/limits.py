"""`ocpp-connector limit` and `command`: what datapoints.md lets one write."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.cli.caller import Caller, remote
from connector.cli.completing import identities
from connector.cli.outcomes import give_command
from connector.cli.problems import UsageProblem
from connector.cli.quantities import EXPECTED, parse_limit
from connector.cli.values import read_value

# What begins with a minus may be a number here; what else is no place either.
_NUMBERS = {"context_settings": {"ignore_unknown_options": True}}
_Station = Annotated[
    str,
    typer.Argument(
        metavar="STATION", help="The station's identity.", autocompletion=identities
    ),
]
_WhereAndLimit = Annotated[
    list[str],
    typer.Argument(
        metavar="[WHERE] LIMIT",
        help=f"The connector or EVSE (0, the whole station, where it is left out), and "
        f"{EXPECTED}.",
    ),
]
_Where = Annotated[
    str,
    typer.Argument(
        metavar="WHERE", help="0, the station, or the connector or EVSE: 1, 2, 1.2."
    ),
]
_Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The command, such as charge or reset.")
]
_Value = Annotated[
    str,
    typer.Argument(
        metavar="VALUE", help="JSON, else text; @file reads a file, - standard input."
    ),
]


def add_to(top: typer.Typer) -> None:
    """Add the commands to those there are."""
    remote(top, "limit", example="ocpp-connector limit CP-7 1 11kW", **_NUMBERS)(limit)
    remote(
        top,
        "command",
        example="ocpp-connector command CP-7 1 charge true",
        **_NUMBERS,
    )(command)


def limit(caller: Caller, station: _Station, where_and_limit: _WhereAndLimit) -> None:
    """Limit what a station, or one of its connectors, draws; shows the outcome."""
    where, text = _two(where_and_limit)
    wanted = parse_limit(text)
    give_command(caller, station, where, wanted.command, wanted.value)


def command(
    caller: Caller, station: _Station, where: _Where, name: _Name, value: _Value
) -> None:
    """Give any command of the reference of datapoints; shows the outcome."""
    give_command(caller, station, where, name, read_value(value))


def _two(words: list[str]) -> tuple[str, str]:
    if len(words) == 1:
        return "0", words[0]
    if len(words) == 2:
        return words[0], words[1]
    raise UsageProblem(f"{' '.join(words)!r}: expected a connector and a limit")
