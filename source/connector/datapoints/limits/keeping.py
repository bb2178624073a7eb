"""Slots on the disk."""

from __future__ import annotations

import logging

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

    async def load(self) -> list[tuple[LimitRecord, Slot]]:
        """All that were kept; one that cannot be read is left out, with a word.

        Raises:
            StoreError: the store cannot be used.
        """
        found = []
        for record in await self._store.limits():
            try:
                slot = slot_from_json(record.where, record.state)
            except (KeyError, TypeError, ValueError) as problem:
                logger.error(
                    "%s: the kept limit at %s cannot be read: %r",
                    record.station,
                    record.where,
                    problem,
                )
                continue
            found.append((record, slot))
        return found

    async def save(self, book: Book, where: str) -> StoreError | None:
        """Keep a slot with its profiles; gives what went wrong."""
        identity = book.station.identity
        try:
            record = LimitRecord(identity, where, book.state(where))
            await self._store.save_limit(record)
        except StoreError as problem:
            logger.error("%s: a limit could not be kept: %s", identity, problem)
            return problem
        return None
