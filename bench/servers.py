"""Who is compared. One more peer is one more entry: a command and a port."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from installing import OcppRpc
from processes import HERE, Broker, Process, free_port

CONNECTOR = HERE.parent / "source" / "connector" / "main.py"


@dataclass(frozen=True)
class Kind:
    """One way to serve stations.

    ``command(port, broker_port)`` starts it; ``topic`` is where its values appear, if
    it publishes any; ``is_selected`` says that they must be asked for with a map.
    """

    name: str
    title: str
    command: Callable[[int, int], list[str]]
    topic: str | None = None
    is_connector: bool = False
    is_selected: bool = False
    version: str = "1.6"
    environment: Mapping[str, str] = field(default_factory=dict)


def _peer(script: str, *more: str) -> Callable[[int, int], list[str]]:
    path = str(HERE / "peers" / script)

    def command(port: int, broker_port: int) -> list[str]:
        arguments = [text.format(broker=broker_port) for text in more]
        return [sys.executable, path, "--port", str(port), *arguments]

    return command


def _connector(port: int, broker_port: int) -> list[str]:
    return [sys.executable, str(CONNECTOR)]


BARE = Kind("bare", "websockets + orjson, constant answer", _peer("bare.py"))
STOCK = Kind("stock", "stock ocpp", _peer("stock.py"))
STOCK_MQTT = Kind(
    "stock-mqtt",
    "stock ocpp + threaded paho, 12 values",
    _peer("stock.py", "--broker", "{broker}"),
    topic="stock/messages/#",
)
OURS = Kind("ours", "connector, nothing selected", _connector, is_connector=True)
OURS_MQTT = Kind(
    "ours-mqtt",
    "connector, 12 values selected",
    _connector,
    topic="ours-mqtt/messages/#",
    is_connector=True,
    is_selected=True,
)
OURS_PENDING = Kind(
    "ours-pending",
    "connector, stations without keys",
    _connector,
    is_connector=True,
    environment={"UNKNOWN_STATIONS": "pending"},
)

PEERS = (BARE, STOCK, STOCK_MQTT)


def of_version(kind: Kind, version: str) -> Kind:
    """The same server for stations of another version."""

    def command(port: int, broker_port: int) -> list[str]:
        started = kind.command(port, broker_port)
        return started if kind.is_connector else [*started, "--version", version]

    return replace(kind, command=command, version=version)


def ocpp_rpc_kind(peer: OcppRpc) -> Kind:
    """The peer in Node, which has to be installed first."""
    script = str(HERE / "peers" / "ocpp_rpc" / "server.js")

    def command(port: int, broker_port: int) -> list[str]:
        return [peer.node, script, "--port", str(port)]

    return Kind(
        "ocpp-rpc",
        "ocpp-rpc strict",
        command,
        environment={"NODE_PATH": str(peer.modules)},
    )


def _environment(kind: Kind, port: int, broker_port: int, data: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    settings = {
        "CONNECTOR_NAME": kind.name,
        "MQTT_BROKER_HOST": "127.0.0.1",
        "MQTT_BROKER_PORT": str(broker_port),
        "OCPP_HOST": "127.0.0.1",
        "OCPP_PORT": str(port),
        "UNKNOWN_STATIONS": "accept",
        "OPEN_TREE": "FALSE",
        "MAX_FRAMES_PER_S": "0",
        "MAX_CONNECTIONS_PER_ADDRESS": "0",
        "MAX_PENDING_STATIONS": "0",
        "LIMIT_MIN_INTERVAL_S": "0",
        "HTTP_PORT": "0",
        "DATA_DIR": str(data),
    }
    return kept | settings | dict(kind.environment)


class Server:
    """A running server of one kind."""

    def __init__(self, kind: Kind, broker: Broker, folder: Path) -> None:
        self.kind = kind
        self.port = free_port()
        data = folder / f"{kind.name}-{self.port}"
        data.mkdir()
        if kind.is_connector:
            environment = _environment(kind, self.port, broker.port, data)
        else:
            environment = dict(os.environ) | dict(kind.environment)
        self.process = Process(
            kind.name, kind.command(self.port, broker.port), environment, data
        )

    def wait(self) -> float:
        """Until it listens; the seconds that took."""
        return self.process.wait_for_port(self.port)

    def stop(self) -> None:
        self.process.stop()
