"""Transactions as people, programs and spreadsheets get them: one form for all.

Energies are those that were told when a transaction ended. Of one that runs it is that
of the newest value; where its station is not at hand, and of those that are older than
that, it comes from the samples, by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from connector.csms import times
from connector.csms.session_meter import resumed_meter
from connector.csms.station import Station
from connector.store.records import SampleRecord, TransactionQuery, TransactionRecord

Json = dict[str, Any]

COLUMNS = (
    "key",
    "id",
    "station",
    "where",
    "token",
    "token_type",
    "start",
    "stop",
    "reason",
    "meter_start",
    "meter_stop",
    "energy",
)
LAST_SAMPLES = 20
"""One of them has the register: values may come in several messages."""


class Reads(Protocol):
    """Where they are kept; see `connector.store.reads`."""

    async def transactions(self, query: TransactionQuery) -> list[TransactionRecord]:
        """Those that fit, newest first."""

    async def last_samples(
        self, keys: Sequence[str], newest: int
    ) -> dict[str, list[SampleRecord]]:
        """The newest samples of some, by key."""


class NewestReads:
    """What is kept, with the newest energy of what runs: samples are kept later."""

    def __init__(self, reads: Reads, stations: Mapping[str, Station]) -> None:
        self._reads = reads
        self._stations = stations
        self.last_samples = reads.last_samples

    async def transactions(self, query: TransactionQuery) -> list[TransactionRecord]:
        """Those that fit, newest first."""
        found = await self._reads.transactions(query)
        return [self.newest(record) for record in found]

    def newest(self, record: TransactionRecord) -> TransactionRecord:
        """A transaction with its energy so far, where it runs at a station here."""
        if record.stop_ms is not None or record.station not in self._stations:
            return record
        return replace(record, energy_wh=running_wh(self._stations, record))


def running_wh(
    stations: Mapping[str, Station], record: TransactionRecord
) -> float | None:
    """The energy of a transaction that runs, by its newest value; None: not known."""
    station = stations.get(record.station)
    connector = station.connectors.get(record.where) if station else None
    running = connector.transaction if connector else None
    if connector is None or running is None or running.key != record.key:
        return None
    return connector.meter.energy_wh if connector.meter else None


async def page(reads: Reads, query: TransactionQuery) -> list[Json]:
    """Those that fit, newest first.

    Raises:
        StoreError: they cannot be read.
    """
    records = await reads.transactions(query)
    unknown = [record.key for record in records if record.energy_wh is None]
    samples = await reads.last_samples(unknown, LAST_SAMPLES)
    return [shown(record, samples.get(record.key, ())) for record in records]


def shown(record: TransactionRecord, samples: Iterable[SampleRecord] = ()) -> Json:
    """A transaction; energies in Wh, times in UTC, null for what is not known."""
    return {
        "key": record.key,
        "id": record.ocpp_id,
        "station": record.station,
        "where": record.where,
        "token": record.id_token or None,
        "token_type": record.token_type,
        "start": times.iso(record.start_ms),
        "stop": None if record.stop_ms is None else times.iso(record.stop_ms),
        "reason": record.reason,
        "meter_start": record.meter_start_wh,
        "meter_stop": record.meter_stop_wh,
        "energy": energy_wh(record, samples),
    }


def with_confirmation(stations: Mapping[str, Station], shown: Json) -> Json:
    """A transaction (`shown`), and whether its station still knows of it."""
    station = stations.get(shown["station"])
    connector = station.connectors.get(shown["where"]) if station else None
    running = connector.transaction if connector else None
    is_there = connector and running and running.key == shown["key"]
    since_ms = connector.unconfirmed_ms if connector and is_there else None
    since = None if since_ms is None else times.iso(since_ms)
    return shown | {"unconfirmed_since": since}


def shown_samples(samples: Iterable[SampleRecord]) -> list[Json]:
    """The values of a transaction over time."""
    return [
        {"timestamp": times.iso(sample.time_ms), "values": sample.values}
        for sample in samples
    ]


def energy_wh(
    record: TransactionRecord, samples: Iterable[SampleRecord]
) -> float | None:
    """The energy of a transaction so far, or in all; None where nobody knows it."""
    if record.energy_wh is not None:
        return record.energy_wh
    meter = resumed_meter(record, samples)
    if record.stop_ms is None:
        return meter.energy_wh
    return meter.stop(record.meter_stop_wh, record.stop_ms)
