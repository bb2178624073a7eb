"""Who may charge: one answer to Authorize, to starts and to stops."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from typing import Any

from connector.csms import token_verdicts as verdicts
from connector.csms.clock import Clock
from connector.csms.options import CsmsOptions, UnknownTokens
from connector.csms.seen_tokens import SeenTokens
from connector.csms.station import Station
from connector.csms.token_questions import TokenQuestions
from connector.csms.token_registry import ANY_TYPE, TokenRegistry
from connector.csms.token_verdicts import ACCEPTED, CONCURRENT, Presented, Verdict
from connector.csms.v2.id_tokens import NO_AUTHORIZATION
from connector.errors import TokenHeld
from connector.store.interface import Store
from connector.store.records import TokenRecord, TransactionRecord

__all__ = ["ANY_TYPE", "NO_AUTHORIZATION", "Presented", "Tokens", "Verdict"]

Json = dict[str, Any]


class Tokens:
    """What is said about id tokens; compared without case (1.6, section 3.15)."""

    ANY_TYPE = ANY_TYPE

    def __init__(self, options: CsmsOptions, store: Store, clock: Clock) -> None:
        self.registry = TokenRegistry(options, store)
        self.seen = SeenTokens(store, clock)
        self.questions = TokenQuestions(options, clock)
        self._options = options
        self._store = store
        self._clock = clock
        own = [s.autostart_token for s in options.stations.values()]
        self._own = {t.lower(): "an autostart_token" for t in own if t is not None}
        self._own[options.remote_id_token.lower()] = "REMOTE_ID_TOKEN"
        """Those with which we start: they are always authorised."""

    async def start(self) -> None:
        """Read what is registered.

        Raises:
            StoreError: the store cannot be used.
        """
        await self.registry.start()

    async def finish(self) -> None:
        """Ask nobody any more, and wait for what is being written."""
        self.questions.finish()
        await self.seen.flush()

    # -- the registry at run time

    async def register(self, record: TokenRecord) -> bool:
        """Register a token, or register it anew; whether it was not there before.

        Raises:
            TokenHeld: a setting says what holds for it.
            StoreError: it could not be kept; nothing has changed.
        """
        held_by = self._own.get(record.id_token.lower())
        if held_by is not None:
            raise TokenHeld(held_by)
        self.seen.forget(record.id_token, record.type)
        return await self.registry.save(record)

    async def remove(self, id_token: str, type: str) -> bool:
        """Forget a token; whether it was there.

        Raises:
            TokenHeld: the configuration says what holds for it.
            StoreError: it could not be done; nothing has changed.
        """
        return await self.registry.delete(id_token, type)

    # -- what is said

    @property
    def unknown(self) -> UnknownTokens:
        """What holds for tokens that nobody has registered."""
        return self._options.unknown_tokens

    def decide(
        self, shown: Presented, *, may_ask: bool = True
    ) -> Verdict | Awaitable[Verdict]:
        """What holds for a token, to be waited for where somebody has to be asked."""
        known = self._known(shown)
        if known is not None:
            return known
        self.seen.note(shown)
        if self._options.unknown_tokens != "ask":
            return self._by_policy()
        return self.questions.ask(shown) if may_ask else self.questions.default

    async def started(
        self, shown: Presented, record: TransactionRecord, *, may_ask: bool
    ) -> Verdict:
        """What is said to the message that starts a transaction, which is kept.

        The specification knows `ConcurrentTx` only here: who authorises a second time
        may want to stop. What was answered to Authorize is not asked again.

        Raises:
            StoreError: what runs with the token cannot be read.
        """
        verdict = self._answered(shown)
        if verdict is None:
            found = self.decide(shown, may_ask=may_ask)
            verdict = await found if inspect.isawaitable(found) else found
        if verdict.is_accepted and verdict.max_active is not None:
            others = await self._before(shown, record)
            if others >= verdict.max_active:
                return verdict._replace(status=CONCURRENT)
        return verdict

    def stopped(self, shown: Presented, started_with: str) -> Verdict:
        """What is said to a stop; nobody is asked about what is over.

        A token that stops what it started was let in before.
        """
        verdict = self._known(shown) or self._answered(shown)
        if verdict is not None:
            return verdict
        self.seen.note(shown)
        if self._options.unknown_tokens != "ask":
            return self._by_policy()
        is_same = shown.id_token.lower() == started_with.lower()
        return Verdict(ACCEPTED) if is_same else self.questions.default

    def info(self, station: Station, verdict: Verdict) -> Json:
        """A verdict as the station's version writes it."""
        return verdicts.info(verdict, station.spoken)

    def group_of(self, id_token: str, type: str = ANY_TYPE) -> str | None:
        """The group of a token that is registered."""
        record = self.registry.find(id_token, type)
        return None if record is None else self.registry.group_of(record)

    def is_own(self, id_token: str) -> bool:
        """Whether we start with it."""
        return id_token.lower() in self._own

    def verdict_of(self, record: TokenRecord) -> Verdict:
        """What holds now for one that is registered."""
        if self.is_own(record.id_token):
            return Verdict(ACCEPTED)
        status, expiry_ms = record.status, record.expiry_ms
        if expiry_ms is not None and expiry_ms <= self._clock.now_ms():
            status = "Expired" if status == ACCEPTED else status
        return Verdict(
            status,
            expiry_ms,
            self.registry.group_of(record),
            record.language,
            record.max_active,
        )

    def _known(self, shown: Presented) -> Verdict | None:
        """What holds for it without asking; None for one that nobody knows."""
        own = shown.station.options.autostart_token
        is_own = own is not None and own.lower() == shown.id_token.lower()
        # Nobody has to be asked about no token (2.x part 2, C02).
        if is_own or self.is_own(shown.id_token) or shown.type == NO_AUTHORIZATION:
            return Verdict(ACCEPTED)
        record = self.registry.find(shown.id_token, shown.type)
        return None if record is None else self.verdict_of(record)

    def _answered(self, shown: Presented) -> Verdict | None:
        """What somebody said of an unknown token a moment ago."""
        if self._options.unknown_tokens != "ask" or self._known(shown) is not None:
            return None
        return self.questions.answered(shown)

    def _by_policy(self) -> Verdict:
        is_accepted = self._options.unknown_tokens == "accept"
        return Verdict(ACCEPTED if is_accepted else verdicts.UNKNOWN)

    async def _before(self, shown: Presented, record: TransactionRecord) -> int:
        """How many transactions run with a token that we heard of before this one."""
        found = self.registry.find(shown.id_token, shown.type)
        type_ = ANY_TYPE if found is None else found.type
        count = 0
        for other in await self._store.open_transactions_of(shown.id_token):
            if other.key == record.key:
                break
            count += type_ == ANY_TYPE or other.token_type in (None, type_)
        return count
