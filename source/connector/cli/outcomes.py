"""The outcome of a command, shown, and as an exit code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from connector.cli.exits import Exit, of_outcome
from connector.cli.problems import CommandFailed, UsageProblem
from connector.cli.shapes import text_of
from connector.cli.terminal import Terminal

if TYPE_CHECKING:
    from connector.cli.caller import Caller

Json = dict[str, Any]
_PLACE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def give_command(
    caller: Caller, station: str, where: str, name: str, value: Any
) -> None:
    """Give a command of datapoints.md, and show how it ends.

    Raises:
        CommandFailed: otherwise than accepted.
    """
    from connector.cli.client import OUTCOME_S, path_of  # noqa: PLC0415

    if not _PLACE.fullmatch(where):
        raise UsageProblem(f"{where!r} is no place, expected 0, 1, 2, .. or 1.2")
    with caller.client() as client:
        path = path_of("stations", station, where, name)
        outcome = client.post(path, {"value": value}, read_s=OUTCOME_S)
    show_outcome(caller.terminal, outcome)


def show_outcome(terminal: Terminal, outcome: Json) -> None:
    """Print an outcome object.

    Raises:
        CommandFailed: it is another one than accepted.
    """
    name = str(outcome.get("outcome"))
    if terminal.as_json:
        terminal.json(outcome)
    else:
        terminal.done(outcome, _sentence(name, outcome))
    code = of_outcome(name)
    if code is not Exit.DONE:
        raise CommandFailed("", code)


def _sentence(name: str, outcome: Json) -> str:
    """``accepted: unchanged``, with the station's answer where there is one."""
    text = f"{name}: {outcome['detail']}" if outcome.get("detail") else name
    text += " (kept)" if outcome.get("kept") else ""
    response = outcome.get("response")
    return text if response in (None, {}) else f"{text}\n{text_of(response)}"
