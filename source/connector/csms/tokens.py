"""The registry of id tokens (1.6: id tags)."""

from __future__ import annotations

from typing import Any

from connector.csms import times
from connector.csms.clock import Clock
from connector.csms.options import CsmsOptions, TokenOptions
from connector.store.interface import TokenStore
from connector.store.records import TokenRecord

Json = dict[str, Any]

ACCEPTED = "Accepted"


class Tokens:
    """What is said about id tokens; compared without case (1.6, section 3.15)."""

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
        self._known = kept

    def ids(self) -> list[str]:
        """Those that are registered, as they are spelt."""
        return [record.id_token for record in self._known.values()]

    def info(self, id_token: str) -> Json:
        """The IdTagInfo that answers a token."""
        if id_token.lower() in self._own:
            return {"status": ACCEPTED}
        record = self._known.get(id_token.lower())
        if record is None:
            is_accepted = self._options.unknown_tokens == "accept"
            return {"status": ACCEPTED if is_accepted else "Invalid"}
        return self._info(record)

    def _info(self, record: TokenRecord) -> Json:
        info: Json = {"status": record.status}
        if record.expiry_ms is not None:
            info["expiryDate"] = times.iso(record.expiry_ms)
            if record.expiry_ms <= self._clock.now_ms() and record.status == ACCEPTED:
                info["status"] = "Expired"
        if record.group:
            info["parentIdTag"] = record.group
        return info


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
    )
