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

import ocpp.v16
import ocpp.v201
import paho.mqtt.client as mqtt
from ocpp.routing import on
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

_VERSIONS = {"1.6": ocpp.v16, "2.0.1": ocpp.v201}


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def station_class(version: str, client: mqtt.Client | None) -> type:
    """Handlers for the mix, as the library's documentation writes them."""
    library = _VERSIONS[version]
    result, action = library.call_result, library.enums.Action
    where = "connector_id" if version == "1.6" else "evse_id"

    class Station(library.ChargePoint):
        @on(action.boot_notification)
        def on_boot_notification(self, **_: object) -> object:
            return result.BootNotification(
                current_time=now(), interval=300, status="Accepted"
            )

        @on(action.heartbeat)
        def on_heartbeat(self, **_: object) -> object:
            return result.Heartbeat(current_time=now())

        @on(action.status_notification)
        def on_status_notification(self, **_: object) -> object:
            return result.StatusNotification()

        @on(action.meter_values)
        def on_meter_values(self, meter_value: list, **more: object) -> object:
            if client is not None:
                for sampled in meter_value:
                    for sample in sampled["sampled_value"]:
                        _publish(client, f"{self.id}__{more[where]}", sample)
            return result.MeterValues()

    return Station


def _publish(client: mqtt.Client, place: str, sample: dict) -> None:
    phase = sample.get("phase")
    key = f"{place}__{sample['measurand']}"
    value = {"value": float(sample["value"]), "timestamp": int(time.time() * 1000)}
    client.publish(
        f"stock/messages/{key}__{phase}" if phase else f"stock/messages/{key}",
        json.dumps(value),
        retain=True,
    )


async def main(port: int, version: str, kind: type) -> None:
    async def converse(connection: ServerConnection) -> None:
        identity = connection.request.path.rsplit("/", 1)[-1]
        try:
            await kind(identity, connection).start()
        except ConnectionClosed:
            return

    async with serve(
        converse, "127.0.0.1", port, subprotocols=[f"ocpp{version}"], compression=None
    ) as server:
        await server.serve_forever()


def connected(port: int) -> mqtt.Client:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="stock")
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--broker", type=int)
    parser.add_argument("--version", default="1.6")
    arguments = parser.parse_args()
    publisher = None if arguments.broker is None else connected(arguments.broker)
    asyncio.run(
        main(
            arguments.port,
            arguments.version,
            station_class(arguments.version, publisher),
        )
    )
