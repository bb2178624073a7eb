"""A station of OCPP 2.x as plain frames over a real socket."""

from __future__ import annotations

import asyncio
from typing import Any

from connector.tests.system.station import Json, RawStation, now


class RawStation2(RawStation):
    """One station with one EVSE; it knows no variable and takes every other call."""

    transaction_id = "5d0e2c1a-0001"

    def __init__(self, websocket: Any) -> None:
        super().__init__(websocket)
        self._seq_no = -1
        self.answers |= {
            "GetVariables": lambda payload: {
                "getVariableResult": [
                    {**item, "attributeStatus": "UnknownVariable"}
                    for item in payload["getVariableData"]
                ]
            },
            "SetVariables": lambda payload: {
                "setVariableResult": [
                    {
                        "component": item["component"],
                        "variable": item["variable"],
                        "attributeStatus": "Accepted",
                    }
                    for item in payload["setVariableData"]
                ]
            },
            "GetBaseReport": lambda _: {"status": "NotSupported"},
            "GetCompositeSchedule": lambda _: {"status": "Rejected"},
        }

    async def boot(self) -> Json:
        return await self.call(
            "BootNotification",
            {
                "reason": "PowerUp",
                "chargingStation": {"vendorName": "ACME", "model": "Wallbox 22"},
            },
        )

    async def status(self, status: str, connector: int = 1) -> Json:
        return await self.call(
            "StatusNotification",
            {
                "timestamp": now(),
                "connectorStatus": status,
                "evseId": 1,
                "connectorId": connector,
            },
        )

    async def event(
        self,
        kind: str,
        samples: list[Json],
        state: str | None = None,
        ahead_s: float = 0,
        **more: Any,
    ) -> Json:
        """TransactionEvent of the one transaction."""
        self._seq_no += 1
        info: Json = {"transactionId": self.transaction_id}
        if state is not None:
            info["chargingState"] = state
        return await self.call(
            "TransactionEvent",
            {
                "eventType": kind,
                "timestamp": now(ahead_s),
                "triggerReason": "Trigger",
                "seqNo": self._seq_no,
                "transactionInfo": info,
                "evse": {"id": 1, "connectorId": 1},
                "meterValue": [{"timestamp": now(ahead_s), "sampledValue": samples}],
            }
            | more,
        )


async def open_station(port: int, identity: str, version: str) -> RawStation:
    """A station of any version, connected."""
    kind = RawStation if version == "1.6" else RawStation2
    async with asyncio.timeout(10):
        return await kind.open(port, identity, subprotocols=(f"ocpp{version}",))
