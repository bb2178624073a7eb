"""The databases that can be used, and what each has to know."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from connector.errors import StoreError

EXPECTED = (
    "sqlite:///<path> or postgresql://<user>:<password>@<host>:<port>/<database> "
    "(%-encoded where one of them has a special character)"
)


class NotYet(StoreError):
    """Nothing answers there; it may within seconds."""


class Backend(Protocol):
    """One kind of database."""

    @property
    def ANSWERS_WITHIN_S(self) -> float:
        """For how long it is tried again where `reach` says `NotYet`."""

    def checked(self, url: URL) -> URL:
        """A URL that can be used, with the driver that is ours.

        Raises:
            StoreError: it lacks something, or has what is unknown.
        """

    def shown(self, url: URL) -> str:
        """Which database it is, for people; without the password."""

    def make_engine(self, url: URL) -> Engine:
        """The engine, of one connection; nothing is opened yet.

        Raises:
            StoreError: it cannot be made.
        """

    def reach(self, engine: Engine) -> None:
        """Whether the database can be used; changes nothing.

        Raises:
            NotYet: nothing answers.
            StoreError: it cannot.
        """

    def alone(self, connection: Connection) -> AbstractContextManager[None]:
        """Nobody else changes the schema, and no statement of ours is cut off.

        Raises:
            StoreError: somebody else is at it for too long.
        """


def _sqlite() -> Backend:
    from connector.store import sqlite  # noqa: PLC0415

    return sqlite


def _postgresql() -> Backend:
    # Its driver takes time to load, and most have no use for it.
    from connector.store import postgresql  # noqa: PLC0415

    return postgresql


_BACKENDS: dict[str, Callable[[], Backend]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
}
_OTHER_NAMES = {"postgres": "postgresql"}


def backend_of(text: str) -> tuple[Backend, URL]:
    """Who knows the database at a URL, and the URL as it is used.

    Raises:
        StoreError: it is no URL of a database that can be used; the text has neither
            the URL nor parts of it.
    """
    try:
        url = make_url(text)
        name = url.drivername.partition("+")[0]
        url = url.set(drivername=_OTHER_NAMES.get(name, name))
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError(f"this is no URL of a database: {EXPECTED}") from None
    if url.drivername not in _BACKENDS:
        raise StoreError(f"this kind of database is not supported: {EXPECTED}")
    backend = _BACKENDS[url.drivername]()
    return backend, backend.checked(url)
