"""A broker, a connector under its usual name, and stations with a vehicle each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from connector.tests.broker import Broker
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation

ROOT = Path(__file__).resolve().parents[4]
EXAMPLES = ROOT / "docs" / "examples"
STATION = "CP-7"
PLACE = f"ocpp-connector/stations/{STATION}/1/"
_PHASES = ("L1", "L2", "L3")


class House:
    """What a recipe finds."""

    def __init__(self, broker: Broker, connector: ConnectorProcess) -> None:
        self.broker = broker
        self.connector = connector
        self.listener = Listener(broker.port)
        self.stations: dict[str, RawStation] = {}

    async def plug_in(self, name: str = STATION, *, status: str = "Preparing") -> None:
        """A station comes, boots and says that a vehicle is there."""
        station = await RawStation.open(self.connector.ocpp_port, name)
        self.stations[name] = station
        await station.boot()
        await station.status(status)

    async def charge(self, name: str = STATION, *, power_w: int = 4140) -> None:
        """The vehicle charges, and its meter says so."""
        station = self.stations[name]
        transaction = await station.start()
        await station.status("Charging")
        await station.meter(
            [
                {
                    "measurand": "Power.Active.Import",
                    "unit": "W",
                    "value": f"{power_w}",
                },
                {"unit": "Wh", "value": "12500"},
                *(
                    {
                        "measurand": "Current.Import",
                        "phase": phase,
                        "unit": "A",
                        "value": "6.1",
                    }
                    for phase in _PHASES
                ),
            ],
            transaction_id=transaction,
        )

    async def until(
        self, topic: str, test: Callable[[Any], bool] = lambda _: True
    ) -> Any:
        """The newest payload of a topic once it passes."""
        return await asyncio.to_thread(self.listener.until, topic, test)

    async def text(self, topic: str) -> str:
        """The newest payload of a topic as it was sent."""
        await self.until(topic)
        return self.listener.last[topic].decode()

    async def outcome(self, topic: str, payload: str) -> str:
        """Write to a command as a program does; what becomes of it."""
        result = topic.removesuffix("/set") + "/result"
        self.listener.last.pop(result, None)
        self.listener.publish(topic, payload.encode())
        return str((await self.until(result))["outcome"])

    async def close(self) -> None:
        for station in self.stations.values():
            await station.close()
        self.connector.stop()
        self.listener.close()


@asynccontextmanager
async def house(broker: Broker, folder: Path, **settings: str) -> AsyncIterator[House]:
    """All of it, and its end."""
    defaults = {
        "CONNECTOR_NAME": "ocpp-connector",
        "UNKNOWN_STATIONS": "accept",
        "LIMIT_MIN_INTERVAL_S": "0",
    }
    connector = ConnectorProcess(broker.port, folder, **(defaults | settings))
    found = House(broker, connector)
    try:
        yield found
    finally:
        await found.close()
