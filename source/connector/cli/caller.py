"""Who has typed a command: where to ask for it, and how its result is shown.

Every command is made by `remote` or `local`: they add the options that all have, map
what goes wrong to exit codes, and keep its example with its help.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.exits import Exit
from connector.cli.hints import to_type
from connector.cli.problems import CommandFailed
from connector.cli.terminal import Terminal
from connector.cli.visible import visible_lines
from connector.errors import SettingsError, StoreError

Function = Callable[..., Any]
_OF_CONNECTOR = "Where the connector is"
AsJson = Annotated[
    bool, typer.Option("--json", help="Print JSON, and nothing else, on stdout.")
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        help="The connector's HTTP API; else OCPP_CONNECTOR_URL, else HTTP_PORT of "
        "this machine.",
        rich_help_panel=_OF_CONNECTOR,
    ),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        help="A file with the API's token; else API_TOKEN, else DATA_DIR/api.token.",
        rich_help_panel=_OF_CONNECTOR,
    ),
]


@dataclass(frozen=True, slots=True)
class Caller:
    """What a command is given first."""

    terminal: Terminal
    url: str | None = None
    token_file: Path | None = None

    def client(self) -> Any:
        """The API, to be used in a ``with``.

        Raises:
            SettingsError: the connector's place, or the token, cannot be used.
        """
        from connector.cli.client import Client  # noqa: PLC0415
        from connector.settings.access import find_access  # noqa: PLC0415

        return Client(find_access(self.url, self.token_file))


def remote(
    group: typer.Typer, name: str, *, example: str, **more: Any
) -> Callable[[Function], Function]:
    """A command that talks to a running connector."""
    shared = {"url": Url, "token_file": TokenFile, "as_json": AsJson}
    return _command(group, name, example, shared, more)


def local(
    group: typer.Typer, name: str, *, example: str, **more: Any
) -> Callable[[Function], Function]:
    """A command that needs none."""
    return _command(group, name, example, {"as_json": AsJson}, more)


_DEFAULTS: dict[str, Any] = {"url": None, "token_file": None, "as_json": False}


def _command(
    group: typer.Typer,
    name: str,
    example: str,
    shared: dict[str, Any],
    more: dict[str, Any],
) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        def run(**given: Any) -> None:
            options = {option: given.pop(option) for option in shared}
            terminal = Terminal(options.pop("as_json"))
            caller = Caller(terminal, **options)
            ended(terminal, lambda: function(caller, **given))

        run.__doc__ = function.__doc__
        # What typer reads: ours instead of the function's own first parameter.
        run.__dict__["__signature__"] = _signature(function, shared)
        group.command(name, epilog=f"Example: {example}", **more)(run)
        return function

    return decorate


def _signature(function: Function, shared: dict[str, Any]) -> inspect.Signature:
    _, *own = inspect.signature(function, eval_str=True).parameters.values()
    added = [
        inspect.Parameter(
            option,
            inspect.Parameter.KEYWORD_ONLY,
            default=_DEFAULTS[option],
            annotation=annotation,
        )
        for option, annotation in shared.items()
    ]
    return inspect.Signature([*own, *added])


def ended(terminal: Terminal, run: Callable[[], Any]) -> None:
    """Run a command; whatever ends it early becomes a message and an exit code.

    Raises:
        typer.Exit: with the code, where that is not 0.
    """
    try:
        run()
    except CommandFailed as problem:
        if problem.reason:
            terminal.note(to_type(problem.reason))
        raise typer.Exit(problem.code) from None
    except SettingsError as problem:
        terminal.note(str(problem))
        raise typer.Exit(Exit.USAGE) from None
    except StoreError as problem:
        terminal.note(visible_lines(to_type(str(problem))))
        raise typer.Exit(Exit.TROUBLE) from None
    except (KeyboardInterrupt, typer.Abort):
        raise typer.Exit(Exit.INTERRUPTED) from None
