"""Operations of many callers in one commit.

A commit costs as much as forty rows. Whoever comes while one runs waits for the next;
an operation that fails, fails alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from connector.errors import StoreError
from connector.store.failures import (
    Failure,
    failure,
    had_died,
    is_of_the_server,
    is_worth_another_try,
)
from connector.store.outage import Outage

T = TypeVar("T")
Operation = Callable[[Connection], T]
_Run = Callable[[Connection, Operation[Any]], Any]
_ATTEMPTS = 3
_MOST = 200
"""Of one commit: more save little, and what is locked keeps other processes waiting."""

READS_ONLY = "store_reads_only"
"""The execution option of a transaction that needs no write lock."""


class _Waiting(NamedTuple):
    operation: Operation[Any]
    is_write: bool
    result: asyncio.Future[Any]


class Groups:
    """Runs operations in one thread, many in one transaction.

    One thread and not a driver with one of its own: a group goes over once, not once
    for every statement.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reading = engine.execution_options(**{READS_ONLY: True})
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._waiting: list[_Waiting] = []
        self._running: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None
        self._is_closed = False
        self._outage = Outage()

    @property
    def is_writable(self) -> bool:
        """False from a write that failed as every other would, until one succeeds."""
        return self._outage.is_writable

    async def run(self, operation: Operation[T], *, is_write: bool = True) -> T:
        """The result of an operation, once it is durable.

        Raises:
            StoreError: it could not be done.
        """
        if self._is_closed:
            raise StoreError("the store is closed")
        if asyncio.get_running_loop() is not self._loop:
            raise StoreError("the store was opened on another event loop")
        waiting = _Waiting(operation, is_write, self._loop.create_future())
        self._waiting.append(waiting)
        if self._worker is None or self._worker.done():
            self._worker = self._loop.create_task(self._work(), name="store")
            self._worker.add_done_callback(self._ended)
        result: T = await waiting.result
        return result

    async def in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function where the database lives."""
        return await self._loop.run_in_executor(self._thread, function, *arguments)

    async def close(self) -> None:
        """Do what waits, and release the database and the thread."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._worker is not None:
            await asyncio.wait({self._worker})
        await self.in_thread(self.engine.dispose)
        self._thread.shutdown(wait=False)

    async def _work(self) -> None:
        while self._waiting:
            self._running = self._waiting[:_MOST]
            self._waiting = self._waiting[_MOST:]
            results = await self.in_thread(self._run_group, self._running)
            self._hand_out(self._running, results)

    def _ended(self, worker: asyncio.Task[None]) -> None:
        """Nobody may wait for a worker that did not end by itself."""
        if worker.cancelled() or worker.exception() is not None:
            left, self._waiting = [*self._running, *self._waiting], []
            for each in left:
                _settle(each, Failure("the store ended", False))

    def _hand_out(self, group: list[_Waiting], results: list[Any]) -> None:
        written = [
            result for each, result in zip(group, results, strict=True) if each.is_write
        ]
        if any(isinstance(each, Failure) and each.is_store_down for each in written):
            self._outage.begin()
        elif any(not isinstance(each, Failure) for each in written):
            self._outage.end()
        for each, result in zip(group, results, strict=True):
            _settle(each, self._told(result))

    def _told(self, result: Any) -> Any:
        """A result; a failure that is everybody's knows whether the log has it."""
        if not isinstance(result, Failure) or not result.is_store_down:
            return result
        return result._replace(is_told=self._outage.tell(result.text))

    # -- in the thread

    def _run_group(self, group: list[_Waiting]) -> list[Any]:
        """All at once; where one fails, again with each in a savepoint of its own."""
        try:
            return self._in_one(group, _plainly)
        except Exception as problem:
            if len(group) == 1 or is_of_the_server(problem):
                return self._only_reads(group, failure(problem))
        try:
            return self._in_one(group, _alone)
        except Exception as problem:
            return self._only_reads(group, failure(problem))

    def _in_one(self, group: list[_Waiting], run: _Run) -> list[Any]:
        """One transaction; once more where nothing of it can have been kept."""
        engine = self.engine if any(x.is_write for x in group) else self._reading
        for attempt in range(1, _ATTEMPTS + 1):
            is_ending = False
            try:
                with engine.connect() as connection, connection.begin():
                    results = [run(connection, each.operation) for each in group]
                    is_ending = True
                return results
            except DBAPIError as problem:
                if attempt == _ATTEMPTS or not _may_repeat(problem, is_ending):
                    raise
        raise AssertionError("unreachable")

    def _only_reads(self, group: list[_Waiting], failed: Failure) -> list[Any]:
        """Nothing can be written: who only wants to read may still."""
        if len(group) == 1:
            return [failed]
        results: list[Any] = []
        read = None
        for each in group:
            if each.is_write:
                results.append(failed)
                continue
            # Where nothing can be read either, each would wait for an answer in vain.
            if not (isinstance(read, Failure) and read.is_store_down):
                [read] = self._run_group([each])
            results.append(read)
        return results


def _may_repeat(problem: DBAPIError, is_ending: bool) -> bool:
    """After a deadlock, or where the connection had died before we used it.

    Not where it died while a commit was under way: that may have been done.
    """
    if is_worth_another_try(problem):
        return True
    return had_died(problem) and not is_ending


def _plainly(connection: Connection, operation: Operation[Any]) -> Any:
    return operation(connection)


def _alone(connection: Connection, operation: Operation[Any]) -> Any:
    savepoint = connection.begin_nested()
    try:
        result = operation(connection)
        savepoint.commit()
    except Exception as problem:
        if not _is_alone_to_blame(connection, problem):
            raise
        savepoint.rollback()
        return failure(problem)
    return result


def _is_alone_to_blame(connection: Connection, problem: Exception) -> bool:
    if is_worth_another_try(problem) or is_of_the_server(problem):
        return False
    return _is_in_transaction(connection)


def _is_in_transaction(connection: Connection) -> bool:
    """False where all of it is gone: the connection, or what SQLite rolled back.

    A full disk makes SQLite do so, for one.
    """
    if connection.invalidated:
        return False
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", True))


def _settle(waiting: _Waiting, result: Any) -> None:
    if waiting.result.done():
        return
    if isinstance(result, Failure):
        waiting.result.set_exception(result.error())
    else:
        waiting.result.set_result(result)
