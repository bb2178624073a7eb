"""A charging station's communication controller, for all EVSEs of a station.

It plays Josev: `python -m v2g.secc --broker localhost:1883`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network

import psutil
from iso15118.secc import SECCHandler
from iso15118.secc.controller.interface import ServiceStatus
from iso15118.secc.secc_settings import Config
from iso15118.shared.exificient_exi_codec import ExificientEXICodec
from iso15118.shared.messages.enums import AuthEnum, Protocol
from iso15118.shared.notifications import UDPPacketNotification

from v2g.bus import ANSWER_WITHIN_S, BrokerAddress, Bus
from v2g.controller import StationController
from v2g.parameters import Evse, evses_of
from v2g.settings import add_common, broker_of, prepare
from v2g.station import Station

logger = logging.getLogger(__name__)

_ASK_AGAIN_S = 5.0
_FOREVER_S = 3600.0
_AC = (Protocol.ISO_15118_20_AC, Protocol.ISO_15118_2)
_DC = (Protocol.ISO_15118_20_DC, Protocol.ISO_15118_2, Protocol.DIN_SPEC_70121)


@dataclass(frozen=True, slots=True)
class Manner:
    """How vehicles are spoken with. Contracts need TLS (ISO 15118-2, 7.7.3)."""

    with_tls: bool = False
    takes_contracts: bool = False
    makes_contracts: bool = False
    at: IPv6Network | None = None
    """In a container interfaces have other names than a station knows."""


class Point(SECCHandler):
    """One EVSE: vehicles find it while a cable is in, and only then.

    There is no power line here, so that SLAC is what it would have said.
    """

    def __init__(
        self,
        codec: ExificientEXICodec,
        controller: StationController,
        config: Config,
    ) -> None:
        super().__init__(codec, controller, config)
        self._station = controller.station
        self._unplugging: asyncio.Task[None] | None = None

    async def run(self, interface: str) -> None:
        """Until cancelled."""
        self._unplugging = asyncio.create_task(self._watch(), name="unplugging")
        try:
            await self.start(interface)
        finally:
            self._unplugging.cancel()

    async def _watch(self) -> None:
        told = self._station.told
        was_plugged = told.is_plugged
        while True:
            before = was_plugged
            await told.until(lambda: told.is_plugged != before, _FOREVER_S)  # noqa: B023
            was_plugged = told.is_plugged
            if before and not was_plugged:
                self._pulled_out()

    def _pulled_out(self) -> None:
        """A vehicle that leaves says nothing any more."""
        self._station.told.verdict = None
        for session, _ in list(self.comm_sessions.values()):
            session.writer.transport.abort()

    async def start_tcp_server(self, with_tls: bool) -> None:
        """Who asks again is told the same port: it may be connecting by now."""
        handler, server = self.tcp_server_handler, self.tcp_server
        is_open = handler is not None and not handler.done()
        if is_open and server is not None and server.is_tls_enabled == with_tls:
            return
        await super().start_tcp_server(with_tls)

    async def process_incoming_udp_packet(self, message: UDPPacketNotification) -> None:
        """Where no cable is in, nobody can have asked."""
        if not self._station.told.is_plugged:
            return
        for status in ("matching", "matched"):
            self._station.tell("slac_status", status=status)
        await super().process_incoming_udp_packet(message)


def config_of(evse: Evse, manner: Manner) -> Config:
    """What the stack is told to offer."""
    payments = [AuthEnum.EIM] if evse.supports_eim else []
    if manner.takes_contracts or not payments:
        payments.append(AuthEnum.PNC)
    return Config(
        enforce_tls=manner.with_tls,
        supported_protocols=list(_DC if evse.is_dc else _AC),
        supported_auth_options=payments,
        use_cpo_backend=True,
    )


async def parameters(bus: Bus) -> list[Evse]:
    """What the station is; asked again until it is there."""
    while True:
        with contextlib.suppress(TimeoutError):
            return evses_of(await bus.ask("cs_parameters", {}))
        await asyncio.sleep(_ASK_AGAIN_S)


async def serve(
    address: BrokerAddress, manner: Manner, answer_within_s: float = ANSWER_WITHIN_S
) -> None:
    """Speak for all EVSEs of the station, until cancelled."""
    bus = Bus(address, answer_within_s)
    try:
        await bus.start()
        codec = ExificientEXICodec()
        points = [
            await _point(bus, codec, evse, manner) for evse in await parameters(bus)
        ]
        bus.on_connected = lambda: _ready(bus)
        async with asyncio.TaskGroup() as group:
            for point, interface in points:
                group.create_task(point.run(interface))
    finally:
        bus.stop()


async def _point(
    bus: Bus, codec: ExificientEXICodec, evse: Evse, manner: Manner
) -> tuple[Point, str]:
    station = Station(bus, evse)
    controller = StationController(station, makes_contracts=manner.makes_contracts)
    await controller.set_status(ServiceStatus.STARTING)
    await station.refresh()
    interface = evse.interface if manner.at is None else interface_in(manner.at)
    return Point(codec, controller, config_of(evse, manner)), interface


def interface_in(network: IPv6Network) -> str:
    """The interface that has an address of a network.

    Raises:
        LookupError: none has.
    """
    for name, addresses in psutil.net_if_addrs().items():
        for each in addresses:
            if each.family == socket.AF_INET6:
                if IPv6Address(each.address.partition("%")[0]) in network:
                    return name
    raise LookupError(f"no interface has an address in {network}")


def _ready(bus: Bus) -> None:
    """After a broker that was away the station says everything anew."""
    bus.update("service_status", {"service": "iso15118", "status": "ready"})


def manner_of(given: argparse.Namespace) -> Manner:
    """What the command line says of it."""
    takes_contracts = given.contracts or given.makes_contracts
    with_tls = given.tls or takes_contracts
    return Manner(with_tls, takes_contracts, given.makes_contracts, given.at)


async def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="v2g.secc", description=__doc__)
    parser.add_argument("--broker", default="localhost:1883", help="host:port")
    parser.add_argument("--prefix", default="", help="what stands before all topics")
    parser.add_argument(
        "--at", type=IPv6Network, help="speak at the interface that is in this network"
    )
    parser.add_argument(
        "--answer-within",
        type=float,
        default=ANSWER_WITHIN_S,
        help="s that the station may take",
    )
    parser.add_argument("--contracts", action="store_true", help="Plug and Charge")
    parser.add_argument(
        "--makes-contracts",
        action="store_true",
        help="for vehicles that have none, where nobody else does",
    )
    add_common(parser)
    given = parser.parse_args(arguments)
    prepare(given)
    manner = manner_of(given)
    running = asyncio.current_task()
    assert running is not None  # noqa: S101
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        address = broker_of(given.broker, given.prefix)
        await serve(address, manner, given.answer_within)


if __name__ == "__main__":
    asyncio.run(main())
