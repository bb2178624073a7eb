"""The store as the rest of the house sees it: small async interfaces, one whole.

Everything returns only after it is durable, but for `add_samples`, which is written
in batches of at most one second. Every method raises `StoreError` when it cannot.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from connector.store.records import (
    LimitRecord,
    SampleRecord,
    StationRecord,
    TokenRecord,
    TransactionRecord,
    TransactionStart,
    TransactionStop,
)


class RegistryStore(Protocol):
    """Stations that are known."""

    async def stations(self) -> list[StationRecord]:
        """All of them."""

    async def save_station(self, record: StationRecord) -> None:
        """Insert or replace."""

    async def delete_station(self, identity: str) -> None:
        """Forget it, its limits and its datapoint set; its transactions stay."""


class TokenStore(Protocol):
    """What the operator says about id tokens."""

    async def tokens(self) -> list[TokenRecord]:
        """All of them."""

    async def token(self, id_token: str, type: str = "any") -> TokenRecord | None:
        """The one for this id (compared without case) and type, else for any type."""

    async def save_token(self, record: TokenRecord) -> None:
        """Insert or replace."""

    async def delete_token(self, id_token: str, type: str = "any") -> None:
        """Forget it."""


class TransactionStore(Protocol):
    """Energy records."""

    async def start_transaction(self, start: TransactionStart) -> TransactionRecord:
        """Keep a start; the same start again gives the same record (no second one).

        Without ``ocpp_id`` the id comes from an atomic sequence, 1 .. 2^31 - 1, shared
        by all processes on this store.
        """

    async def stop_transaction(
        self, key: str, stop: TransactionStop
    ) -> TransactionRecord:
        """Close it; a second stop changes nothing and gives the record as it is."""

    async def find_transaction(
        self, station: str, ocpp_id: str
    ) -> TransactionRecord | None:
        """The newest of this station with that id."""

    async def open_transactions(
        self, station: str | None = None
    ) -> list[TransactionRecord]:
        """Those that were not closed, oldest first."""

    async def transactions(
        self, station: str | None = None, limit: int = 100
    ) -> list[TransactionRecord]:
        """The newest ones, newest first."""

    async def samples(self, key: str) -> list[SampleRecord]:
        """The samples of one transaction, in time order."""

    def add_samples(self, samples: Iterable[SampleRecord]) -> None:
        """Keep samples within a second; when too many wait, the oldest are dropped."""


class LimitStore(Protocol):
    """Limits in force."""

    async def limits(self) -> list[LimitRecord]:
        """All of them."""

    async def save_limit(self, record: LimitRecord) -> None:
        """Insert or replace the slot of (station, where)."""

    async def delete_limit(self, station: str, where: str) -> None:
        """Forget the slot."""


class DatapointStore(Protocol):
    """Which sensors a station has shown, so that key lists survive a restart."""

    async def datapoints(self) -> dict[str, list[str]]:
        """By station: its local keys (the key without the station's part)."""

    async def save_datapoints(self, station: str, keys: list[str]) -> None:
        """Replace the set of one station."""


class Store(
    RegistryStore, TokenStore, TransactionStore, LimitStore, DatapointStore, Protocol
):
    """All of it, with a life of its own."""

    async def open(self) -> None:
        """Migrate to the newest schema and be ready."""

    async def close(self) -> None:
        """Write what waits, and release everything."""

    @property
    def is_writable(self) -> bool:
        """False from a failed write until one succeeds again."""
