"""The outcome of a command, shown, and as an exit code."""

from __future__ import annotations

from typing import Any

from connector.cli.exits import Exit, of_outcome
from connector.cli.problems import CommandFailed
from connector.cli.shapes import text_of
from connector.cli.terminal import Terminal

Json = dict[str, Any]


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
    kept = " (kept: it is applied when the station can take it)"
    text = f"{name}: {outcome['detail']}" if outcome.get("detail") else name
    text += kept if outcome.get("kept") else ""
    response = outcome.get("response")
    return text if response in (None, {}) else f"{text}\n{text_of(response)}"
