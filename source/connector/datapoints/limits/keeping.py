"""Slots on the disk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from connector.datapoints.limits.book import Book
from connector.datapoints.limits.slot import Slot, slot_from_json
from connector.errors import StoreError
from connector.store.interface import LimitStore
from connector.store.records import LimitRecord

logger = logging.getLogger(__name__)


class Keeper:
    """Writes slots whenever they change, and reads them at the start."""

    def __init__(self, store: LimitStore) -> None:
        self._store = store

    async def load(self, book_of: Callable[[str], Book | None]) -> list[Book]:
        """Take up all that was kept; what cannot be read is left out, with a word.

        Raises:
            StoreError: the store cannot be used.
        """
        books: dict[str, Book] = {}
        for record in await self._store.limits():
            book = book_of(record.station)
            if book is not None and _restore(book, record):
                books[record.station] = book
        return list(books.values())

    async def save(self, book: Book, where: str) -> StoreError | None:
        """Keep a place, and the others that changed with it; gives what went wrong."""
        try:
            for place in _changed(book, where):
                state = book.state(place)
                await self._store.save_limit(
                    LimitRecord(book.station.identity, place, state)
                )
                book.slot(place).saved = state
        except StoreError as problem:
            logger.log(
                problem.level,
                "%s: a limit could not be kept: %s",
                book.station.identity,
                problem,
            )
            return problem
        return None


def _restore(book: Book, record: LimitRecord) -> bool:
    try:
        slot = slot_from_json(record.where, record.state)
        book.restore(slot, record.state)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        logger.error(
            "%s: the kept limit at %s cannot be read: %r",
            record.station,
            record.where,
            problem,
        )
        return False
    slot.saved = record.state
    return True


def _changed(book: Book, where: str) -> Iterator[str]:
    for place in book.places:
        state, saved = book.state(place), book.slot(place).saved
        is_empty = saved is None and state == {**Slot(place).to_json(), "profiles": []}
        if place == where or not (state == saved or is_empty):
            yield place
