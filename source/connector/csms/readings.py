"""Values of one time: published, kept with their transaction, and what they add to it.

On the path of every message with values.
"""

from __future__ import annotations

from connector.csms import sampled, unknown_names
from connector.csms.context import Context, at
from connector.csms.facts import Weight
from connector.csms.measurands import DEFAULT_MEASURAND
from connector.csms.sampled import Reading
from connector.csms.station import Connector, Station
from connector.csms.times import Moment
from connector.store.records import SampleRecord, TransactionRecord


def note(  # noqa: PLR0917  (a message, and where it belongs)
    context: Context,
    station: Station,
    connector: Connector,
    transaction: TransactionRecord | None,
    reading: Reading,
    moment: Moment,
) -> None:
    """Publish a reading, and keep it with the transaction it belongs to."""
    values = reading.values
    unknown_names.bound(station, reading)
    if transaction is not None:
        _add_session(connector, reading, moment.time_ms)
        kept = {sampled.text_key(datum): value for datum, value in values.items()}
        context.keep_sample(SampleRecord(transaction.key, moment.time_ms, kept))
    _note_flows(connector, reading)
    context.tell(
        station,
        values,
        time_ms=moment.time_ms,
        weight=Weight.SAMPLE,
        is_queued=moment.is_queued,
    )


def _note_flows(connector: Connector, reading: Reading) -> None:
    flows = connector.flows
    if flows is None:
        flows = connector.flows = {}
    for datum in reading.flows:
        flows[datum] = reading.values[datum] != 0


def _add_session(connector: Connector, reading: Reading, time_ms: int) -> None:
    """The session's energy and time so far, beside what was measured."""
    meter = connector.meter
    if meter is None:
        return
    where = connector.where
    if reading.begin_wh is not None:
        meter.begin(reading.begin_wh)
    register = reading.values.get(at(where, DEFAULT_MEASURAND))
    if isinstance(register, float):
        reading.values[at(where, "session_energy")] = meter.sample(register, time_ms)
    reading.values[at(where, "session_seconds")] = meter.seconds(time_ms)
