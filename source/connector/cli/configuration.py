"""`ocpp-connector config`: the settings that hold here, read as a start reads them."""

from __future__ import annotations

from dataclasses import asdict

import typer

from connector.cli.caller import Caller, local
from connector.cli.columns import SETTINGS

ABOUT = "The settings that the connector of this folder would start with."
_FIT = (
    "the settings fit; neither database nor broker was asked, and no port or password "
    "was tried"
)


def add_to(top: typer.Typer) -> None:
    """Add the commands to those there are."""
    group = typer.Typer(help=ABOUT, no_args_is_help=True)
    local(group, "show", example="ocpp-connector config show")(show)
    local(group, "check", example="ocpp-connector config check")(check)
    local(group, "example", example="ocpp-connector config example > .env.example")(
        example
    )
    top.add_typer(group, name="config")


def show(caller: Caller) -> None:
    """Every setting with its value, and where it comes from; secrets are hidden."""
    from connector.settings.shown import shown_settings  # noqa: PLC0415

    rows = [asdict(each) for each in shown_settings()]
    caller.terminal.rows(rows, SETTINGS, "there are none")


def check(caller: Caller) -> None:
    """Whether the settings fit: exit code 0, or 2 and what is wrong.

    Nothing is connected to: passwords are not tried, nor whether ports are free.
    """
    from connector.settings.loading import load  # noqa: PLC0415
    from connector.settings.shown import unknown_names  # noqa: PLC0415

    load()
    ignored = unknown_names()
    for line in ignored:
        caller.terminal.note(line)
    caller.terminal.done({"ok": True, "ignored": ignored}, _FIT)


def example(caller: Caller) -> None:
    """An .env with every setting, commented out, and what each is for."""
    from connector.settings.shown import example as text  # noqa: PLC0415

    caller.terminal.done({"text": text()}, text().rstrip("\n"))
