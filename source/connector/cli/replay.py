"""`ocpp-connector replay`: what would become of the recording of a charger."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.caller import Caller, local
from connector.cli.exits import Exit
from connector.cli.problems import CommandFailed, UsageProblem

if TYPE_CHECKING:
    from connector.station.replay_result import ReplayResult


def _speed(text: str) -> float:
    """The speed that is meant.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise typer.BadParameter(f"{text!r} is no speed, expected a number, 0 or more")
    return found


_File = Annotated[
    Path, typer.Argument(metavar="FILE", help="The recording, JSON lines.")
]
_Url = Annotated[str, typer.Option(help="Where stations connect, without an identity.")]
_Identity = Annotated[
    str | None,
    typer.Option(help="Another one than that of the recording, as is wise."),
]
_Speed = Annotated[
    float,
    typer.Option(
        parser=_speed,
        metavar="NUMBER",
        help="1 is that of the recording; 0, the default, as fast as answers allow.",
    ),
]


def add_to(top: typer.Typer) -> None:
    """Add the command to those there are."""
    local(
        top,
        "replay",
        example="ocpp-connector replay CP-7.jsonl --identity CP-7-again",
    )(run)


def run(
    caller: Caller,
    file: _File,
    url: _Url = "ws://localhost:9000",
    identity: _Identity = None,
    speed: _Speed = 0.0,
) -> None:
    """Let a recorded station connect once more.

    Connect as the station of a recording (RECORD_DIR makes them), say what it said and
    answer as it answered. Prints what is answered otherwise than in the recording. Exit
    code 0: every call was answered, with no error that is not in the recording; 1: not
    so, or the connection was refused; 2: the file is no recording.
    """
    result = _replayed(file, url, identity, speed)
    lines = list(result.report())
    good = result.is_good
    caller.terminal.done({"good": good, "report": lines}, "\n".join(lines))
    if not good:
        raise CommandFailed("", Exit.NO)


def _replayed(file: Path, url: str, identity: str | None, speed: float) -> ReplayResult:
    from connector.errors import LinkRefused, RecordingError  # noqa: PLC0415
    from connector.sessions.recordings import read  # noqa: PLC0415
    from connector.station.replay import ReplayOptions, replay  # noqa: PLC0415

    try:
        recording = read(file)
        options = ReplayOptions(speed)
        return asyncio.run(replay(recording, url, options=options, identity=identity))
    except RecordingError as problem:
        raise UsageProblem(str(problem)) from None
    except LinkRefused as problem:
        raise CommandFailed(f"{url}: {problem}") from None
