"""What one bad station does to a thousand others.

    python bench/neighbours.py [--stations n] [--rounds n] [--seconds s]

The answers' p99 at a fixed rate, with and without three more stations beside them: one
that floods (it sends as fast as it may), one that is slow (a tiny window, read late and
little by little), one that answers nothing. Quiet and troubled rounds take turns on one
server; the figure is the median of the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from figures import Figure, at_most, machine, median, verdicts
from frames import BOOT, Stamps, mix, text_frame
from processes import HERE, BenchError, Broker, Load
from servers import OURS, Kind
from station_socket import StationSocket
from worker import raise_open_files

from bench import Bench, Extent

_STATIONS = 1000
_MOST = 1.5
"""The others' p99 changes by less than half."""
_BOUNDED, _UNBOUNDED = "MAX_FRAMES_PER_S=50", "no rate"
_KINDS = {
    _BOUNDED: dataclasses.replace(OURS, environment={"MAX_FRAMES_PER_S": "50"}),
    _UNBOUNDED: OURS,
}
_AT_ONCE = 100
_WINDOW_BYTES = 2048
_READ_EACH_S = 0.1
_BOOT_EACH_S = 2.0
_FULL_WITHIN_S = 1.0
_TROUBLED_WITHIN_S = 10.0


# -- the stations that trouble the others, in a process of their own


class Flooder(StationSocket):
    """Sends its next calls whenever the line takes them."""

    __slots__ = ("_frames", "_stamps", "_writable", "answers")

    def __init__(self, identity: str, port: int) -> None:
        super().__init__(identity, port)
        self._frames = mix()
        self._stamps = Stamps()
        self._writable = asyncio.Event()
        self._writable.set()
        self.answers = 0
        self.on_answer = self._count

    def _count(self, _: StationSocket) -> None:
        self.answers += 1

    def pause_writing(self) -> None:
        """Called by the transport."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Called by the transport."""
        self._writable.set()

    async def run(self) -> None:
        """Flood until it is cancelled."""
        while True:
            await self._writable.wait()
            self.write(b"".join(self._next() for _ in range(_AT_ONCE)))
            await asyncio.sleep(0)

    def _next(self) -> bytes:
        self.next_id += 1
        template = self._frames[self.next_id % len(self._frames)]
        return template.fill(self.next_id, self.next_id, self._stamps.now())


class Silent(StationSocket):
    """Boots again and again, and answers no question."""

    __slots__ = ()

    def _command(self, payload: bytes) -> None:
        self.calls += 1

    async def run(self) -> None:
        """Boot until it is cancelled: every boot is followed by questions."""
        while True:
            self.next_id += 1
            frame = [2, f"boot{self.next_id}", "BootNotification", BOOT]
            self.write(text_frame(json.dumps(frame).encode()))
            await asyncio.sleep(_BOOT_EACH_S)


class Slow:
    """Asks all the time, and reads a little now and then."""

    def __init__(self, identity: str, port: int) -> None:
        self._station = StationSocket(identity, port)
        self._port = port
        self.read = 0

    async def connect(self) -> None:
        """Connect with a small window; the handshake is read as it should be."""
        loop = asyncio.get_running_loop()
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _WINDOW_BYTES)
        line.setblocking(False)
        await loop.sock_connect(line, ("127.0.0.1", self._port))
        await loop.create_connection(lambda: self._station, sock=line)
        await self._station.opened

    async def run(self) -> None:
        """Ask and read until it is cancelled."""
        station, transport = self._station, self._station.transport
        assert transport is not None
        boot = [2, "boot", "BootNotification", BOOT]
        station.write(text_frame(json.dumps(boot).encode()))
        while True:
            transport.pause_reading()
            if not transport.get_write_buffer_size():
                station.next_id += 1
                frame = [2, f"slow{station.next_id}", "Heartbeat", {}]
                station.write(text_frame(json.dumps(frame).encode()) * _AT_ONCE)
            await asyncio.sleep(_READ_EACH_S)
            transport.resume_reading()
            await asyncio.sleep(0)


async def trouble(port: int) -> None:
    """Trouble a server until stdin ends; tells what became of it."""
    loop = asyncio.get_running_loop()
    flooder, silent = Flooder("Flooder", port), Silent("Silent", port)
    slow = Slow("Slow", port)
    for station in (flooder, silent):
        await loop.create_connection(lambda s=station: s, "127.0.0.1", port)
        await station.opened
    await slow.connect()
    running = [asyncio.create_task(each.run()) for each in (flooder, silent, slow)]
    began = time.perf_counter()
    # What lies between the ends is full by then.
    await asyncio.sleep(_FULL_WITHIN_S)
    print("troubling", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    seconds = time.perf_counter() - began
    is_lost = flooder.lost or silent.lost
    found = {
        "flood": flooder.answers / seconds,
        "unanswered": silent.calls,
        "lost": is_lost,
    }
    print(json.dumps(found), flush=True)


@contextlib.contextmanager
def troubled(port: int) -> Iterator[dict[str, Any]]:
    """Bad stations on a server; what became of them is there at the end."""
    command = [sys.executable, str(HERE / "neighbours.py"), "--trouble", str(port)]
    found: dict[str, Any] = {}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if process.stdout.readline().strip() != "troubling":
                raise BenchError("the bad stations do not connect")
            yield found
        finally:
            process.stdin.close()
            found |= json.loads(process.stdout.readline() or "{}")
            process.wait(_TROUBLED_WITHIN_S)


# -- the others


def _p99(bench: Bench, load: Load) -> float:
    extent = bench.extent
    done = load.do("open", rate=extent.rate, seconds=extent.round_s)
    if done["errors"]:
        raise BenchError(f"{done['errors']} calls of the others were refused")
    return float(done["answer"]["p99"])


def _ratios(bench: Bench, kind: Kind) -> tuple[list[float], list[float], float]:
    """Ratios and quiet p99s of the rounds, and the flooder's answers a second."""
    ratios, usual, flood = [], [], 0.0
    with bench.loaded(kind, bench.extent.stations) as (server, load):
        _p99(bench, load)
        for _ in range(bench.extent.rounds):
            before = _p99(bench, load)
            with troubled(server.port) as found:
                during = _p99(bench, load)
            after = _p99(bench, load)
            if found.get("lost") or not found.get("flood"):
                raise BenchError(f"the bad stations were not served: {found}")
            quiet = (before + after) / 2
            ratios.append(during / quiet)
            usual.append(quiet)
            flood = max(flood, found["flood"])
    return ratios, usual, flood


def neighbours(bench: Bench) -> list[Figure]:
    """The others' p99 beside bad stations, of usual, as set by default.

    Without a rate a flood takes all of the processor; then the figure is only shown.
    """
    if not bench.with_connector:
        return []
    found = {name: _ratios(bench, kind) for name, kind in _KINDS.items()}
    figures = []
    for name, (ratios, usual, flood) in found.items():
        note = f"usual {median(usual):.2f} ms, the flooder gets {flood:.0f}/s"
        text = f"p99 beside bad stations, {name}, of usual"
        if name == _BOUNDED:
            figures.append(at_most(text, median(ratios), _MOST, "x", note))
        else:
            figures.append(Figure(text, f"{median(ratios):.1f} x ({note})"))
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=_STATIONS)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--trouble", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    """Measure and print; 1 when something does not work, whatever its figures."""
    arguments = _arguments()
    if arguments.trouble:
        asyncio.run(trouble(arguments.trouble))
        return 0
    raise_open_files()
    extent = Extent(
        stations=arguments.stations,
        rounds=arguments.rounds,
        round_s=arguments.seconds,
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            broker = Broker(Path(folder))
            broker.start()
            try:
                figures = neighbours(Bench(Path(folder), extent, broker))
            finally:
                broker.stop()
        except BenchError as failure:
            print(f"bench: {failure}", file=sys.stderr)
            return 1
    print(f"\n{machine()}\n\n{verdicts(figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
