"""The store itself, for commands that work without a connector."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from connector.cli.problems import UsageProblem

FILE = "connector.sqlite"
"""Below ``DATA_DIR``; see `Settings.database_url`."""
_PANEL = "The store itself, without asking a connector"
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="Its URL, such as sqlite:////data/connector.sqlite (with a password in "
        "it rather STORE_URL and --direct).",
        rich_help_panel=_PANEL,
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="FOLDER",
        help="The folder in which the connector keeps everything.",
        rich_help_panel=_PANEL,
    ),
]
Direct = Annotated[
    bool,
    typer.Option(
        "--direct",
        help="The one of the settings here: STORE_URL, else in DATA_DIR.",
        rich_help_panel=_PANEL,
    ),
]


@dataclass(frozen=True, slots=True)
class Place:
    """A store, and the folder of its connector where that is known."""

    url: str
    data_dir: Path | None = None
    operator: str | None = None
    """`OPERATOR_NAME` of the settings."""


def place_of(store: str | None, data_dir: Path | None, direct: bool) -> Place | None:
    """The store that is meant; None: the connector is to be asked.

    Raises:
        UsageProblem: more than one is named.
        SettingsError: the settings cannot be used.
    """
    if sum((store is not None, data_dir is not None, direct)) > 1:
        raise UsageProblem("expected one of --store, --data-dir and --direct")
    if store is not None:
        return Place(store)
    if data_dir is not None:
        return Place(f"sqlite:///{data_dir / FILE}", data_dir)
    if not direct:
        return None
    from connector.settings.loading import load  # noqa: PLC0415

    settings = load()
    return Place(settings.database_url, settings.data_dir, settings.operator_name)
