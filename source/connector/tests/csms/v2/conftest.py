"""Stations of 2.x at memory links; the central system is that of `tests.csms`."""

from __future__ import annotations

from typing import Any

import pytest

from connector.tests.csms.conftest import NAME, Harness, Json, StationEnd, settle

AGREES: Json = {
    "TriggerMessage": {"status": "Accepted"},
    "GetBaseReport": {"status": "NotSupported"},
    "GetVariables": lambda p: {
        "getVariableResult": [
            {**item, "attributeStatus": "UnknownVariable"}
            for item in p["getVariableData"]
        ]
    },
    "SetVariables": lambda p: {
        "setVariableResult": [
            {
                "component": item["component"],
                "variable": item["variable"],
                "attributeStatus": "Accepted",
            }
            for item in p["setVariableData"]
        ]
    },
}


class Station2(StationEnd):
    """The station's side of a link of 2.x."""

    async def boot(self, **more: Any) -> Json:
        station = {"vendorName": "V", "model": "M"}
        return await self.say(
            "BootNotification",
            **{"reason": "PowerUp", "chargingStation": station} | more,
        )

    async def status(
        self, status: str, connector: int = 1, evse: int = 1, **more: Any
    ) -> Json:
        return await self.say(
            "StatusNotification",
            **{
                "evseId": evse,
                "connectorId": connector,
                "connectorStatus": status,
                "timestamp": self.time(),
            }
            | more,
        )

    async def event(
        self,
        kind: str,
        seq_no: int,
        *samples: Json,
        tx: str = "tx-1",
        evse: int | None = 1,
        state: str | None = None,
        reason: str | None = None,
        token: str | None = None,
        ago_s: float = 0,
        **more: Any,
    ) -> Json:
        """TransactionEvent."""
        info: Json = {"transactionId": tx}
        if state is not None:
            info["chargingState"] = state
        if reason is not None:
            info["stoppedReason"] = reason
        payload: Json = {
            "eventType": kind,
            "timestamp": self.time(ago_s),
            "triggerReason": "Trigger",
            "seqNo": seq_no,
            "transactionInfo": info,
        }
        if evse is not None:
            payload["evse"] = {"id": evse}
        if token is not None:
            payload["idToken"] = {"idToken": token, "type": "ISO14443"}
        if samples:
            value = {"timestamp": self.time(ago_s), "sampledValue": list(samples)}
            payload["meterValue"] = [value]
        return await self.say("TransactionEvent", **payload | more)


class Harness2(Harness):
    """A central system, and stations of 2.x."""

    async def connect_2(
        self,
        identity: str = NAME,
        *,
        version: str = "2.0.1",
        boots: bool = False,
        **answers: Any,
    ) -> Station2:
        end = self.begin(identity, f"ocpp{version}", AGREES | answers, Station2)
        await settle()
        if boots:
            await end.boot()
        return end


@pytest.fixture
async def start2() -> Any:
    """Makes central systems that run until the end of the test."""
    made: list[Harness2] = []

    async def begin(store: Any = None, **options: Any) -> Harness2:
        harness = Harness2(store, **options)
        made.append(harness)
        await harness.central.start()
        return harness

    yield begin
    for harness in made:
        await harness.close()
