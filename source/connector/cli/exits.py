"""How a command ends: its exit codes, as scripts and the reference page read them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType


class Exit(IntEnum):
    """The codes; `MEANINGS` has their words."""

    DONE = 0
    NO = 1
    USAGE = 2
    UNREACHABLE = 3
    UNAUTHORIZED = 4
    NOT_FOUND = 5
    SILENT = 6
    TROUBLE = 7
    INTERRUPTED = 130
    PIPE = 141


MEANINGS: Mapping[Exit, str] = MappingProxyType(
    {
        Exit.DONE: "done; the station accepted",
        Exit.NO: "the station or the connector said no; a scenario, or a line, failed",
        Exit.USAGE: "the command line, a file, a value or a setting cannot be used",
        Exit.UNREACHABLE: "no connector answers there",
        Exit.UNAUTHORIZED: "the connector wants another token",
        Exit.NOT_FOUND: "there is no such station, token, transaction or certificate",
        Exit.SILENT: "the station is not connected, or did not answer in time",
        Exit.TROUBLE: "the connector or its store cannot do it now",
        Exit.INTERRUPTED: "interrupted (Ctrl-C)",
        Exit.PIPE: "whoever read the output has stopped reading",
    }
)

OF_OUTCOME: Mapping[str, Exit] = MappingProxyType(
    {
        "accepted": Exit.DONE,
        "rejected": Exit.NO,
        "error": Exit.NO,
        "superseded": Exit.NO,
        "unsupported": Exit.NO,
        "invalid": Exit.USAGE,
        "timeout": Exit.SILENT,
        "disconnected": Exit.SILENT,
        "queue_full": Exit.TROUBLE,
    }
)
"""By the outcome of a command; one that is not here is a no."""

OF_STATUS: Mapping[int, Exit] = MappingProxyType(
    {
        400: Exit.USAGE,
        401: Exit.UNAUTHORIZED,
        403: Exit.UNAUTHORIZED,
        404: Exit.NOT_FOUND,
        405: Exit.UNREACHABLE,
        408: Exit.TROUBLE,
        413: Exit.USAGE,
        422: Exit.USAGE,
        429: Exit.TROUBLE,
    }
)
"""By the status of an answer; other 4xx are a no, all 5xx trouble."""
_SERVER_ERROR = 500


def of_status(status: int) -> Exit:
    """The code for an answer of HTTP that is none of 2xx."""
    other = Exit.TROUBLE if status >= _SERVER_ERROR else Exit.NO
    return OF_STATUS.get(status, other)


def of_outcome(outcome: str) -> Exit:
    """The code for the outcome of a command."""
    return OF_OUTCOME.get(outcome, Exit.NO)
