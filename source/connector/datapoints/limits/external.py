"""What somebody else limits a station of 2.x to, as far as it has told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from connector.csms import times
from connector.csms.v2.external_limits import external_limits
from connector.datapoints.limits import contents
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import schedule_plan

Json = dict[str, Any]


class External(NamedTuple):
    """A limit that holds until a time; None is for ever."""

    plan: Plan
    end_ms: int | None

    def watts(self, now_ms: int) -> float | None:
        """The limit that holds, in W, where it can be said."""
        is_over = self.end_ms is not None and now_ms >= self.end_ms
        return None if is_over else self.plan.watts(now_ms)

    def next_change_ms(self, now_ms: int) -> int | None:
        """When another limit will hold; None if that is never."""
        change_ms = self.plan.next_change_ms(now_ms)
        known = [ms for ms in (change_ms, self.end_ms) if ms is not None]
        return min((ms for ms in known if ms > now_ms), default=None)


def externals(book: Book, where: str) -> Iterator[External]:
    """The limits at a place."""
    for entry in external_limits(book.station).get(where, ()):
        for schedule in entry["chargingSchedule"]:
            yield _external(book, where, schedule, entry["received_ms"])


def _external(book: Book, where: str, schedule: Json, received_ms: int) -> External:
    """One schedule; without a start it began when it was told."""
    known = contents.electric(book, book.goal(where))
    factor = None if known.phases is None else known.watts_per_ampere(1)
    start_ms = times.parse(schedule.get("startSchedule"))
    if start_ms is None:
        start_ms = received_ms
    else:
        start_ms -= book.station.clock_error_ms or 0
    plan = replace(schedule_plan(schedule, factor), start_ms=start_ms)
    duration_s = schedule.get("duration")
    return External(plan, None if duration_s is None else start_ms + 1000 * duration_s)
