"""`ocpp-connector`: what an operator types.

Without a command it is the same as ``python source/connector/main.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

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
    commands.add_parser(
        "run",
        help="connect stations and MQTT until stopped (the default)",
        description="Connect stations and MQTT until stopped by SIGINT or SIGTERM.",
        epilog=_SETTINGS,
    )
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; the exit code (2: it cannot be used)."""
    parser().parse_args(arguments)
    return run()


if __name__ == "__main__":
    raise SystemExit(main())
