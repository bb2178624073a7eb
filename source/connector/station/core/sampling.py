"""Meter values: at intervals, aligned to the clock, for the end, and on demand.

1.6, section 4.7 and its configuration keys; 2.x part 2, J01 and J02.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.station.core import settings as names
from connector.station.core.events import Measured
from connector.station.core.evse import Evse
from connector.station.core.session import Session
from connector.station.core.site import Site
from connector.station.core.telling import Telling
from connector.station.core.transactions import Transactions
from connector.station.ports import Reading

CLOCK, PERIODIC = "Sample.Clock", "Sample.Periodic"
ALIGNED, AT_INTERVALS = "MeterValueClock", "MeterValuePeriodic"
SAMPLES = frozenset({ALIGNED, AT_INTERVALS})
"""The triggers of values that come by themselves."""
_DAY_MS = 86_400_000
_SET_BACK_MS = 5_000
"""A clock that is set back by less tells nothing twice."""


@dataclass(slots=True)
class Sampling:
    """Reads meters when it is time."""

    site: Site
    telling: Telling
    transactions: Transactions
    _aligned_ms: int = 0
    _aligned_ended_ms: int = 0

    def _interval_ms(self, name: str) -> int:
        return round(self.site.variables.number(name) * 1000)

    # -- what runs

    def sample_if_due(self, evse: Evse, now_ms: int) -> None:
        """The values of a transaction, told and kept at their intervals."""
        session = evse.session
        if session is None or not session.is_running:
            return
        reading = None
        interval_ms = self._interval_ms(names.SAMPLE_INTERVAL_S)
        if interval_ms and now_ms - session.sampled_ms >= interval_ms:
            session.sampled_ms = _last(session.sampled_ms, interval_ms, now_ms)
            # What is told and what is kept of one moment is one reading.
            reading = self.sample(evse, AT_INTERVALS, PERIODIC, now_ms)
            if self.transactions.is_for_16:
                self.transactions.keep(
                    session, names.ENDED_MEASURANDS, PERIODIC, now_ms, reading
                )
        interval_ms = self._ended_interval_ms()
        if interval_ms and now_ms - session.kept_ms >= interval_ms:
            session.kept_ms = _last(session.kept_ms, interval_ms, now_ms)
            self.transactions.keep(
                session, names.ENDED_MEASURANDS, PERIODIC, now_ms, reading
            )

    def sample(
        self, evse: Evse, trigger: str, context: str, now_ms: int
    ) -> Reading | None:
        """Tell the values of what runs at an EVSE; gives what was read for it."""
        name = names.UPDATED_MEASURANDS
        return self.transactions.sample(evse, trigger, context, now_ms, name)

    def _ended_interval_ms(self) -> int:
        """1.6 has no interval of its own for what is kept."""
        is_own = not self.transactions.is_for_16
        return self._interval_ms(names.ENDED_INTERVAL_S) if is_own else 0

    # -- aligned to the clock

    def tell_aligned(self, now_ms: int) -> None:
        """Values at the intervals that are counted from midnight UTC."""
        interval_ms = self._interval_ms(names.ALIGNED_INTERVAL_S)
        is_due, self._aligned_ms = _advance(self._aligned_ms, interval_ms, now_ms)
        told = self._tell_all(now_ms) if is_due else {}
        if self.transactions.is_for_16:
            self._keep_aligned(now_ms, told, is_due=is_due)
            return
        interval_ms = self._interval_ms(names.ALIGNED_ENDED_INTERVAL_S)
        is_due, self._aligned_ended_ms = _advance(
            self._aligned_ended_ms, interval_ms, now_ms
        )
        self._keep_aligned(now_ms, told, is_due=is_due)

    def _keep_aligned(
        self, now_ms: int, told: Mapping[int, Reading | None], *, is_due: bool
    ) -> None:
        for number, evse in self.site.evses.items() if is_due else ():
            if evse.session is not None and evse.is_running:
                name, reading = names.ALIGNED_ENDED_MEASURANDS, told.get(number)
                self.transactions.keep(evse.session, name, CLOCK, now_ms, reading)

    def _tell_all(self, now_ms: int) -> dict[int, Reading | None]:
        """Gives what was read of transactions, by EVSE."""
        only_idle = self.site.variables.flag(names.ONLY_IDLE_ALIGNED)
        if only_idle and any(evse.is_running for evse in self.site.evses.values()):
            return {}
        told: dict[int, Reading | None] = {}
        for number, evse in self.site.evses.items():
            if evse.is_running:
                name, sample = names.ALIGNED_MEASURANDS, self.transactions.sample
                told[number] = sample(evse, ALIGNED, CLOCK, now_ms, name)
            else:
                self.measure(number, CLOCK, now_ms)
        return told

    # -- outside transactions, and on demand

    def measure(self, evse: int, context: str, now_ms: int, name: str = "") -> None:
        """Tell the values of an EVSE, or the main meter (0), of no transaction."""
        is_aligned = context == CLOCK
        name = name or (
            names.ALIGNED_MEASURANDS if is_aligned else names.UPDATED_MEASURANDS
        )
        measurands = self.site.variables.items(name)
        if measurands:
            reading = self.site.hardware.read(evse)
            self.telling.emit(Measured(evse, now_ms, reading, measurands, context))

    def due_ms(self) -> list[int]:
        """When something is to be read; 0 stands for never."""
        due = [self._aligned_ms, self._aligned_ended_ms]
        for evse in self.site.evses.values():
            if evse.session is not None and evse.session.is_running:
                due += self._next_samples_ms(evse.session)
        return due

    def _next_samples_ms(self, session: Session) -> tuple[int, int]:
        told_ms = self._interval_ms(names.SAMPLE_INTERVAL_S)
        kept_ms = self._ended_interval_ms()
        return (
            session.sampled_ms + told_ms if told_ms else 0,
            session.kept_ms + kept_ms if kept_ms else 0,
        )


def _last(before_ms: int, interval_ms: int, now_ms: int) -> int:
    """When it was due last: who is called a little late keeps the pace."""
    return now_ms - (now_ms - before_ms) % interval_ms


def _advance(due_ms: int, interval_ms: int, now_ms: int) -> tuple[bool, int]:
    """Whether it is time, and when it is next; the first time only begins.

    So does one that is another by now: the interval is another, or the clock was set.
    """
    if not interval_ms:
        return False, 0
    is_known = due_ms % _DAY_MS % interval_ms == 0
    if is_known and now_ms < due_ms <= now_ms + interval_ms + _SET_BACK_MS:
        return False, due_ms
    midnight_ms = now_ms - now_ms % _DAY_MS
    next_ms = now_ms - now_ms % _DAY_MS % interval_ms + interval_ms
    is_due = is_known and due_ms <= now_ms < due_ms + interval_ms
    return is_due, min(next_ms, midnight_ms + _DAY_MS)
