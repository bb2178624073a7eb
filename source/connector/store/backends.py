"""The databases that can be used, and what each has to know."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from connector.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

A_DATABASE = (
    "sqlite:///<path> or postgresql://<user>:<password>@<host>:<port>/<database> "
    "(special characters in one of them as %XX)"
)


class Backend(Protocol):
    """One kind of database."""

    @property
    def ANSWERS_WITHIN_S(self) -> float:
        """For how long it is tried again where `reach` says `NotYet`."""

    @property
    def IS_SERVER(self) -> bool:
        """Whether it may go away while we run."""

    def checked(self, url: URL) -> URL:
        """A URL that can be used, with the driver that is ours.

        Raises:
            StoreError: it lacks something, or has what is unknown.
        """

    def shown(self, url: URL) -> str:
        """Which database it is, for people; without the password."""

    def make_engine(self, url: URL, *, for_long_reads: bool = False) -> Engine:
        """The engine, of one connection; nothing is opened yet.

        Args:
            url: as `checked` gave it.
            for_long_reads: what nobody waits for in a hurry is not cut off early.

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
        StoreError: it is no URL of a database that can be used. The text has no part
            of it, which may be a secret.
    """
    # Whoever reads settings needs no database for it.
    from sqlalchemy import make_url  # noqa: PLC0415
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError  # noqa: PLC0415

    try:
        url = make_url(text)
        name = url.drivername.partition("+")[0]
        url = url.set(drivername=_OTHER_NAMES.get(name, name))
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError("it is no URL of a database") from None
    if url.drivername not in _BACKENDS:
        raise StoreError("this kind of database is not supported")
    backend = _BACKENDS[url.drivername]()
    return backend, backend.checked(url)
