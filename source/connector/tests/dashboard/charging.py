"""A vehicle that charges at a station of either family, step by step."""

from __future__ import annotations

from connector.tests.system.station import Json, RawStation, now
from connector.tests.system.station2 import RawStation2

POWER = "Power.Active.Import"
CURRENT = "Current.Import"


class Charging:
    """One transaction at connector 1 of a 1.6 station."""

    limits = "SetChargingProfile"
    stops = "RemoteStopTransaction"
    starts = "RemoteStartTransaction"

    def __init__(self, station: RawStation) -> None:
        self.station = station
        self._id = 0

    async def begin(self, token: str = "TAG1", meter_wh: int = 1000) -> None:
        """Plug in, and start."""
        await self.station.status("Preparing")
        self._id = await self.station.start(token, meter_wh)
        await self.station.status("Charging")

    async def flow(
        self, watts: float, amperes: float, meter_wh: float, ahead_s: float = 0
    ) -> None:
        """Say what flows."""
        samples: list[Json] = [
            {"measurand": POWER, "value": str(watts), "unit": "W"},
            {"measurand": CURRENT, "value": str(amperes), "unit": "A"},
            {"value": str(meter_wh), "unit": "Wh"},
        ]
        await self.station.meter(samples, transaction_id=self._id, ahead_s=ahead_s)

    async def end(self, meter_wh: int) -> None:
        """Stop it, as it was told from afar."""
        await self.station.call(
            "StopTransaction",
            {
                "transactionId": self._id,
                "meterStop": meter_wh,
                "timestamp": now(),
                "reason": "Remote",
            },
        )
        await self.station.status("Available")


class Charging2(Charging):
    """One transaction at EVSE 1 of a 2.x station."""

    stops = "RequestStopTransaction"
    starts = "RequestStartTransaction"
    station: RawStation2

    async def begin(self, token: str = "TAG1", meter_wh: int = 1000) -> None:
        await self.station.status("Occupied")
        await self.station.event(
            "Started",
            [{"value": meter_wh}],
            "Charging",
            idToken={"idToken": token, "type": "ISO14443"},
        )

    async def flow(
        self, watts: float, amperes: float, meter_wh: float, ahead_s: float = 0
    ) -> None:
        samples: list[Json] = [
            {"measurand": POWER, "value": watts},
            {"measurand": CURRENT, "value": amperes},
            {"value": meter_wh},
        ]
        await self.station.event("Updated", samples, "Charging", ahead_s)

    async def end(self, meter_wh: int) -> None:
        await self.station.event("Ended", [{"value": meter_wh}])
        await self.station.status("Available")


def charging(station: RawStation) -> Charging:
    """The one that fits."""
    kind = Charging2 if isinstance(station, RawStation2) else Charging
    return kind(station)
