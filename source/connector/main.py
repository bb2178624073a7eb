"""The entry point of the connector."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from connector.settings import SettingsError, load

__version__ = "0.1.0"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the settings; the exit code (2: they cannot be used)."""
    try:
        load()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
