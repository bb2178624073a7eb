"""`ocpp-connector store`: where everything is kept; backups."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.caller import Caller, local, remote
from connector.cli.direct import DataDir, Direct, Place, Store, place_of
from connector.cli.problems import UsageProblem

ABOUT = "Where everything is kept: how it is, backup, restore."
_BACKUP_S = 3600.0
_Output = Annotated[
    Path | None,
    typer.Option(
        help="The file to write, which must not be there, of a store itself; else one "
        "in the folder backups of DATA_DIR.",
        dir_okay=False,
    ),
]
_File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="A backup, or a SQLite file of a connector."),
]
_Force = Annotated[
    bool,
    typer.Option(
        "--force", help="Also where something is kept already: that is put aside."
    ),
]


def add_to(top: typer.Typer) -> None:
    """Add the commands to those there are."""
    group = typer.Typer(help=ABOUT, no_args_is_help=True)
    say = "ocpp-connector store"
    remote(group, "info", example=f"{say} info")(info)
    remote(group, "backup", example=f"{say} backup")(backup)
    local(
        group,
        "restore",
        example=f"{say} restore connector-20260131T120000Z.tar.gz --data-dir data",
    )(restore)
    local(group, "migrate", example=f"{say} migrate --data-dir data")(migrate)
    local(group, "check", example=f"{say} check --data-dir data")(check)
    top.add_typer(group, name="store")


def info(
    caller: Caller,
    store: Store = None,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Show which database it is, its size, its schema, and how much is kept."""
    place = place_of(store, data_dir, direct)
    if place is None:
        with caller.client() as client:
            found = client.get(_path())
    else:
        from connector.cli.store_work import shown  # noqa: PLC0415

        found = shown(place.url)
    caller.terminal.item(found)


def backup(
    caller: Caller,
    output: _Output = None,
    store: Store = None,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Make a backup while the connector runs, or without one.

    It has everything that is in the store, and the secrets beside it: keep it safe.
    """
    place = place_of(store, data_dir, direct)
    if place is None:
        found = _backup_by_connector(caller, output)
    else:
        _check_folder(output)
        from connector.cli.store_work import backed_up  # noqa: PLC0415

        found = backed_up(place, output)
    caller.terminal.done(found, str(found["file"]))


def restore(
    caller: Caller,
    file: _File,
    force: _Force = False,
    store: Store = None,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Put a backup in the place of a store; no connector may run on it.

    Without another place it is that of the settings here. Everything is looked through
    before anything is replaced, and what is replaced is kept beside it.
    """
    from connector.cli.store_work import restored  # noqa: PLC0415

    if not file.is_file():
        raise UsageProblem(f"{file}: there is no such file")
    found = restored(_place(store, data_dir, direct), file, force=force)
    lines = [f"the backup of {found['made']} is in its place"]
    lines += [f"what was there before: {path}" for path in found["aside"]]
    caller.terminal.done(found, "\n".join(lines))


def migrate(
    caller: Caller,
    store: Store = None,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Bring a store to the schema of this version, as a start of it would."""
    from connector.cli.store_work import migrated  # noqa: PLC0415

    found = migrated(_place(store, data_dir, direct).url)
    caller.terminal.done(found, f"schema {found['before']} -> {found['schema']}")


def check(
    caller: Caller,
    store: Store = None,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Look a whole store through: exit code 0, or 7 and what is wrong."""
    from connector.cli.store_work import checked  # noqa: PLC0415

    found = checked(_place(store, data_dir, direct).url)
    caller.terminal.done(found, f"{found['rows']} rows, nothing is wrong")


def _check_folder(output: Path | None) -> None:
    """A folder that is not there may be a disk that is not mounted: none is made.

    Raises:
        UsageProblem: there is no such folder.
    """
    if output is not None and not output.parent.is_dir():
        raise UsageProblem(f"{output}: there is no folder {output.parent}")


def _backup_by_connector(caller: Caller, output: Path | None) -> dict[str, Any]:
    """A connector writes it where it runs.

    Raises:
        UsageProblem: it is to be somewhere else.
    """
    if output is not None:
        raise UsageProblem(
            "a connector writes to DATA_DIR/backups; --output goes with --direct, "
            "--data-dir or --store"
        )
    with caller.client() as client:
        found: dict[str, Any] = client.post(_path("backup"), read_s=_BACKUP_S)
    return found


def _place(store: str | None, data_dir: Path | None, direct: bool) -> Place:
    """The one of the settings, where none is named: no connector can be asked."""
    return place_of(store, data_dir, direct) or _of_settings()


def _of_settings() -> Place:
    found = place_of(None, None, True)
    assert found is not None  # noqa: S101
    return found


def _path(*parts: str) -> str:
    from connector.cli.client import path_of  # noqa: PLC0415

    return path_of("store", *parts)
