"""The registry of id tokens (1.6: id tags)."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from connector.csms import times
from connector.csms.clock import Clock
from connector.csms.options import CsmsOptions, TokenOptions
from connector.ocppj.redaction import shorten
from connector.store.interface import TokenStore
from connector.store.records import OF_CONFIGURATION, TokenRecord

logger = logging.getLogger(__name__)

Json = dict[str, Any]

ACCEPTED, INVALID, UNKNOWN = "Accepted", "Invalid", "Unknown"
NO_AUTHORIZATION = "NoAuthorization"
"""The type of a token where nobody has to be asked (2.x part 2, C02)."""


class Verdict(NamedTuple):
    """What is said about a token: a status in the words of 2.x."""

    status: str
    expiry_ms: int | None = None
    group: str | None = None


class Tokens:
    """What is said about id tokens; compared without case (1.6, section 3.15)."""

    ANY_TYPE = "any"

    def __init__(self, options: CsmsOptions, store: TokenStore, clock: Clock) -> None:
        self._options = options
        self._store = store
        self._clock = clock
        self._known: dict[str, TokenRecord] = {}
        own = (options.remote_id_token, *_autostart_tokens(options))
        self._own = frozenset(id_token.lower() for id_token in own)
        """Those with which we start: they are always authorised."""

    async def start(self) -> None:
        """Read what is kept; what the configuration says about a token holds.

        One that it does not say any more is forgotten.

        Raises:
            StoreError: the store cannot be used.
        """
        kept = {
            record.id_token.lower(): record for record in await self._store.tokens()
        }
        for id_token, entry in self._options.tokens.items():
            record = _record(id_token, entry)
            if kept.get(id_token.lower()) != record:
                await self._store.save_token(record)
            kept[id_token.lower()] = record
        self._known = await self._without_removed(kept)

    async def _without_removed(
        self, kept: dict[str, TokenRecord]
    ) -> dict[str, TokenRecord]:
        named = {id_token.lower() for id_token in self._options.tokens}
        removed = {
            folded: record
            for folded, record in kept.items()
            if record.origin == OF_CONFIGURATION and folded not in named
        }
        for record in removed.values():
            await self._store.delete_token(record.id_token, record.type)
            shown = shorten(record.id_token)
            logger.info("the token %s is in TOKENS no more: forgotten", shown)
        return {f: record for f, record in kept.items() if f not in removed}

    def ids(self) -> list[str]:
        """Those that are registered, as they are spelt."""
        return [record.id_token for record in self._known.values()]

    def type_of(self, id_token: str) -> str:
        """The type of one that is registered; `ANY_TYPE` where it may have any."""
        record = self._known.get(id_token.lower())
        return self.ANY_TYPE if record is None else record.type

    def info(self, id_token: str) -> Json:
        """The IdTagInfo that answers a token of 1.6."""
        verdict = self.verdict(id_token)
        # 1.6 has one word for a token that is unknown or wrong.
        status = INVALID if verdict.status == UNKNOWN else verdict.status
        info: Json = {"status": status}
        if verdict.expiry_ms is not None:
            info["expiryDate"] = times.iso(verdict.expiry_ms)
        if verdict.group:
            info["parentIdTag"] = verdict.group
        return info

    def info_2(self, id_token: Json) -> Json:
        """The IdTokenInfo that answers a token of 2.x."""
        text, type_ = id_token["idToken"], id_token["type"]
        if type_ == NO_AUTHORIZATION:
            return {"status": ACCEPTED}
        verdict = self.verdict(text, type_)
        info: Json = {"status": verdict.status}
        if verdict.expiry_ms is not None:
            info["cacheExpiryDateTime"] = times.iso(verdict.expiry_ms)
        if verdict.group:
            info["groupIdToken"] = {"idToken": verdict.group, "type": "Central"}
        return info

    def verdict(self, id_token: str, type_: str = "any") -> Verdict:
        """What holds for a token now."""
        if id_token.lower() in self._own:
            return Verdict(ACCEPTED)
        record = self._known.get(id_token.lower())
        if record is None or record.type not in ("any", type_):
            is_accepted = self._options.unknown_tokens == "accept"
            return Verdict(ACCEPTED if is_accepted else UNKNOWN)
        return self._verdict(record)

    def _verdict(self, record: TokenRecord) -> Verdict:
        status = record.status
        expiry_ms = record.expiry_ms
        if expiry_ms is not None and expiry_ms <= self._clock.now_ms():
            status = "Expired" if status == ACCEPTED else status
        return Verdict(status, expiry_ms, record.group)


def _autostart_tokens(options: CsmsOptions) -> list[str]:
    found = (station.autostart_token for station in options.stations.values())
    return [id_token for id_token in found if id_token is not None]


def _record(id_token: str, entry: TokenOptions) -> TokenRecord:
    return TokenRecord(
        id_token,
        status=entry.status,
        expiry_ms=times.parse(entry.expiry),
        group=entry.group,
        note=entry.note,
        origin=OF_CONFIGURATION,
    )
