"""The live view on a real terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from connector.tests.cli.central import CentralThread
from connector.tests.cli.test_station import PROGRAM, SOURCE

DEADLINE_S = 30.0
_MOVES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Screen:
    """A terminal of 30 lines, and the command on it."""

    def __init__(self, *words: str, program: Sequence[str] = PROGRAM) -> None:
        self.own, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
        self.before = termios.tcgetattr(other)
        environment = os.environ | {"PYTHONPATH": str(SOURCE), "TERM": "xterm"}
        ends = {"stdin": other, "stdout": other, "stderr": other}
        self.process = subprocess.Popen(
            [*program, *words],
            stdin=ends["stdin"],
            stdout=ends["stdout"],
            stderr=ends["stderr"],
            env=environment,
        )
        self.other = other
        self.shown = b""

    def until(self, text: str) -> None:
        """Read until it is there."""
        end = time.monotonic() + DEADLINE_S
        while text.encode() not in _MOVES.sub(b"", self.shown):
            assert time.monotonic() < end, _MOVES.sub(b"", self.shown)[-4000:]
            self.shown += os.read(self.own, 65_536)

    def type(self, text: str) -> None:
        self.shown = b""
        os.write(self.own, text.encode())

    def ended(self) -> int:
        os.set_blocking(self.own, False)
        end = time.monotonic() + DEADLINE_S
        while self.process.poll() is None:
            assert time.monotonic() < end
            try:
                os.read(self.own, 65_536)
            except BlockingIOError:
                time.sleep(0.01)
        return self.process.returncode


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentralThread]:
    with CentralThread(tmp_path_factory.mktemp("central")).running() as found:
        yield found


@pytest.fixture
def screen(central: CentralThread, tmp_path: Path) -> Iterator[Screen]:
    found = Screen("--url", central.url, "--id", "VIEW", "--evses", "2")
    yield found
    if found.process.poll() is None:
        found.process.kill()
        found.process.wait()
    os.close(found.own)
    os.close(found.other)


def test_stations_are_seen_and_driven(screen: Screen) -> None:
    screen.until("2.1 Accepted")
    screen.type("plug 1\rswipe TAG1 1\r")
    screen.until("Charging")
    screen.type("dance\r")
    screen.until("error: 'dance': unknown command")
    screen.type("help\r")
    screen.until("So many seconds pass")
    screen.type("quit\r")

    assert screen.ended() == 0
    assert termios.tcgetattr(screen.other) == screen.before


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_and_ctrl_d_end_it(screen: Screen, key: str) -> None:
    screen.until("Accepted")
    if key == "\x03":
        screen.process.send_signal(signal.SIGINT)
    else:
        screen.type(key)

    assert screen.ended() == 0
    assert termios.tcgetattr(screen.other) == screen.before
