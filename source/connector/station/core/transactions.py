"""When a transaction begins and ends, and what is told of it.

2.x names the points (TxStartPoint, TxStopPoint; part 2, E01 and E06); the transactions
of 1.6 are those of PowerPathClosed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connector.station.core import settings as names
from connector.station.core.events import SessionEvent
from connector.station.core.evse import Evse
from connector.station.core.session import Sample, Session
from connector.station.core.settings import Variables
from connector.station.ports import Hardware, Reading, Token

PARKING_BAY, EV_CONNECTED = "ParkingBayOccupancy", "EVConnected"
AUTHORIZED, POWER_PATH = "Authorized", "PowerPathClosed"
DATA_SIGNED, ENERGY_TRANSFER = "DataSigned", "EnergyTransfer"
_BEGIN, _PERIODIC, _END = "Transaction.Begin", "Sample.Periodic", "Transaction.End"
_REGISTER = ("Energy.Active.Import.Register",)
MOST_SAMPLES, MOST_SAMPLES_16 = 300, 100
"""Kept for the end of a transaction; of 1.6 all of them are in one message."""
_START = frozenset(
    {
        PARKING_BAY,
        EV_CONNECTED,
        AUTHORIZED,
        POWER_PATH,
        DATA_SIGNED,
        ENERGY_TRANSFER,
    }
)
_STOP = _START - {DATA_SIGNED}
"""DataSigned has no meaning as a stop point (2.x part 2, 2.6.6.2)."""
_DEFAULT = frozenset({POWER_PATH})


def points(evse: Evse) -> frozenset[str]:
    """The points of 2.x that hold at an EVSE now.

    A reading comes with its signature where the meter signs, so DataSigned is reached
    as soon as the power path closes.
    """
    session = evse.session
    is_authorized = session is not None and session.is_authorized
    is_closed = evse.is_plugged and is_authorized
    held = {
        PARKING_BAY: evse.is_in_bay or evse.is_plugged,
        EV_CONNECTED: evse.is_plugged,
        AUTHORIZED: is_authorized,
        POWER_PATH: is_closed,
        DATA_SIGNED: is_closed,
        ENERGY_TRANSFER: is_closed and evse.charging_state == "Charging",
    }
    return frozenset(name for name, holds in held.items() if holds)


@dataclass(slots=True)
class Transactions:
    """Begins and ends them; every event has its number, and none is told twice."""

    variables: Variables
    hardware: Hardware
    emit: Callable[[SessionEvent], None]
    is_offline: Callable[[], bool]
    is_for_16: bool = False
    """What is told at intervals is kept for the end, too (1.6, 9.1 StopTxn..Data)."""

    def starts(self) -> frozenset[str]:
        """Where a transaction begins; what is no such point is left out."""
        return frozenset(self.variables.items(names.START_POINTS)) & _START or _DEFAULT

    def stops(self) -> frozenset[str]:
        """Where one ends."""
        return frozenset(self.variables.items(names.STOP_POINTS)) & _STOP or _DEFAULT

    def has_to_begin(self, evse: Evse) -> bool:
        """Whether one of its start points holds, and none runs."""
        if evse.session is None or evse.is_running or evse.is_spent:
            return False
        return bool(self.starts() & points(evse))

    def has_to_end(self, evse: Evse) -> bool:
        """Whether a stop point that held does no more.

        What pauses power does not end it. Where StopTxOnEVSideDisconnect says that it
        goes on without a vehicle, PowerPathClosed does not end it either (E10).
        """
        session = evse.session
        if session is None or not session.is_running:
            return False
        stops, held = self.stops(), points(evse)
        has_left = session.was_plugged and not evse.is_plugged
        is_gone = not evse.is_plugged and not evse.is_in_bay
        ended = {
            PARKING_BAY: (session.was_in_bay or has_left) and PARKING_BAY not in held,
            EV_CONNECTED: has_left,
            AUTHORIZED: session.is_over,
            POWER_PATH: session.is_over,
            ENERGY_TRANSFER: session.has_transferred and ENERGY_TRANSFER not in held,
        }
        return (session.is_over and is_gone) or any(ended[name] for name in stops)

    def begin(self, evse: Evse, trigger: str, now_ms: int) -> None:
        """Start the transaction of a session."""
        session = evse.session
        if session is None or session.is_running:
            return
        reading = self.hardware.read(evse.number)
        session.started_ms = session.sampled_ms = session.kept_ms = now_ms
        session.begun_ms = now_ms
        session.meter_start_wh = reading.energy_wh
        if self.is_for_16:
            self.keep(session, names.ENDED_MEASURANDS, _BEGIN, now_ms, reading)
        measurands = self.variables.items(names.STARTED_MEASURANDS)
        self._tell(evse, "Started", trigger, now_ms, (reading, measurands, _BEGIN))

    def update(
        self, evse: Evse, trigger: str, now_ms: int, token: Token | None = None
    ) -> None:
        """Something changed in a transaction."""
        if evse.is_running:
            self._tell(evse, "Updated", trigger, now_ms, None, token)

    def sample(
        self, evse: Evse, trigger: str, context: str, now_ms: int, name: str
    ) -> Reading | None:
        """Tell the values of a running transaction, of the measurands in a variable.

        Gives what was read; None where nothing is to be told.
        """
        measurands = self.variables.items(name)
        if not evse.is_running or not measurands:
            return None
        reading = self.hardware.read(evse.number)
        self._tell(evse, "Updated", trigger, now_ms, (reading, measurands, context))
        return reading

    def keep(
        self,
        session: Session,
        name: str,
        context: str,
        now_ms: int,
        reading: Reading | None = None,
    ) -> None:
        """Keep the values of the measurands in a variable for the end."""
        measurands = self.variables.items(name)
        if not measurands:
            return
        found = reading or self.hardware.read(session.evse)
        if measurands == _REGISTER and not found.signed:
            # There are many of them, at many stations.
            found = Reading(found.energy_wh)
        samples = session.samples
        samples.append(Sample(now_ms, found, measurands, context))
        if len(samples) > (MOST_SAMPLES_16 if self.is_for_16 else MOST_SAMPLES):
            # Every second one may be left out where they become too many (2.x J02).
            del samples[1::2]

    def end(
        self,
        evse: Evse,
        trigger: str,
        reason: str,
        now_ms: int,
        token: Token | None = None,
    ) -> None:
        """End the transaction of a session, and the session with it."""
        session = evse.session
        if session is None or not session.is_running:
            return
        reading = self.hardware.read(evse.number)
        measurands = self.variables.items(names.ENDED_MEASURANDS)
        session.is_over = True
        values = (reading, measurands, _END)
        self._tell(evse, "Ended", trigger, now_ms, values, token, reason)
        evse.session = None
        evse.waits_until_ms = None
        evse.is_spent = evse.is_plugged or evse.is_in_bay

    def _tell(  # noqa: PLR0917  (the members of a TransactionEvent)
        self,
        evse: Evse,
        kind: str,
        trigger: str,
        now_ms: int,
        values: tuple[Reading, tuple[str, ...], str] | None,
        token: Token | None = None,
        reason: str | None = None,
    ) -> None:
        session = evse.session
        assert session is not None  # noqa: S101
        reading, measurands, context = values or (None, (), _PERIODIC)
        number, session.told = session.told, session.told + 1
        state = evse.charging_state
        if kind == "Started" and state == "SuspendedEVSE":
            # Nothing was offered before, so nothing is suspended either.
            state = EV_CONNECTED
        session.told_state = state
        shown = token or (session.token if number == 0 else None)
        remote, reservation = self._told_once(evse)
        samples: tuple[Sample, ...] = ()
        if kind == "Ended":
            samples, session.samples = tuple(session.samples), []
        self.emit(
            SessionEvent(
                session,
                kind,
                trigger,
                now_ms,
                number,
                state,
                context,
                reading,
                measurands,
                shown,
                reason,
                self.is_offline(),
                remote,
                reservation,
                samples,
            )
        )

    def _told_once(self, evse: Evse) -> tuple[int | None, int | None]:
        """The ids that only the first event that may, carries."""
        session = evse.session
        if session is None or session.token is None:
            return None, None
        remote = None if session.is_remote_told else session.remote_start_id
        reservation = None if session.is_reservation_told else session.reservation_id
        session.is_remote_told = session.is_reservation_told = True
        return remote, reservation
