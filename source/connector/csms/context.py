"""What every functional block is given."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from connector.csms import times
from connector.csms.clock import Clock
from connector.csms.events import EventBus
from connector.csms.facts import Datum, Facts, Scalar, Weight
from connector.csms.options import CsmsOptions
from connector.csms.seen import seen_ms
from connector.csms.station import STATION, Station
from connector.errors import StoreError
from connector.security.passwords import Passwords
from connector.store.interface import Store
from connector.store.records import SampleRecord

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_SEEN_AGAIN_MS = 30_000


@cache
def at(where: str, name: str) -> Datum:
    """A datum; one object for all stations."""
    return Datum(where, name)


_LAST_SEEN = at(STATION, "last_seen")
_LATENCY = at(STATION, "latency_ms")


@dataclass(frozen=True, slots=True)
class Context:
    """Options, what is kept, the time, and who wants to hear of things."""

    options: CsmsOptions
    store: Store
    clock: Clock
    events: EventBus
    publish: Callable[[Facts], None]
    remember: Callable[[Station], None]
    """Keep what is known of a station, soon."""
    passwords: Passwords
    """Makes and checks the hashes of passwords; one for all, for it remembers."""

    def keep_sample(self, sample: SampleRecord) -> None:
        """Keep values with their transaction; without a store they are only shown."""
        try:
            self.store.add_samples((sample,))
        except StoreError as problem:
            logger.error("values of a transaction could not be kept: %s", problem)

    def tell(
        self,
        station: Station,
        values: dict[Datum, Scalar],
        *,
        time_ms: int | None = None,
        weight: Weight = Weight.STATE,
        is_queued: bool = False,
    ) -> None:
        """Publish values of a station, and when it was last heard of if that is due."""
        now_ms = self.clock.now_ms()
        # Also where our own clock was set back.
        is_due = not 0 <= now_ms - station.told_seen_ms < _SEEN_AGAIN_MS
        if is_due and station.session is not None:
            self.tell_seen(station, now_ms)
        if values:
            time_ms = now_ms if time_ms is None else time_ms
            self.publish(Facts(station.identity, time_ms, values, weight, is_queued))

    def tell_seen(self, station: Station, now_ms: int) -> None:
        """Publish when it was last heard of, and how far away it is."""
        station.told_seen_ms = now_ms
        values: dict[Datum, Scalar] = {_LAST_SEEN: times.iso(now_ms)}
        session = station.session
        if session is not None and session.link.latency_ms is not None:
            values[_LATENCY] = session.link.latency_ms
        self.publish(Facts(station.identity, now_ms, values))

    def tell_last_seen(self, station: Station) -> None:
        """The same while its link ends: from now on nothing newer is known."""
        last_ms = seen_ms(station, self.clock.now_ms())
        if last_ms > station.told_seen_ms:
            self.tell_seen(station, last_ms)

    def tell_state(
        self, station: Station, where: str, state: Mapping[str, Any]
    ) -> None:
        """Publish values of one place by their names."""
        self.tell(station, {at(where, name): value for name, value in state.items()})
