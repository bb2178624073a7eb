"""What the packages themselves cost: websockets and orjson, one constant answer."""

from __future__ import annotations

import argparse
import asyncio

import orjson
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

ANSWER = {
    "currentTime": "2026-01-31T12:00:00Z",
    "interval": 300,
    "status": "Accepted",
}


async def answer(connection: ServerConnection) -> None:
    try:
        async for message in connection:
            frame = orjson.loads(message)
            await connection.send(orjson.dumps([3, frame[1], ANSWER]).decode())
    except ConnectionClosed:
        return


async def main(port: int, version: str) -> None:
    async with serve(
        answer, "127.0.0.1", port, subprotocols=[f"ocpp{version}"], compression=None
    ) as server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--version", default="1.6")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.port, arguments.version))
