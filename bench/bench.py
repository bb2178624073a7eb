"""What all measures share: how much is measured, the broker, and the tables."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from processes import Broker, Load, running_load
from servers import Kind, Server

MIB = 1024
"""In KiB, as /proc counts."""


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    stations: int = 40
    rounds: int = 3
    round_s: float = 3.0
    warm_s: float = 1.5
    """Just-in-time compilers need a while."""
    rate: float = 400.0
    commands: float = 20.0
    idle: int = 5000
    starts: int = 3
    pause_s: float = 2.0
    """Memory has settled when it is the same after so long."""
    fleets: tuple[int, ...] = (100, 1000, 5000, 10_000)
    selected_fleets: tuple[int, ...] = (100, 1000, 10_000)
    """Those of which values are selected."""
    fleet_rate: float = 1000.0
    """Messages a second, of however many stations."""
    fleet_idle_s: float = 10.0
    fleet_settles_s: float = 31.0
    """Until all are pinged, and due to tell so with their next message."""


QUICK = Extent(
    stations=8,
    rounds=1,
    round_s=0.3,
    warm_s=0.3,
    rate=100.0,
    commands=10.0,
    idle=60,
    starts=1,
    pause_s=0.3,
    fleets=(30, 60),
    selected_fleets=(30,),
    fleet_rate=200.0,
    fleet_idle_s=0.5,
    fleet_settles_s=0.5,
)


@dataclass
class Bench:
    """What all measures share."""

    folder: Path
    extent: Extent
    broker: Broker
    with_connector: bool = True
    tables: list[tuple[Sequence[str], list[tuple[str, ...]]]] = field(
        default_factory=list
    )
    """Head and rows of what is shown before the figures."""
    versions: list[str] = field(default_factory=list)
    """Of what is measured beside Python packages."""

    @contextlib.contextmanager
    def server(self, kind: Kind) -> Iterator[Server]:
        server = Server(kind, self.broker, self.folder)
        try:
            server.wait()
            yield server
        finally:
            server.stop()

    @contextlib.contextmanager
    def loaded(self, kind: Kind, stations: int) -> Iterator[tuple[Server, Load]]:
        """A server with stations on it; its values are observed if it has any."""
        with self.server(kind) as server, running_load() as load:
            load.do(
                "connect",
                port=server.port,
                count=stations,
                prefix="B",
                version=kind.version,
            )
            self.listen(kind, load)
            yield server, load

    def listen(self, kind: Kind, load: Load) -> None:
        """Let a load hear the values that its server publishes, if there are any."""
        if kind.is_selected:
            load.do("select", port=self.broker.port, name=kind.name)
        elif kind.topic is not None:
            load.do("observe", port=self.broker.port, topic=kind.topic)
