"""PostgreSQL as the store wants it: one connection, and no wait without an end.

Durability is the server's own: ``synchronous_commit`` stays as it is set there.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DBAPIError

from connector.errors import StoreError
from connector.store.columns import to_json
from connector.store.failures import NotYet, first_line

T = TypeVar("T")

IS_SERVER = True
ANSWERS_WITHIN_S = 30.0
"""A database that starts together with us is waited for."""
CONNECTS_WITHIN_S = 3
SILENT_FOR_S = 6.0
"""Then a server, or the way to it, is taken for dead.

Stations wait ten seconds and more for an answer: they shall hear that we cannot.
"""
READS_WITHIN_S = 120.0
MIGRATES_WITHIN_S = 600.0
_SESSION = (
    "SET lock_timeout = 3000;"
    # Others wait for what we hold: ours may not sleep on it, frozen or cut off.
    "SET idle_in_transaction_session_timeout = 20000;"
    "SET timezone = 'UTC'"
)
_KEEPALIVE = {
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}
_LOCK = 4_973_001_600_201
"""Of everybody who changes the schema of a connector's database."""
_LOCK_AGAIN_S = 0.2
_LOCKED_FOR_S = 60.0
_READ_ONLY = "25006"
_REFUSED = ("not support SSL", "certificate", "invalid", "no password supplied")
_FATAL_FOR_NOW = ("starting up", "shutting down", "recovery", "too many", "reserved")


# -- the URL


def checked(url: URL) -> URL:
    """With our driver, whichever it names.

    Raises:
        StoreError: something is missing, unknown, or not written as it has to be.
    """
    if not url.database:
        raise StoreError("it names no database")
    if "@" in (url.host or ""):
        raise StoreError("it has more than one @")
    try:
        make_conninfo("", **{name: "" for name in url.query})
    except psycopg.ProgrammingError:
        # Not which one: behind a ? in a password, it is part of it.
        raise StoreError("one of the options behind ? is unknown") from None
    return url.set(drivername="postgresql+psycopg")


def shown(url: URL) -> str:
    """Host and database."""
    hosts = url.query.get("host") or url.host or "localhost"
    if not isinstance(hosts, str):
        hosts = ",".join(hosts)
    port = f":{url.port}" if url.port else ""
    return f"PostgreSQL at {hosts}{port}/{url.database}"


# -- the connection


class NoAnswer(psycopg.OperationalError):
    """The server was silent for too long; what it was asked may be done or not."""

    was_silent = True


class Bounded(psycopg.Connection[Any]):
    """A connection that never waits longer than ``silent_for_s`` for a sign of life.

    The server's own time limits are worth nothing while it does not run.
    """

    silent_for_s = SILENT_FOR_S

    def wait(self, gen: Generator[Any, Any, T], *arguments: Any, **named: Any) -> T:
        """As that of psycopg."""
        try:
            return super().wait(self._until_silent(gen), *arguments, **named)
        except NoAnswer:
            # It could still come, and be taken for the answer to something else.
            self.pgconn.finish()
            raise

    def _until_silent(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        try:
            wanted = next(gen)
            deadline_s = time.monotonic() + self.silent_for_s
            while True:
                ready = yield wanted
                now_s = time.monotonic()
                if ready:
                    deadline_s = now_s + self.silent_for_s
                elif now_s > deadline_s:
                    raise NoAnswer(f"no answer within {self.silent_for_s:g} s")
                wanted = gen.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result


def make_engine(url: URL, *, for_long_reads: bool = False) -> Engine:
    """The engine; it connects when it is used, and again when the server was away."""
    within_s = READS_WITHIN_S if for_long_reads else SILENT_FOR_S
    engine: Engine = create_engine(
        url,
        creator=lambda: _connect(engine, within_s),
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
        json_serializer=to_json,
        use_native_hstore=False,
    )
    event.listen(engine, "handle_error", _leave_what_is_read_only)
    return engine


def _connect(engine: Engine, within_s: float) -> Bounded:
    _, given = engine.dialect.create_connect_args(engine.url)
    ours: dict[str, Any] = {
        "connect_timeout": CONNECTS_WITHIN_S,
        "application_name": "ocpp-connector",
        **_KEEPALIVE,
    }
    # In a transaction, settings would go with it if that is rolled back.
    connection = Bounded.connect(**{**ours, **given}, autocommit=True)
    try:
        limit = f"SET statement_timeout = {within_s * 1000:.0f}"
        connection.execute(f"{limit}; {_SESSION}")
        connection.autocommit = False
    except BaseException:
        connection.close()
        raise
    connection.silent_for_s = within_s
    return connection


def _leave_what_is_read_only(context: ExceptionContext) -> None:
    """Among several hosts another one is the primary now: connect anew."""
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True


def reach(engine: Engine) -> None:
    """Connect.

    Raises:
        NotYet: nothing answers, or the server is starting.
        StoreError: the server refuses us.
    """
    try:
        engine.connect().close()
    except (DBAPIError, psycopg.Error, OSError) as problem:
        text = first_line(problem)
        if _is_for_good(problem, text):
            raise StoreError(text) from None
        raise NotYet(text) from None


def _is_for_good(problem: Exception, text: str) -> bool:
    cause = getattr(problem, "orig", None) or problem
    if not isinstance(cause, psycopg.OperationalError):
        return True
    if "FATAL" in text:
        return not any(each in text for each in _FATAL_FOR_NOW)
    return any(each in text for each in _REFUSED)


# -- migrations


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Hold a lock until the transaction ends; a statement may take minutes.

    Raises:
        StoreError: somebody else holds it for too long.
    """
    _lock(connection)
    bounded: Any = connection.connection.dbapi_connection
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    usual_s, bounded.silent_for_s = bounded.silent_for_s, MIGRATES_WITHIN_S
    try:
        yield
    finally:
        bounded.silent_for_s = usual_s


def _lock(connection: Connection) -> None:
    deadline_s = time.monotonic() + _LOCKED_FOR_S
    while not connection.exec_driver_sql(
        f"SELECT pg_try_advisory_xact_lock({_LOCK})"
    ).scalar_one():
        if time.monotonic() > deadline_s:
            seconds = f"{_LOCKED_FOR_S:g} s"
            raise StoreError(f"another connector changes its schema since {seconds}")
        time.sleep(_LOCK_AGAIN_S)
