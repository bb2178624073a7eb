"""The database's schema, brought to the newest version when it is opened."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from connector.errors import StoreError

HEAD = "0006"
"""The newest revision in ``migrations/versions``; a test compares."""


Alone = Callable[[Connection], AbstractContextManager[None]]


def migrate(connection: Connection, alone: Alone) -> None:
    """Bring the schema to `HEAD`; a current one costs one query.

    ``alone`` keeps others from doing the same.

    Raises:
        StoreError: it was made by a newer version, and is left as it is.
    """
    if revision(connection) == HEAD:
        return
    with alone(connection):
        # Somebody else may have been first.
        found = revision(connection)
        if found != HEAD:
            _upgrade(connection, found)


def revision(connection: Connection) -> str | None:
    """The revision of the schema that is there."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(connection: Connection, found: str | None) -> None:
    # Loading it takes a tenth of a second, and most starts need none of it.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as problem:
        raise StoreError(
            f"its schema ({found}) is not one this version can bring to {HEAD}: a "
            "newer version of the connector made it. Nothing was changed: run that "
            "version, or restore a backup of before"
        ) from problem
