"""What `/health` shows, and where the facts come from."""

from __future__ import annotations

from typing import Protocol

OK = "ok"
DEGRADED = "degraded"
DOWN = "down"


class HealthFacts(Protocol):
    """What the web room asks the rest of the connector; each costs nothing."""

    @property
    def broker_connected(self) -> bool:
        """The MQTT broker answers."""

    @property
    def store_works(self) -> bool:
        """The store kept or gave what it was last asked to."""

    @property
    def stations_connected(self) -> int:
        """How many stations have a link."""


def health(facts: HealthFacts) -> tuple[int, dict[str, str | int]]:
    """HTTP status and body.

    Degraded is no reason to restart anything: without a broker stations are still
    answered, without a store they keep their transactions. So 503 is for both at once.
    """
    broker, store = facts.broker_connected, facts.store_works
    status = OK if broker and store else DEGRADED if broker or store else DOWN
    return 503 if status == DOWN else 200, {
        "status": status,
        "broker": "connected" if broker else "disconnected",
        "store": "ok" if store else "failing",
        "stations": facts.stations_connected,
    }
