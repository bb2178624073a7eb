"""`ocpp-connector replay`: what would become of the recording of a charger."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from connector.errors import LinkRefused, RecordingError
from connector.sessions.recordings import read
from connector.station.replay import ReplayOptions, replay

_DESCRIPTION = (
    "Connect as the station of a recording (RECORD_DIR makes them), say what it said "
    "and answer as it answered. Prints what is answered otherwise than in the "
    "recording. Exit code 0: every call was answered, with no error that is not in the "
    "recording; 1: not so, or the connection was refused; 2: the file is no recording."
)


def add_to(commands: Any) -> None:
    """Add the command to those there are."""
    command: argparse.ArgumentParser = commands.add_parser(
        "replay",
        help="let a recorded station connect once more",
        description=_DESCRIPTION,
    )
    command.add_argument("file", type=Path, help="the recording, JSON lines")
    command.add_argument(
        "--url",
        default="ws://localhost:9000",
        help="where stations connect, without an identity (%(default)s)",
    )
    command.add_argument(
        "--identity", help="another one than that of the recording, as is wise"
    )
    command.add_argument(
        "--speed",
        type=speed,
        default=0.0,
        help="1 is that of the recording; 0, the default, as fast as answers allow",
    )
    command.set_defaults(run=run)


def speed(text: str) -> float:
    """The speed that is meant.

    Raises:
        ValueError: it is none.
    """
    found = float(text)
    if not 0 <= found < float("inf"):
        raise ValueError
    return found


def run(options: argparse.Namespace) -> int:
    """Replay a file; the exit code."""
    try:
        recording = read(options.file)
        result = asyncio.run(
            replay(
                recording,
                options.url,
                options=ReplayOptions(options.speed),
                identity=options.identity,
            )
        )
    except RecordingError as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 1
    except LinkRefused as problem:
        print(f"{options.url}: {problem}", file=sys.stderr)
        return 1
    for line in result.report():
        print(line)
    return 0 if result.is_good else 1
