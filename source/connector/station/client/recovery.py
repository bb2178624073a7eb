"""After a restart: what the queue and the core remember is made one.

The queue was written first, so it knows what was told; the core knows what goes on. A
transaction of which the core knows nothing any more has ended with the power.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from connector.station.client.journal import Journal, OpenTransaction
from connector.station.core.events import CoreEvent, SessionEvent
from connector.station.core.station import StationCore
from connector.station.ports import Reading

logger = logging.getLogger(__name__)

TRIGGER, REASON, CONTEXT = "AbnormalCondition", "PowerLoss", "Transaction.End"


def recover(journal: Journal, core: StationCore, now_ms: int) -> list[CoreEvent]:
    """Tell what became of the transactions of before; gives what else was told."""
    orphans = {each.session.key: each for each in journal.open_transactions()}
    for session in core.all_running():
        known = orphans.pop(session.key, None)
        if known is not None:
            journal.adopt(session)
            session.told = max(session.told, known.number + 1)
    others: list[CoreEvent] = []
    for event in core.take_events():
        if not isinstance(event, SessionEvent):
            others.append(event)
        else:
            _tell(journal, event, orphans)
    for orphan in orphans.values():
        journal.put(_end(core, orphan, now_ms))
    return others


def _tell(
    journal: Journal, event: SessionEvent, orphans: dict[str, OpenTransaction]
) -> None:
    """An event of the core, unless it was told before the restart."""
    key = event.session.key
    known = next(
        (each for each in journal.open_transactions() if each.session.key == key), None
    )
    if known is None and event.kind != "Started":
        logger.info("the end of transaction %s was told before", key)
        return
    if known is not None:
        journal.adopt(event.session)
        number = max(event.number, known.number + 1)
        event = replace(event, number=number, reading=_reading(event, known))
    journal.put(event)
    if event.kind == "Ended":
        orphans.pop(key, None)


def _reading(event: SessionEvent, known: OpenTransaction) -> Reading | None:
    """A meter that has forgotten what it showed does not take back what was told."""
    reading = event.reading
    if reading is None or reading.energy_wh >= known.energy_wh:
        return reading
    return replace(reading, energy_wh=known.energy_wh, signed=None)


def _end(core: StationCore, orphan: OpenTransaction, now_ms: int) -> SessionEvent:
    session = orphan.session
    energy_wh = orphan.energy_wh
    if session.evse in core.evses:
        energy_wh = max(energy_wh, core.hardware.read(session.evse).energy_wh)
    return SessionEvent(
        session,
        "Ended",
        TRIGGER,
        max(now_ms, orphan.time_ms),
        orphan.number + 1,
        "Idle",
        context=CONTEXT,
        reading=orphan.last_reading(energy_wh),
        measurands=("Energy.Active.Import.Register",),
        stopped_reason=REASON,
        is_offline=True,
    )
