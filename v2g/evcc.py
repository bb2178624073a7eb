"""A vehicle that is plugged in at an interface: `python -m v2g.evcc --interface eth0`.

What happens to it is written to stdout, a JSON object a line.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any

from iso15118.evcc import EVCCHandler
from iso15118.evcc.evcc_config import EVCCConfig
from iso15118.shared.comm_session import V2GCommunicationSession
from iso15118.shared.exceptions import SDPFailedError

from v2g.envelope import Json
from v2g.heard import HearingCodec
from v2g.settings import add_common, prepare
from v2g.vehicle import Vehicle, Wishes

logger = logging.getLogger(__name__)

_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Kind:
    """How a vehicle charges."""

    protocol: str
    service: str
    mode: str


KINDS: Mapping[str, Kind] = {
    "iso2-ac": Kind("ISO_15118_2", "AC", "AC_three_phase_core"),
    "iso2-dc": Kind("ISO_15118_2", "DC", "DC_extended"),
    "iso20-ac": Kind("ISO_15118_20_AC", "AC", "AC_three_phase_core"),
    "iso20-dc": Kind("ISO_15118_20_DC", "DC", "DC_extended"),
    "din": Kind("DIN_SPEC_70121", "DC", "DC_extended"),
}


class Car(EVCCHandler):
    """One visit: `run` ends with it, where the package's handler may stay for ever."""

    def __init__(
        self,
        config: EVCCConfig,
        interface: str,
        codec: HearingCodec,
        ev: Vehicle,
        patience: float = 1.0,
    ) -> None:
        super().__init__(config, interface, codec, ev)
        self._patience = patience
        self._found_nobody = asyncio.Event()

    async def start_comm_session(
        self, host: IPv6Address, port: int, is_tls: bool
    ) -> None:
        """Speak with the station, and wait for its answers with patience."""
        await super().start_comm_session(host, port, is_tls)
        session = self.comm_session[0]
        if session is not None:
            _make_patient(session, self._patience)

    async def restart_sdp(self, new_sdp_cycle: bool) -> None:
        """Look for a station, and know when there is none."""
        try:
            await super().restart_sdp(new_sdp_cycle)
        except SDPFailedError:
            self._found_nobody.set()
            raise

    async def run(self) -> bool:
        """Whether the session went to its end."""
        visit = asyncio.create_task(self.start(), name="visit")
        nobody = asyncio.create_task(self._found_nobody.wait(), name="nobody")
        await asyncio.wait({visit, nobody}, return_when=asyncio.FIRST_COMPLETED)
        is_well = not self._found_nobody.is_set()
        for task in (visit, nobody):
            task.cancel()
        await asyncio.gather(visit, nobody, return_exceptions=True)
        return is_well


def _make_patient(session: V2GCommunicationSession, factor: float) -> None:
    """A charging loop of -20 gives 0.5 s, which a busy computer may not keep."""
    process = session.process_message

    async def patiently(message: bytes) -> None:
        await process(message)
        session.current_state.next_msg_timeout *= factor

    session.process_message = patiently  # type: ignore[method-assign]


def config_of(kind: Kind, *, with_tls: bool) -> EVCCConfig:
    """What the package is told."""
    members: dict[str, Any] = {
        "supportedProtocols": [kind.protocol],
        "supportedEnergyServices": [kind.service],
        "energyTransferMode": kind.mode,
        "useTls": with_tls,
        "enforceTls": with_tls,
        "sdpRetryCycles": 1,
    }
    config = EVCCConfig(**members)
    config.load_raw_values()
    return config


def say(happened: Json) -> None:
    """Tell whoever reads."""
    sys.stdout.write(json.dumps(happened) + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def commanded(vehicle: Vehicle) -> Iterator[None]:
    """`leave` on standard input, where that is a pipe or a terminal."""
    mode = os.fstat(sys.stdin.fileno()).st_mode
    if not (stat.S_ISFIFO(mode) or sys.stdin.isatty()):
        yield
        return
    loop = asyncio.get_running_loop()

    def take() -> None:
        line = sys.stdin.readline()
        if line.strip() == "leave":
            vehicle.leaves()
        elif not line:
            loop.remove_reader(sys.stdin)

    loop.add_reader(sys.stdin, take)
    try:
        yield
    finally:
        loop.remove_reader(sys.stdin)


async def visit(given: argparse.Namespace, codec: HearingCodec) -> bool:
    """Come, charge, leave."""
    wishes = Wishes(given.voltage, given.max_current, given.stay, given.loop)
    config = config_of(KINDS[given.kind], with_tls=given.tls)
    vehicle = Vehicle(config, wishes, say)
    codec.hears = vehicle.hears
    with commanded(vehicle):
        car = Car(config, given.interface, codec, vehicle, given.patience)
        is_well = await car.run()
    say({"visit": "over" if is_well else "ended early"})
    return is_well


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="v2g.evcc", description=__doc__)
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--interface", default="eth0", help="where the station is")
    parser.add_argument("--stay", type=float, default=300.0, help="s in the loop")
    parser.add_argument("--loop", type=float, default=0.5, help="s between requests")
    parser.add_argument("--voltage", type=float, default=400.0, help="of the battery")
    parser.add_argument("--max-current", type=float, default=125.0, help="DC, A")
    parser.add_argument(
        "--patience", type=float, default=1.0, help="times the timeouts of the standard"
    )
    parser.add_argument("--forever", action="store_true", help="come again and again")
    add_common(parser)
    return parser


async def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    given = _parser().parse_args(arguments)
    prepare(given)
    codec = HearingCodec()
    while True:
        is_well = await visit(given, codec)
        if not given.forever:
            return 0 if is_well else 1
        await asyncio.sleep(_PAUSE_S)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
