"""What went wrong in the database, told without the values that were to be written."""

from __future__ import annotations

import logging
import sqlite3
from typing import NamedTuple

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from connector.errors import StoreError

logger = logging.getLogger(__name__)


class NotYet(StoreError):
    """Nothing answers where the database should be; it may within seconds."""


class OtherSchema(StoreError):
    """The store is of another version; ``is_newer``: of one that comes after this."""

    def __init__(self, text: str, *, is_newer: bool) -> None:
        super().__init__(text)
        self.is_newer = is_newer


class Failure(NamedTuple):
    """Why an operation failed; ``is_store_down``: any other one would fail as well."""

    text: str
    is_store_down: bool
    is_told: bool = False

    def error(self) -> StoreError:
        """The exception for one caller (a shared one would gather tracebacks)."""
        return StoreError(self.text, is_told=self.is_told)


def failure(problem: Exception) -> Failure:
    """What a caller is told."""
    if isinstance(problem, StoreError):
        return Failure(str(problem), False)
    if not isinstance(problem, SQLAlchemyError | OSError):
        logger.error("a store operation failed", exc_info=problem)
    return Failure(_text(problem), _is_store_down(problem))


def _text(problem: Exception) -> str:
    cause = getattr(problem, "orig", None) or problem
    # Other exceptions may quote what was to be written.
    if isinstance(cause, sqlite3.Error | OSError) or _quotes_nothing(problem):
        return f"{type(cause).__name__}: {first_line(cause)}"
    return type(cause).__name__


def first_line(problem: Exception) -> str:
    """What it says; details and hints of PostgreSQL follow in others."""
    text = str(getattr(problem, "orig", None) or problem).strip()
    return " ".join(text.partition("\n")[0].split())


_ABOUT_VALUES = ("22", "23", "54")
"""Classes of SQLSTATE: data, constraints, limits of the program."""
_ABOUT_US = ("42P01", "42501")
"""No such table, no right to it: whatever is written, it will be the same."""
_UNKNOWN = "22"
_AGAIN = ("40001", "40P01")
"""Serialization failure, deadlock: another one was first."""


def _quotes_nothing(problem: Exception) -> bool:
    """Of PostgreSQL, and not about a value; without a state: of the connection."""
    sqlstate = getattr(getattr(problem, "orig", None), "sqlstate", _UNKNOWN)
    if sqlstate is None:
        return isinstance(problem, OperationalError)
    return not sqlstate.startswith(_ABOUT_VALUES)


_TOO_LONG = ("57014", "55P03")
"""A statement, or the wait for a lock, took longer than it may."""


def is_worth_another_try(problem: Exception) -> bool:
    """Whether the same would succeed at once: another process was in the way."""
    return _sqlstate(problem) in _AGAIN


def had_died(problem: Exception) -> bool:
    """Whether the connection was gone, which is noticed when it is used next.

    Not where a server was silent: another attempt would take as long again.
    """
    if not getattr(problem, "connection_invalidated", False):
        return False
    return not getattr(getattr(problem, "orig", None), "was_silent", False)


def is_of_the_server(problem: Exception) -> bool:
    """Whether others would not fare better, and would find out as slowly."""
    cause = getattr(problem, "orig", None)
    return _sqlstate(problem) in _TOO_LONG or getattr(cause, "sqlstate", "") is None


def _sqlstate(problem: Exception) -> str:
    return getattr(getattr(problem, "orig", None), "sqlstate", None) or ""


def _is_store_down(problem: Exception) -> bool:
    sqlstate = _sqlstate(problem)
    if sqlstate in _ABOUT_US:
        return True
    if isinstance(problem, DataError | IntegrityError | ProgrammingError):
        return False
    if sqlstate.startswith(_ABOUT_VALUES):
        return False
    return isinstance(problem, DBAPIError | OSError)
