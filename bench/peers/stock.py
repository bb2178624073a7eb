"""The stock ChargePoint of `ocpp` with its defaults; with ``--broker`` it publishes.

Publishing is what a bridge usually does: one threaded paho client, one publish per
datapoint, the value and its time as JSON, retained.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import Action, RegistrationStatus
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Station(ChargePoint):
    """Handlers for the mix, as the library's documentation writes them."""

    @on(Action.boot_notification)
    def on_boot_notification(self, **_: object) -> call_result.BootNotification:
        return call_result.BootNotification(
            current_time=now(), interval=300, status=RegistrationStatus.accepted
        )

    @on(Action.heartbeat)
    def on_heartbeat(self) -> call_result.Heartbeat:
        return call_result.Heartbeat(current_time=now())

    @on(Action.status_notification)
    def on_status_notification(self, **_: object) -> call_result.StatusNotification:
        return call_result.StatusNotification()

    @on(Action.meter_values)
    def on_meter_values(
        self, connector_id: int, meter_value: list, **_: object
    ) -> call_result.MeterValues:
        return call_result.MeterValues()


class PublishingStation(Station):
    """The same, and every sampled value goes to the broker."""

    client: mqtt.Client

    @on(Action.meter_values)
    def on_meter_values(
        self, connector_id: int, meter_value: list, **_: object
    ) -> call_result.MeterValues:
        for sampled in meter_value:
            for sample in sampled["sampled_value"]:
                self._publish(connector_id, sample)
        return call_result.MeterValues()

    def _publish(self, connector_id: int, sample: dict) -> None:
        phase = sample.get("phase")
        key = f"{self.id}__{connector_id}__{sample['measurand']}"
        value = {"value": float(sample["value"]), "timestamp": int(time.time() * 1000)}
        self.client.publish(
            f"stock/messages/{key}__{phase}" if phase else f"stock/messages/{key}",
            json.dumps(value),
            retain=True,
        )


async def main(port: int, kind: type[Station]) -> None:
    async def converse(connection: ServerConnection) -> None:
        identity = connection.request.path.rsplit("/", 1)[-1]
        try:
            await kind(identity, connection).start()
        except ConnectionClosed:
            return

    async with serve(
        converse, "127.0.0.1", port, subprotocols=["ocpp1.6"], compression=None
    ) as server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--broker", type=int)
    arguments = parser.parse_args()
    if arguments.broker is None:
        asyncio.run(main(arguments.port, Station))
    else:
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="stock")
        client.connect("127.0.0.1", arguments.broker)
        client.loop_start()
        PublishingStation.client = client
        asyncio.run(main(arguments.port, PublishingStation))
