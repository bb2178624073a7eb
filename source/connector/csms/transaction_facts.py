"""What the start and the end of a transaction mean as values. Pure."""

from __future__ import annotations

import orjson

from connector.csms import times
from connector.csms.context import at
from connector.csms.facts import Datum, Facts, Scalar, Weight
from connector.csms.session_meter import SessionMeter
from connector.csms.station import STATION
from connector.store.records import TransactionRecord


def resumed(where: str, record: TransactionRecord) -> dict[Datum, Scalar]:
    """What is to be seen of one that still runs after our restart."""
    return {
        at(where, "transaction_id"): record.ocpp_id,
        at(where, "transaction_active"): True,
        at(where, "id_token"): record.id_token or None,
        at(where, "session_start"): times.iso(record.start_ms),
    }


def started(where: str, record: TransactionRecord) -> dict[Datum, Scalar]:
    """What a start changes at its place."""
    values = resumed(where, record) | {at(where, "session_seconds"): 0}
    if record.meter_start_wh is not None:
        values[at(where, "session_energy")] = 0.0
    return values


def so_far(where: str, meter: SessionMeter, time_ms: int) -> dict[Datum, Scalar]:
    """Energy and time of one that runs, as they were at a time."""
    values: dict[Datum, Scalar] = {at(where, "session_seconds"): meter.seconds(time_ms)}
    if meter.energy_wh is not None:
        values[at(where, "session_energy")] = meter.energy_wh
    return values


def ended(
    where: str,
    record: TransactionRecord,
    energy_wh: float | None,
    meter: SessionMeter,
    *,
    is_current: bool,
) -> dict[Datum, Scalar]:
    """What an end changes; of one that is not the newest only the summary."""
    values = ended_last(record, energy_wh)
    if is_current:
        values |= ended_at(where, record, energy_wh, meter)
    return values


def ended_last(
    record: TransactionRecord, energy_wh: float | None
) -> dict[Datum, Scalar]:
    """The one that ended last, for its station."""
    return {at(STATION, "last_transaction"): summary(record, energy_wh)}


def ended_at(
    where: str,
    record: TransactionRecord,
    energy_wh: float | None,
    meter: SessionMeter,
) -> dict[Datum, Scalar]:
    """What is to be seen of it at its place from then on."""
    return {
        at(where, "transaction_id"): record.ocpp_id,
        at(where, "transaction_active"): False,
        at(where, "stop_reason"): record.reason,
        at(where, "session_energy"): energy_wh,
        at(where, "session_seconds"): meter.seconds(record.stop_ms or 0),
    }


def recalled(
    station: str, values: dict[Datum, Scalar], time_ms: int, now_ms: int
) -> Facts:
    """What was told before our restart; our clock may have been set back since."""
    return Facts(
        station,
        min(time_ms, now_ms),
        values,
        Weight.TRANSACTION,
        queued=True,
        is_recalled=True,
    )


def summary(record: TransactionRecord, energy_wh: float | None) -> str:
    """A transaction that ended, as JSON text."""
    return orjson.dumps(
        {
            "id": record.ocpp_id,
            "where": record.where,
            "token": record.id_token,
            "start": times.iso(record.start_ms),
            "stop": times.iso(record.stop_ms) if record.stop_ms is not None else None,
            "meter_start": record.meter_start_wh,
            "meter_stop": record.meter_stop_wh,
            "energy": energy_wh,
            "reason": record.reason,
        }
    ).decode()
