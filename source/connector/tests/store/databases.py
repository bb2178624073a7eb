"""Databases as tests reach them beside the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from connector.store.backends import backend_of
from connector.tests.postgresql import PostgreSQL

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
"""Parameters of a fixture that asks for an `empty_database`."""


def empty_database(request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of an empty database of the kind that the request has as parameter."""
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'connector.sqlite'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.empty_database()


def engine_of(url: str) -> Engine:
    """The engine that the store would have."""
    backend, parsed = backend_of(url)
    return backend.make_engine(parsed)


def execute(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements in a transaction; the rows of the last one."""
    engine = engine_of(url)
    rows: list[tuple[Any, ...]] = []
    with engine.begin() as connection:
        for statement in statements:
            result = connection.exec_driver_sql(statement)
            rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows


def add(value: int) -> Any:
    """An operation: a row of the table that the fixture `groups` makes."""
    return lambda c: c.execute(text("INSERT INTO t VALUES (:x)"), {"x": value}).rowcount


def count(connection: Connection) -> Any:
    """An operation: how many rows it has."""
    return connection.execute(text("SELECT count(*) FROM t")).scalar()
