"""`ocpp-connector send`: any call of OCPP to a station."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from connector.cli.caller import Caller, remote
from connector.cli.completing import identities
from connector.cli.outcomes import show_outcome
from connector.cli.problems import UsageProblem
from connector.cli.values import read_json

_Station = Annotated[
    str,
    typer.Argument(
        metavar="STATION", help="The station's identity.", autocompletion=identities
    ),
]
_Action = Annotated[
    str,
    typer.Argument(
        metavar="ACTION", help="An action of the station's OCPP version, such as Reset."
    ),
]
_Payload = Annotated[
    str,
    typer.Argument(
        metavar="[PAYLOAD]",
        help="A JSON object; @file reads a file, - standard input.",
    ),
]
_Timeout = Annotated[
    float | None,
    typer.Option(
        help="Seconds that the station may take; else CALL_TIMEOUT_S of the connector.",
        min=0.1,
        max=3600,
    ),
]


def add_to(top: typer.Typer) -> None:
    """Add the command to those there are."""
    example = """ocpp-connector send CP-7 Reset '{"type": "Soft"}'"""
    remote(top, "send", example=example)(send)


def send(
    caller: Caller,
    station: _Station,
    action: _Action,
    payload: _Payload = "{}",
    timeout: _Timeout = None,
) -> None:
    """Send any OCPP call to a station, as it is given; shows the outcome."""
    from connector.cli.client import OUTCOME_S, path_of  # noqa: PLC0415

    body: dict[str, Any] = {"action": action, "payload": _payload(payload)}
    if timeout is not None:
        body["timeout_s"] = timeout
    with caller.client() as client:
        path = path_of("stations", station, "calls")
        outcome = client.post(path, body, read_s=OUTCOME_S)
    show_outcome(caller.terminal, outcome)


def _payload(text: str) -> dict[str, Any]:
    found = read_json(text)
    if not isinstance(found, dict):
        raise UsageProblem("the payload is no JSON object")
    return found
