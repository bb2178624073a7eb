"""`ocpp-connector`: what an operator types.

Without a command it is the same as ``python source/connector/main.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from connector.cli import replay
from connector.main import __version__
from connector.main import main as run

_DESCRIPTION = "Charging stations (OCPP) on MQTT: values out, limits in."
_SETTINGS = (
    "Settings are environment variables, or stand in a file .env in this folder or "
    "above it; README.md has the table."
)


def parser() -> argparse.ArgumentParser:
    """The commands there are."""
    top = argparse.ArgumentParser(
        "ocpp-connector", description=_DESCRIPTION, epilog=_SETTINGS
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(dest="command", title="commands", metavar="")
    running = commands.add_parser(
        "run",
        help="connect stations and MQTT until stopped (the default)",
        description="Connect stations and MQTT until stopped by SIGINT or SIGTERM.",
        epilog=_SETTINGS,
    )
    running.set_defaults(run=_run)
    replay.add_to(commands)
    top.set_defaults(run=_run)
    return top


def _run(_: argparse.Namespace) -> int:
    return run()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; the exit code (2: it cannot be used)."""
    options = parser().parse_args(arguments)
    code: int = options.run(options)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
