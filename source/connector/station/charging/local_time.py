"""Times as messages write them, and days and weeks of a schedule that comes again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.station.charging import settings as names
from connector.station.core.settings import Variables

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
DAYS = {"Daily": 1, "Weekly": 7}
_NEVER_MS = 2**63


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A start that comes again every so many days of a zone."""

    first_ms: int
    days: int
    zone: tzinfo = UTC

    def around(self, now_ms: int) -> tuple[int, int]:
        """The start that counts at a time, and the one after it."""
        if now_ms < self.first_ms:
            return self.first_ms, _NEVER_MS
        if self.zone is UTC:
            cycle_ms = self.days * 86_400_000
            latest_ms = now_ms - (now_ms - self.first_ms) % cycle_ms
            return latest_ms, latest_ms + cycle_ms
        return self._around_local(now_ms)

    def _around_local(self, now_ms: int) -> tuple[int, int]:
        """Days of a zone have 23 to 25 hours: count them by the calendar."""
        first = to_time(self.first_ms).astimezone(self.zone).replace(tzinfo=None)
        now = to_time(now_ms).astimezone(self.zone).replace(tzinfo=None)
        count = (now.date() - first.date()).days // self.days
        if self._start(first, count) > now_ms:
            count -= 1
        elif self._start(first, count + 1) <= now_ms:
            count += 1
        return self._start(first, count), self._start(first, count + 1)

    def _start(self, first: datetime, count: int) -> int:
        local = first + timedelta(days=count * self.days)
        return to_ms(local.replace(tzinfo=self.zone))


def to_ms(time: datetime) -> int:
    """Epoch ms of an aware time."""
    return (time - _EPOCH) // _MS


def to_time(time_ms: int) -> datetime:
    """The time in UTC."""
    return _EPOCH + timedelta(milliseconds=time_ms)


def parse(text: str, zone: tzinfo | None = None) -> int:
    """Epoch ms of a time on the wire; with a zone, its own is disregarded.

    Raises:
        ValueError: it is none.
    """
    time = datetime.fromisoformat(text)
    if zone is not None:
        return to_ms(time.replace(tzinfo=zone))
    return to_ms(time if time.tzinfo else time.replace(tzinfo=UTC))


def write(time_ms: int) -> str:
    """A time as messages have it."""
    text = to_time(time_ms).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def zone_of(variables: Variables) -> tzinfo:
    """The zone of the station: ClockCtrlr's TimeZone, else its TimeOffset, else UTC."""
    name = variables.text(names.TIME_ZONE)
    try:
        if name:
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _offset(variables)
    return _offset(variables)


def _offset(variables: Variables) -> tzinfo:
    text = variables.text(names.TIME_OFFSET)
    try:
        time = datetime.fromisoformat(f"2026-01-01T00:00:00{text}")
    except ValueError:
        return UTC
    offset = time.utcoffset()
    return timezone(offset) if offset else UTC
