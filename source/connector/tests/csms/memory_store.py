"""A store in memory that can be told to fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connector.errors import StoreError
from connector.store.records import (
    CLOSED_BY_OPERATOR,
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


class MemoryStore:
    """`store.interface.Store`; while ``is_failing`` everything raises."""

    def __init__(self) -> None:
        self.is_failing = False
        self.station_records: dict[str, StationRecord] = {}
        self.token_records: dict[tuple[str, str], TokenRecord] = {}
        self.seen_records: dict[tuple[str, str], SeenToken] = {}
        self.transaction_records: list[TransactionRecord] = []
        self.sample_records: list[SampleRecord] = []
        self.reservation_records: dict[str, ReservationRecord] = {}
        self.last_reservation_id = 0
        self.local_list_records: dict[str, LocalListRecord] = {}
        self.certificate_records: dict[str, CertificateRecord] = {}
        self.variable_items: dict[str, dict[str, dict[str, Any]]] = {}
        self._starts: dict[TransactionStart, str] = {}

    def _check(self) -> None:
        if self.is_failing:
            raise StoreError("the disk is full")

    samples_dropped = 0

    @property
    def is_writable(self) -> bool:
        return not self.is_failing

    async def open(self) -> None:
        self._check()

    async def close(self) -> None:
        pass

    async def stations(self) -> list[StationRecord]:
        self._check()
        return list(self.station_records.values())

    async def save_station(self, record: StationRecord) -> None:
        self._check()
        self.station_records[record.identity] = record

    async def delete_station(self, identity: str) -> None:
        self._check()
        self.station_records.pop(identity, None)

    async def tokens(self) -> list[TokenRecord]:
        self._check()
        return list(self.token_records.values())

    async def token(self, id_token: str, type: str = "any") -> TokenRecord | None:
        self._check()
        folded, known = id_token.lower(), self.token_records
        return known.get((folded, type)) or known.get((folded, "any"))

    async def save_token(self, record: TokenRecord) -> None:
        self._check()
        folded = record.id_token.lower()
        self.token_records[folded, record.type] = record
        self.seen_records = {
            key: seen
            for key, seen in self.seen_records.items()
            if key[0] != folded
            or (record.type != "any" and key[1] not in ("any", record.type))
        }

    async def delete_token(self, id_token: str, type: str = "any") -> None:
        self._check()
        self.token_records.pop((id_token.lower(), type), None)

    async def note_seen_tokens(self, seen: Sequence[SeenToken], keep: int) -> None:
        self._check()
        for each in seen:
            key = (each.id_token.lower(), each.type)
            known = self.seen_records.pop(key, None)
            first_ms = known.first_ms if known else each.first_ms
            times = each.times + (known.times if known else 0)
            self.seen_records[key] = replace(each, first_ms=first_ms, times=times)
        self.seen_records = dict(list(self.seen_records.items())[-keep:])

    async def seen_tokens(
        self, limit: int = 100, before: tuple[int, str, str] | None = None
    ) -> list[SeenToken]:
        self._check()
        return list(self.seen_records.values())[::-1][:limit]

    async def start_transaction(self, start: TransactionStart) -> TransactionRecord:
        self._check()
        known = self._starts.get(start)
        if known is not None:
            return self._by_key(known)
        if start.token_type is not None and start.ocpp_id is not None:
            found = await self.find_transaction(start.station, start.ocpp_id)
            if found is not None:
                return found
        number = len(self.transaction_records) + 1
        record = TransactionRecord(
            f"key-{number}",
            start.ocpp_id or str(number),
            start.station,
            start.where,
            start.id_token,
            start.start_ms,
            start.meter_start_wh,
            reservation_id=start.reservation_id,
            token_type=start.token_type,
        )
        self._starts[start] = record.key
        self.transaction_records.append(record)
        return record

    async def stop_transaction(
        self, key: str, stop: TransactionStop
    ) -> TransactionRecord:
        self._check()
        record = self._by_key(key)
        is_told = stop.reason not in (None, CLOSED_BY_OPERATOR)
        is_corrected = record.is_presumed and is_told
        if not record.is_open and not is_corrected:
            return record
        return self._change(
            record,
            stop_ms=stop.stop_ms,
            meter_stop_wh=stop.meter_stop_wh,
            reason=stop.reason,
            stop_token=stop.id_token,
            energy_wh=None,
        )

    async def change_transaction(
        self, key: str, change: TransactionChange
    ) -> TransactionRecord:
        self._check()
        given = {n: getattr(change, n) for n in TransactionChange.__slots__}
        values = {name: value for name, value in given.items() if value is not None}
        return self._change(self._by_key(key), **values)

    async def resume_transaction(self, key: str) -> TransactionRecord:
        self._check()
        record = self._by_key(key)
        if record.is_presumed:
            nothing = ("stop_ms", "meter_stop_wh", "reason", "energy_wh")
            return self._change(record, **dict.fromkeys(nothing))
        return record

    async def save_energies(self, energies: Mapping[str, float]) -> None:
        self._check()
        for key, energy_wh in energies.items():
            self._change(self._by_key(key), energy_wh=energy_wh)

    async def transaction(self, key: str) -> TransactionRecord | None:
        self._check()
        return next((r for r in self.transaction_records if r.key == key), None)

    def _change(self, record: TransactionRecord, **values: Any) -> TransactionRecord:
        changed = replace(record, **values)
        self.transaction_records[self.transaction_records.index(record)] = changed
        return changed

    def _by_key(self, key: str) -> TransactionRecord:
        return next(r for r in self.transaction_records if r.key == key)

    async def find_transaction(
        self, station: str, ocpp_id: str
    ) -> TransactionRecord | None:
        self._check()
        for record in reversed(self.transaction_records):
            if (record.station, record.ocpp_id) == (station, ocpp_id):
                return record
        return None

    async def open_transactions(
        self, station: str | None = None
    ) -> list[TransactionRecord]:
        self._check()
        found = await self.transactions(station)
        return [record for record in reversed(found) if record.is_open]

    async def open_transactions_of(self, id_token: str) -> list[TransactionRecord]:
        found = await self.open_transactions()
        return [r for r in found if r.id_token.lower() == id_token.lower()]

    async def transactions(
        self, station: str | None = None, limit: int = 100
    ) -> list[TransactionRecord]:
        self._check()
        return [
            record
            for record in reversed(self.transaction_records)
            if station in (None, record.station)
        ]

    async def closed_transactions(self, since_ms: int) -> list[TransactionRecord]:
        self._check()
        found = [r for r in self.transaction_records if (r.stop_ms or -1) >= since_ms]
        return sorted(found, key=lambda record: record.start_ms)

    async def samples(self, key: str, newest: int | None = None) -> list[SampleRecord]:
        self._check()
        found = [r for r in self.sample_records if r.transaction_key == key]
        ordered = sorted(found, key=lambda record: record.time_ms)
        return ordered if newest is None else ordered[-newest:]

    def add_samples(self, samples: Iterable[SampleRecord]) -> None:
        self._check()
        self.sample_records.extend(samples)

    async def next_reservation_id(self, station: str) -> int:
        self._check()
        self.last_reservation_id += 1
        return self.last_reservation_id

    async def save_reservations(self, records: Sequence[ReservationRecord]) -> None:
        self._check()
        self.reservation_records |= {record.key: record for record in records}

    async def open_reservations(self) -> list[ReservationRecord]:
        self._check()
        return [r for r in self.reservation_records.values() if r.is_open]

    async def reservations(
        self, station: str | None = None, limit: int = 100, before: str | None = None
    ) -> list[ReservationRecord]:
        self._check()
        found = sorted(self.reservation_records.values(), key=lambda r: r.key)
        found = [r for r in found if before is None or r.key < before]
        return [r for r in reversed(found) if station in (None, r.station)][:limit]

    async def delete_reservations(self, station: str) -> None:
        self._check()
        kept = self.reservation_records
        self.reservation_records = {
            key: r for key, r in kept.items() if r.station != station
        }

    async def local_list(self, station: str) -> LocalListRecord | None:
        self._check()
        return self.local_list_records.get(station)

    async def save_local_list(self, record: LocalListRecord) -> None:
        self._check()
        self.local_list_records[record.station] = record

    async def delete_local_list(self, station: str) -> None:
        self._check()
        self.local_list_records.pop(station, None)

    async def limits(self) -> list[LimitRecord]:
        self._check()
        return []

    async def save_limit(self, record: LimitRecord) -> None:
        self._check()

    async def delete_limit(self, station: str, where: str) -> None:
        self._check()

    async def datapoints(self) -> dict[str, list[str]]:
        self._check()
        return {}

    async def save_datapoints(self, station: str, keys: list[str]) -> None:
        self._check()

    async def save_variables(
        self, station: str, items: dict[str, dict[str, Any]]
    ) -> None:
        self._check()
        self.variable_items.setdefault(station, {}).update(items)

    async def variables(self, station: str) -> dict[str, dict[str, Any]]:
        self._check()
        return dict(self.variable_items.get(station, {}))

    async def save_certificate(self, record: CertificateRecord) -> None:
        self._check()
        self.certificate_records[record.serial] = record

    async def certificate(self, serial: str) -> CertificateRecord | None:
        self._check()
        return self.certificate_records.get(serial)

    async def certificates(
        self,
        station: str | None = None,
        limit: int | None = None,
        before: tuple[int, str] | None = None,
    ) -> list[CertificateRecord]:
        self._check()
        records = self.certificate_records.values()
        found = [
            r
            for r in records
            if station in (None, r.station)
            and (before is None or (r.issued_ms, r.serial) < before)
        ]
        return sorted(found, key=lambda r: (r.issued_ms, r.serial), reverse=True)[
            :limit
        ]

    async def revoked_certificates(self, now_ms: int) -> list[CertificateRecord]:
        return [
            record
            for record in await self.certificates()
            if record.revoked_ms is not None and record.expires_ms > now_ms
        ]
