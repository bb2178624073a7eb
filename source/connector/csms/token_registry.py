"""The id tokens that somebody registered: by `TOKENS`, or at run time.

They are looked up by id, compared without case (1.6, section 3.15; 2.x, IdTokenType),
and by type: one of type `any` stands for each, one of a type of its own comes first.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable

from connector.csms import times
from connector.csms.options import CsmsOptions, TokenOptions
from connector.errors import TokenHeld
from connector.ocppj.redaction import shorten
from connector.store.interface import TokenStore
from connector.store.records import OF_CONFIGURATION, TokenRecord

logger = logging.getLogger(__name__)

ANY_TYPE = "any"
CARDS = ("ISO14443", "ISO15693")
"""Types of what is held to a reader; a token of 1.6, which has no types, is one."""


class TokenRegistry:
    """What is registered is kept before it holds."""

    def __init__(self, options: CsmsOptions, store: TokenStore) -> None:
        self.changed: list[Callable[[], None]] = []
        """Called when another token, or another thing about one, is registered."""
        self._options = options
        self._store = store
        self._known: dict[str, tuple[TokenRecord, ...]] = {}
        """By id in lower case."""
        self._groups: Counter[str] = Counter()
        """How many tokens are in a group, by its id in lower case."""

    async def start(self) -> None:
        """Read what is kept; what the configuration says about a token holds.

        One that it does not say any more is forgotten.

        Raises:
            StoreError: the store cannot be used.
        """
        kept = {_key(record): record for record in await self._store.tokens()}
        given = (_record(*item) for item in self._options.tokens.items())
        named = {_key(record): record for record in given}
        for key, record in named.items():
            if kept.get(key) != record:
                await self._store.save_token(record)
        for key, record in list(kept.items()):
            if record.origin == OF_CONFIGURATION and key not in named:
                await self._store.delete_token(record.id_token, record.type)
                shown = shorten(record.id_token)
                logger.info("the token %s is in TOKENS no more: forgotten", shown)
                del kept[key]
        self.take((kept | named).values())

    def take(self, records: Iterable[TokenRecord]) -> None:
        """These are registered, and no others."""
        self._known, self._groups = {}, Counter()
        for record in records:
            self._put(record)

    def records(self) -> list[TokenRecord]:
        """All of them."""
        return [record for found in self._known.values() for record in found]

    def find(self, id_token: str, type: str = ANY_TYPE) -> TokenRecord | None:
        """What is registered for a token; of type `any` is one of 1.6.

        Such a one is the one of any type, else a card, else the only one there is or
        the first by its type.
        """
        found = self._known.get(id_token.lower(), ())
        by_type = {record.type.lower(): record for record in found}
        wanted: tuple[str, ...] = (type.lower(), ANY_TYPE)
        if type == ANY_TYPE:
            cards = (name.lower() for name in CARDS)
            wanted = (ANY_TYPE, *cards, *sorted(by_type))
        return next((by_type[name] for name in wanted if name in by_type), None)

    def registered(self, id_token: str, type: str) -> TokenRecord | None:
        """The one that is registered just so, whatever else may stand for it."""
        found = self._known.get(id_token.lower(), ())
        same = (record for record in found if record.type.lower() == type.lower())
        return next(same, None)

    def group_of(self, record: TokenRecord) -> str | None:
        """The group that it is in; the token a group is named after is in it, too."""
        is_parent = self._groups[record.id_token.lower()] > 0
        return record.group or (record.id_token if is_parent else None)

    # -- at run time

    async def save(self, record: TokenRecord) -> bool:
        """Register a token, or register it anew; whether it was not there before.

        Raises:
            TokenHeld: the configuration says what holds for it.
            StoreError: it could not be kept; nothing has changed.
        """
        known = self._free(record.id_token, record.type)
        if known is not None and known.type != record.type:
            # A type of another case is the same one.
            await self._store.delete_token(known.id_token, known.type)
        await self._store.save_token(record)
        self._put(record)
        self._tell()
        return known is None

    async def delete(self, id_token: str, type: str) -> bool:
        """Forget a token; whether it was there.

        Raises:
            TokenHeld: the configuration says what holds for it.
            StoreError: it could not be done; nothing has changed.
        """
        known = self._free(id_token, type)
        if known is None:
            return False
        await self._store.delete_token(known.id_token, known.type)
        self._drop(known)
        self._tell()
        return True

    def _free(self, id_token: str, type: str) -> TokenRecord | None:
        """The one that is registered, which may be changed."""
        known = self.registered(id_token, type)
        if known is not None and known.origin == OF_CONFIGURATION:
            raise TokenHeld("TOKENS")
        return known

    def _put(self, record: TokenRecord) -> None:
        known = self.registered(record.id_token, record.type)
        if known is not None:
            self._drop(known)
        folded = record.id_token.lower()
        self._known[folded] = (*self._known.get(folded, ()), record)
        if record.group:
            self._groups[record.group.lower()] += 1

    def _drop(self, record: TokenRecord) -> None:
        folded = record.id_token.lower()
        left = tuple(r for r in self._known[folded] if r is not record)
        if left:
            self._known[folded] = left
        else:
            del self._known[folded]
        if record.group:
            self._groups[record.group.lower()] -= 1

    def _tell(self) -> None:
        for listener in self.changed:
            listener()


def _key(record: TokenRecord) -> tuple[str, str]:
    return record.id_token.lower(), record.type


def _record(id_token: str, entry: TokenOptions) -> TokenRecord:
    return TokenRecord(
        id_token,
        type=entry.type,
        status=entry.status,
        expiry_ms=times.parse(entry.expiry),
        group=entry.group,
        note=entry.note,
        origin=OF_CONFIGURATION,
        language=entry.language,
        max_active=entry.max_active,
    )
