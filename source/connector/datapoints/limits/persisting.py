"""Lasting profiles beside a TxProfile: written seldom, because flash memory wears."""

from __future__ import annotations

from connector.csms.clock import Clock
from connector.csms.options import LimitOptions
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.contents import (
    content,
    fallback_plan,
    within_share,
)
from connector.datapoints.limits.installed import Trust
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import TX, TX_DEFAULT, Carrier
from connector.datapoints.limits.watchdog import fallback_of, is_failsafe


class Persistence:
    """What a TxDefaultProfile holds, and when it is written."""

    def __init__(self, options: LimitOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock

    def target(
        self, book: Book, carrier: Carrier, limit: Plan, *, has_tx: bool = True
    ) -> Plan:
        """What a profile is to hold for a limit.

        With a failsafe the lasting one holds the fallback, provided that a TxProfile
        can hold the limit over it (``has_tx``: none was refused a moment ago).
        """
        if carrier.purpose == TX_DEFAULT:
            # The next vehicle may be none that can give anything back.
            limit = limit.without_discharging()
        fallback = fallback_of(book, self._options)
        has_tx = has_tx and not book.is_pointless(TX)
        is_under = carrier.purpose == TX_DEFAULT and has_tx
        if fallback is None or not (is_under and is_failsafe(book, self._options)):
            return limit
        now_ms = self._clock.now_ms()
        own = fallback_plan(book, fallback)
        return within_share(book, carrier.where, own, now_ms) or own

    def may_wait(self, book: Book, carrier: Carrier, plan: Plan) -> bool:
        """Whether a lasting profile beside a TxProfile need not be written now."""
        held = book.installed.get(carrier)
        if held is None or held.is_sure(plan):
            return False
        return self.due_in_s(book, carrier, plan) > 0

    def due_in_s(self, book: Book, carrier: Carrier, plan: Plan) -> float:
        """How long it has to wait, in s."""
        held = book.installed.get(carrier)
        if held is None or held.trust is Trust.DOUBTFUL:
            return 0.0
        is_urgent = held.trust is Trust.UNKNOWN or plan.is_lower_than(
            held.plan, self._clock.now_ms()
        )
        options = self._options
        least_s = options.min_interval_s if is_urgent else options.persist_interval_s
        return held.sent_s + least_s - self._clock.monotonic()

    def overdue_in_s(self, book: Book, where: str) -> float | None:
        """When the profile of a place that waits is to be written; None: none waits.

        Raises:
            CannotDo: the station cannot do what is to hold.
        """
        carrier = Carrier(TX_DEFAULT, where)
        limit = content(book, where, self._clock.now_ms())
        if limit is None or limit.raw is not None or book.is_pointless(TX_DEFAULT):
            return None
        plan = self.target(book, carrier, limit)
        held = book.installed.get(carrier)
        if held is not None and held.is_sure(plan):
            return None
        least_s = self._options.min_interval_s if held is None else 0.0
        return max(least_s, self.due_in_s(book, carrier, plan))
