"""What the flow is told at the start, and of stations that come and go."""

from __future__ import annotations

from collections.abc import Callable

from connector.csms.central_system import CentralSystem
from connector.csms.clock import Clock
from connector.csms.events import (
    ConnectorsChanged,
    Event,
    RegistrationChanged,
)
from connector.csms.facts import Datum, Facts
from connector.csms.recalling import Recalling
from connector.csms.sampled import is_flow
from connector.datapoints.fact_queue import (
    Declaration,
    Forgotten,
    Item,
    Restored,
)
from connector.datapoints.keys import parse_local_key
from connector.store.interface import Store

_UNKNOWN_AFTER_S = 60.0
"""Contract: datapoints, section 2; the same as after a lost link."""


class Restoring:
    """Brings back the keys of every station, and declares what it has."""

    def __init__(
        self, central: CentralSystem, put: Callable[[Item], None], clock: Clock
    ) -> None:
        self._central = central
        self._put = put
        self._clock = clock
        self._lost: dict[str, list[Datum]] = {}
        self._recalling: Recalling | None = None

    async def load(self, store: Store) -> dict[str, list[str]]:
        """The keys that were kept, by station; the flow has them, too.

        Raises:
            StoreError: the store cannot be used.
        """
        kept = await store.datapoints()
        for identity, keys in kept.items():
            self._put(Restored(identity, keys))
        return kept

    def declare_all(self) -> None:
        """Say what stations there are, and from now on who comes and goes."""
        events = self._central.events
        for station in self._central.stations.values():
            self._declare(RegistrationChanged(station))
        events.subscribe(RegistrationChanged, self._declare)
        events.subscribe(ConnectorsChanged, self._declare)

    def restore_flows(self, kept: dict[str, list[str]]) -> None:
        """What flowed before our start is known until nobody has come back."""
        self._lost = {
            identity: [datum for key in keys if is_flow(datum := parse_local_key(key))]
            for identity, keys in kept.items()
        }
        for known in self._central.stations.values():
            flows = self._lost.get(known.identity, ())
            self._central.blocks.metering.restore(known, flows)
        self._clock.call_later(_UNKNOWN_AFTER_S, self._lose_flows)

    def recall(self, store: Store) -> None:
        """Have the last transactions told, soon: nobody waits for them."""
        stations = self._central.stations
        self._recalling = Recalling(stations, store.archive, self._clock, self._put)
        self._recalling.start()

    async def stop(self) -> None:
        """Tell no more of what was."""
        if self._recalling is not None:
            await self._recalling.stop()

    def _lose_flows(self) -> None:
        """Of a station that has not come back since our start nobody knows them."""
        now_ms = self._clock.now_ms()
        for identity, flows in self._lost.items():
            station = self._central.stations.get(identity)
            if flows and (station is None or not station.is_connected):
                self._put(Facts(identity, now_ms, dict.fromkeys(flows)))

    def _declare(self, event: Event) -> None:
        station = event.station
        if station.identity not in self._central.stations:
            self._put(Forgotten(station.identity))
            return
        self._put(
            Declaration(
                station.identity,
                station.is_adopted,
                station.connector_count,
                station.parts,
                station.speaks_2,
                station.options.name,
            )
        )
