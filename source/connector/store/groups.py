"""Operations of many callers in one commit.

A commit costs as much as forty rows. Whoever comes while one runs waits for the next;
an operation that fails, fails alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from connector.errors import StoreError

T = TypeVar("T")
Operation = Callable[[Connection], T]

logger = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    operation: Operation[Any]
    result: asyncio.Future[Any]
    is_write: bool


class Groups:
    """Runs operations in one thread, many in one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None
        self.is_writable = True

    async def run(self, operation: Operation[T], *, is_write: bool = True) -> T:
        """The result of an operation, once it is durable.

        Raises:
            StoreError: it could not be done.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(operation, loop.create_future(), is_write)
        self._waiting.append(waiting)
        if self._worker is None:
            self._worker = loop.create_task(self._work(), name="store")
        result: T = await waiting.result
        return result

    async def in_thread(self, function: Callable[[], T]) -> T:
        """Call a function where the database lives."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    async def close(self) -> None:
        """Do what waits, and end the thread."""
        while self._worker is not None:
            await asyncio.wait({self._worker})
        self._thread.shutdown(wait=False)

    async def _work(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                operations = [each.operation for each in group]
                results = await self.in_thread(lambda: self._run_group(operations))  # noqa: B023
                self._hand_out(group, results)
        finally:
            self._worker = None

    def _hand_out(self, group: list[_Waiting], results: list[Any]) -> None:
        for each, result in zip(group, results, strict=True):
            is_failure = isinstance(result, Exception)
            if each.is_write:
                self.is_writable = not is_failure
            if each.result.done():
                continue
            if is_failure:
                each.result.set_exception(result)
            else:
                each.result.set_result(result)

    # -- in the thread

    def _run_group(self, operations: list[Operation[Any]]) -> list[Any]:
        """All at once; where one fails, again with each in a savepoint of its own."""
        try:
            with self._engine.begin() as connection:
                return [operation(connection) for operation in operations]
        except Exception as problem:
            if len(operations) == 1:
                return [store_error(problem)]
        try:
            with self._engine.begin() as connection:
                results = [_alone(connection, each) for each in operations]
        except Exception as problem:
            return [store_error(problem)] * len(operations)
        return results


def _alone(connection: Connection, operation: Operation[Any]) -> Any:
    try:
        with connection.begin_nested():
            return operation(connection)
    except Exception as problem:
        return store_error(problem)


def store_error(problem: Exception) -> StoreError:
    """What happened, without the values that were to be written."""
    if isinstance(problem, StoreError):
        return problem
    if not isinstance(problem, SQLAlchemyError):
        logger.error("a store operation failed", exc_info=problem)
    cause = getattr(problem, "orig", None) or problem
    return StoreError(f"{type(cause).__name__}: {cause}")
