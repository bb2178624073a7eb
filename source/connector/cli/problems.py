"""What ends a command, with its exit code and words for people.

::

    CommandFailed
    ├── UsageProblem       what was typed, or a file that it names, cannot be used
    ├── Unreachable        no connector answers
    └── ConnectorRefused   it answered, and with a problem
"""

from __future__ import annotations

from connector.cli.exits import Exit, of_status
from connector.errors import ConnectorError


class CommandFailed(ConnectorError):
    """A command that ends with ``code``; ``reason`` goes to stderr."""

    def __init__(self, reason: str, code: Exit = Exit.NO) -> None:
        super().__init__(reason, code)
        self.reason = reason
        self.code = code

    def __str__(self) -> str:
        return self.reason


class UsageProblem(CommandFailed):
    """What was typed, or a file that it names, cannot be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, Exit.USAGE)


class Unreachable(CommandFailed):
    """No connector answers at ``url``."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}", Exit.UNREACHABLE)


class ConnectorRefused(CommandFailed):
    """The connector answered with ``status`` and a detail."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail, of_status(status))
        self.status = status
