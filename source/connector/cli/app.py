"""`ocpp-connector`: what an operator types.

Without a command it is the same as ``python source/connector/main.py``, and starts as
fast: what the other commands need is loaded for them alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from connector.cli import running
from connector.cli.exits import Exit
from connector.settings.access import is_completing

_RUNNING: tuple[list[str], ...] = ([], ["run"])
_RUNS = (
    "ocpp-connector: without a command this is the connector itself, until Ctrl-C; "
    "--help shows the commands"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; the exit code is one of `Exit`."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words in _RUNNING and not is_completing():
        if not words:
            print(_RUNS, file=sys.stderr)
        return running.run()
    try:
        from connector.cli.program import perform  # noqa: PLC0415

        return perform(words)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


if __name__ == "__main__":
    raise SystemExit(main())
