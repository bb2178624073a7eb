"""The store as the rest of the house sees it: small async interfaces, one whole.

Everything returns only after it is durable, but for `add_samples`, which is written
in batches of at most one second. Every method raises `StoreError` when it cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from connector.store.records import (
    CertificateRecord,
    LimitRecord,
    LocalListRecord,
    ReservationRecord,
    SampleRecord,
    SeenToken,
    StationRecord,
    TokenRecord,
    TransactionChange,
    TransactionRecord,
    TransactionStart,
    TransactionStop,
)

if TYPE_CHECKING:
    from pathlib import Path

    from connector.store.archive import Archive
    from connector.store.backup import Made


class RegistryStore(Protocol):
    """Stations that are known."""

    async def stations(self) -> list[StationRecord]:
        """All of them."""

    async def save_station(self, record: StationRecord) -> None:
        """Insert or replace."""

    async def delete_station(self, identity: str) -> None:
        """Forget it and what is kept of it; its transactions stay."""


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

    async def note_seen_tokens(self, seen: Sequence[SeenToken], keep: int) -> None:
        """Count how often unregistered ones were seen; the ``keep`` newest stay.

        A token that is saved is none of them any more.
        """

    async def seen_tokens(
        self, limit: int = 100, before: tuple[int, str, str] | None = None
    ) -> list[SeenToken]:
        """The newest, newest first; ``before``: last_ms, id and type of the last."""


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
        """Close it; a second stop changes nothing and gives the record as it is.

        One without a reason closes what nobody told of, and a stop corrects that.
        """

    async def change_transaction(
        self, key: str, change: TransactionChange
    ) -> TransactionRecord:
        """Write what was learnt of it; gives it as it is then."""

    async def resume_transaction(self, key: str) -> TransactionRecord:
        """Open again what was closed without a stop; gives the record as it is."""

    async def transaction(self, key: str) -> TransactionRecord | None:
        """The one with this key."""

    async def save_energies(self, energies: Mapping[str, float]) -> None:
        """Keep what was told of transactions that ended, by their keys, in Wh."""

    async def find_transaction(
        self, station: str, ocpp_id: str
    ) -> TransactionRecord | None:
        """The newest of this station with that id."""

    async def open_transactions(
        self, station: str | None = None
    ) -> list[TransactionRecord]:
        """Those that were not closed, oldest first."""

    async def open_transactions_of(self, id_token: str) -> list[TransactionRecord]:
        """Those of an id token (compared without case), oldest first."""

    async def transactions(
        self, station: str | None = None, limit: int = 100
    ) -> list[TransactionRecord]:
        """The newest ones, newest first."""

    async def closed_transactions(self, since_ms: int) -> list[TransactionRecord]:
        """Those that ended since then, in the order in which they began."""

    async def samples(self, key: str, newest: int | None = None) -> list[SampleRecord]:
        """The samples of one transaction, or its newest ones, in time order."""

    def add_samples(self, samples: Iterable[SampleRecord]) -> None:
        """Keep samples within a second; when too many wait, the oldest are dropped."""


class ReservationStore(Protocol):
    """Connectors that are kept free for somebody."""

    async def next_reservation_id(self, station: str) -> int:
        """A new id, 1 .. 2^31 - 1, that no reservation in force there has.

        It comes from an atomic sequence, shared by all processes on this store.
        """

    async def save_reservations(self, records: Sequence[ReservationRecord]) -> None:
        """Insert or replace all of them, or none; of those that ended few stay."""

    async def open_reservations(self) -> list[ReservationRecord]:
        """Those in force, oldest first."""

    async def reservations(
        self, station: str | None = None, limit: int = 100, before: str | None = None
    ) -> list[ReservationRecord]:
        """The newest ones, newest first; those that ended, too.

        ``before``: only those that were made before the one of this key.
        """

    async def delete_reservations(self, station: str) -> None:
        """Forget all of a station."""


class LocalListStore(Protocol):
    """The local authorization lists that stations have."""

    async def local_list(self, station: str) -> LocalListRecord | None:
        """What a station accepted last; None: never any."""

    async def save_local_list(self, record: LocalListRecord) -> None:
        """Insert or replace."""

    async def delete_local_list(self, station: str) -> None:
        """Forget it."""


class CertificateStore(Protocol):
    """What our own CA has issued; it stays when its station is forgotten."""

    async def save_certificate(self, record: CertificateRecord) -> None:
        """Insert or replace."""

    async def certificate(self, serial: str) -> CertificateRecord | None:
        """The one with that serial number (hexadecimal)."""

    async def certificates(
        self,
        station: str | None = None,
        limit: int | None = None,
        before: tuple[int, str] | None = None,
    ) -> list[CertificateRecord]:
        """Those of a station, or all; newest first, behind (issued_ms, serial)."""

    async def revoked_certificates(self, now_ms: int) -> list[CertificateRecord]:
        """Those that were revoked and have not expired, newest first."""


class VariableStore(Protocol):
    """The device models that stations of 2.x reported, as they said it."""

    async def save_variables(
        self, station: str, items: dict[str, dict[str, Any]]
    ) -> None:
        """Insert or replace those that are named; the others stay."""

    async def variables(self, station: str) -> dict[str, dict[str, Any]]:
        """By name, as `csms.v2.variables` writes it."""


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
    RegistryStore,
    TokenStore,
    TransactionStore,
    ReservationStore,
    LocalListStore,
    LimitStore,
    CertificateStore,
    VariableStore,
    DatapointStore,
    Protocol,
):
    """All of it, with a life of its own."""

    async def open(self) -> None:
        """Migrate to the newest schema and be ready."""

    async def close(self) -> None:
        """Write what waits, and release everything."""

    @property
    def shown(self) -> str:
        """Which database it is, for people; without a password."""

    async def back_up(
        self, folder: Path, *, data_dir: Path | None = None, version: str = ""
    ) -> Made:
        """Write everything, and the secrets in ``data_dir``, to a new file in a folder.

        Raises:
            StoreError: it cannot be done; then there is no file.
        """

    @property
    def archive(self) -> Archive:
        """What is read, thinned and removed in bulk.

        Raises:
            StoreError: the store is not open.
        """

    @property
    def samples_dropped(self) -> int:
        """How many samples were lost since the store was opened."""

    @property
    def is_writable(self) -> bool:
        """False from a failed write until one succeeds again."""
