"""What went wrong in the database, told without the values that were to be written."""

from __future__ import annotations

import logging
import sqlite3
from typing import NamedTuple

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)

from connector.errors import StoreError

logger = logging.getLogger(__name__)


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
    if isinstance(cause, sqlite3.Error | OSError):
        return f"{type(cause).__name__}: {cause}"
    return type(cause).__name__


def _is_store_down(problem: Exception) -> bool:
    if isinstance(problem, DataError | IntegrityError | ProgrammingError):
        return False
    return isinstance(problem, DBAPIError | OSError)
