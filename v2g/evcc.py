"""A vehicle at an interface: `python -m v2g.evcc iso2-ac --interface eth0`.

What happens to it is written to stdout, a JSON object a line. On stdin it takes
`leave`; without a kind of its own also `come KIND [OPTION ..]`, visit after visit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any, NoReturn

from iso15118.evcc import EVCCHandler
from iso15118.evcc.comm_session_handler import EVCCCommunicationSession
from iso15118.evcc.evcc_config import EVCCConfig
from iso15118.shared.exceptions import SDPFailedError

from v2g.endings import vehicle_leaves
from v2g.envelope import Json
from v2g.heard import HearingCodec
from v2g.lines import Lines
from v2g.settings import add_common, prepare
from v2g.vehicle import Vehicle, Wishes

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
    "iso20-ac-bpt": Kind("ISO_15118_20_AC", "AC_BPT", "AC_three_phase_core"),
    "iso20-dc": Kind("ISO_15118_20_DC", "DC", "DC_extended"),
    "iso20-dc-bpt": Kind("ISO_15118_20_DC", "DC_BPT", "DC_extended"),
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
        self._has_found_somebody = False
        self._session: EVCCCommunicationSession | None = None

    async def start_comm_session(
        self, host: IPv6Address, port: int, is_tls: bool
    ) -> None:
        """Speak with the station, and wait for its answers with patience.

        It was asked more than once where it was slow; one answer is enough.
        """
        if self._has_found_somebody:
            return
        self._has_found_somebody = True
        await super().start_comm_session(host, port, is_tls)
        session = self.comm_session[0]
        if isinstance(session, EVCCCommunicationSession):
            self._session = session
            _make_patient(session, self._patience)
            vehicle_leaves(session)

    async def restart_sdp(self, new_sdp_cycle: bool) -> None:
        """Look for a station, and know when there is none."""
        self._has_found_somebody, self._session = False, None
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
        reason = self._session.stop_reason if self._session is not None else None
        for task in (visit, nobody):
            task.cancel()
        await asyncio.gather(visit, nobody, return_exceptions=True)
        return reason is not None and bool(reason.successful)


def _make_patient(session: EVCCCommunicationSession, factor: float) -> None:
    """A charging loop of -20 gives 0.5 s, which a busy computer may not keep."""
    process, receive = session.process_message, session.rcv_loop

    async def patiently(message: bytes) -> None:
        await process(message)
        session.current_state.next_msg_timeout *= factor

    async def from_the_beginning(timeout: float) -> None:  # noqa: ASYNC109
        await receive(timeout * factor)

    session.process_message = patiently  # type: ignore[method-assign]
    session.rcv_loop = from_the_beginning  # type: ignore[method-assign]


def config_of(kind: Kind, *, with_tls: bool, needs_contract: bool) -> EVCCConfig:
    """What the package is told."""
    members: dict[str, Any] = {
        "supportedProtocols": [kind.protocol],
        "supportedEnergyServices": [kind.service],
        "energyTransferMode": kind.mode,
        "useTls": with_tls,
        "enforceTls": with_tls,
        "sdpRetryCycles": 1,
        "isCertInstallNeeded": needs_contract,
    }
    config = EVCCConfig(**members)
    config.load_raw_values()
    return config


def say(happened: Json) -> None:
    """Tell whoever reads."""
    sys.stdout.write(json.dumps(happened) + "\n")
    sys.stdout.flush()


async def visit(given: argparse.Namespace, codec: HearingCodec, lines: Lines) -> bool:
    """Come, charge, leave."""
    prepare(given)
    wishes = Wishes(
        given.voltage, given.max_current, given.stay, given.loop, given.scheduled
    )
    config = config_of(
        KINDS[given.kind], with_tls=given.tls, needs_contract=given.needs_contract
    )
    vehicle = Vehicle(config, wishes, say)
    codec.hears, lines.leaves = vehicle.hears, vehicle.leaves
    car = Car(config, given.interface, codec, vehicle, given.patience)
    is_well = await car.run()
    say({"visit": "over" if is_well else "ended early"})
    return is_well


class _Words(argparse.ArgumentParser):
    """A line that is wrong ends nothing."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def _parser(made: type[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = made(prog="v2g.evcc", description=__doc__)
    parser.add_argument(
        "kind", choices=sorted(KINDS), nargs="?", help="none: see `come` above"
    )
    parser.add_argument("--interface", default="eth0", help="where the station is")
    parser.add_argument("--stay", type=float, default=300.0, help="s in the loop")
    parser.add_argument("--loop", type=float, default=0.5, help="s between requests")
    parser.add_argument("--voltage", type=float, default=400.0, help="of the battery")
    parser.add_argument("--max-current", type=float, default=125.0, help="DC, A")
    parser.add_argument(
        "--patience", type=float, default=1.0, help="times the timeouts of the standard"
    )
    parser.add_argument("--forever", action="store_true", help="come again and again")
    parser.add_argument(
        "--needs-contract", action="store_true", help="have one installed first (-2)"
    )
    parser.add_argument(
        "--scheduled", action="store_true", help="keep to a schedule (-20)"
    )
    add_common(parser)
    return parser


async def one_after_the_other(
    words: Sequence[str], codec: HearingCodec, lines: Lines
) -> None:
    """Visits as the lines say; ``words`` are what holds for all of them."""
    parser = _parser(_Words)
    while (more := await lines.visit()) is not None:
        try:
            given = parser.parse_args([*words, *more])
        except ValueError as problem:
            say({"error": str(problem)})
            continue
        if given.kind is None:
            say({"error": f"come: expected one of {', '.join(sorted(KINDS))}"})
        else:
            await visit(given, codec, lines)


async def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    given = _parser(argparse.ArgumentParser).parse_args(words)
    prepare(given)
    codec, lines = HearingCodec(), Lines()
    with lines.heard():
        if given.kind is None:
            await one_after_the_other(words, codec, lines)
            return 0
        while True:
            is_well = await visit(given, codec, lines)
            if not given.forever:
                return 0 if is_well else 1
            await asyncio.sleep(_PAUSE_S)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
