"""Servers, the broker and the load generator as processes of their own."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
_SCHEDULED = 2
"""Which of a process's clocks is meant: CPUCLOCK_SCHED."""


class BenchError(Exception):
    """Something that is measured does not work."""


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """A process with its log; what it uses is read from /proc."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> None:
        self.name = name
        self._log = tempfile.TemporaryFile()
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=directory,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_for_port(self, port: int, limit_s: float = 30) -> float:
        """Wait until it listens; returns the seconds since it was started."""
        while not accepts(port):
            if self._process.poll() is not None:
                raise BenchError(f"{self.name} ended:\n{self.log_tail()}")
            if time.perf_counter() - self.started > limit_s:
                raise BenchError(f"{self.name} does not listen:\n{self.log_tail()}")
            time.sleep(0.002)
        return time.perf_counter() - self.started

    def cpu_s(self) -> float:
        """User and system time of all of its threads so far."""
        # As clock_getcpuclockid(3) makes it, to the nanosecond; /proc counts ticks.
        try:
            return time.clock_gettime(~self.pid << 3 | _SCHEDULED)
        except OSError as problem:
            raise BenchError(f"{self.name} has ended:\n{self.log_tail()}") from problem

    def rss_kib(self) -> int:
        """Resident memory."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise BenchError(f"{self.name} has ended:\n{self.log_tail()}")

    def settled_rss_kib(self, limit_s: float, pause_s: float = 2.0) -> int:
        """Resident memory once it has not changed by 1 % for so long."""
        ends = time.perf_counter() + limit_s
        before, now = 0, self.rss_kib()
        while abs(now - before) > now / 100 and time.perf_counter() < ends:
            time.sleep(pause_s)
            before, now = now, self.rss_kib()
        return now

    def calm_down(self, usual: float, limit_s: float, pause_s: float = 1.0) -> None:
        """Wait until it takes less than this share of a processor for so long."""
        ends = time.perf_counter() + limit_s
        before, now = 0.0, self.cpu_s()
        while now - before > usual * pause_s and time.perf_counter() < ends:
            time.sleep(pause_s)
            before, now = now, self.cpu_s()

    def log_tail(self, size: int = 3000) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-size:]

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def stop(self) -> None:
        """End it: asked first, then made to."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        self._log.close()


class Broker:
    """A Mosquitto of its own, as docker-compose.yml configures it."""

    def __init__(self, folder: Path) -> None:
        binary = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
        if binary is None:
            raise BenchError("mosquitto is not installed")
        self.port = free_port()
        self._configuration = folder / f"mosquitto-{self.port}.conf"
        self._configuration.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
            "set_tcp_nodelay true\npersistence false\n"
        )
        self._command = [binary, "-c", str(self._configuration)]
        self.process: Process | None = None

    def start(self) -> None:
        self.process = Process("mosquitto", self._command)
        self.process.wait_for_port(self.port)

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None


class Load:
    """The load generator, told what to do."""

    def __init__(self, script: str = "worker.py") -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, action: str, **arguments: Any) -> dict[str, Any]:
        """Have one thing done; returns what it found."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": action, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BenchError(f"the load generator ended while it did {action}")
        answer = json.loads(line)
        if "failure" in answer:
            raise BenchError(f"{action}: {answer['failure']}")
        return answer

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)


@contextlib.contextmanager
def running_load(script: str = "worker.py") -> Iterator[Load]:
    load = Load(script)
    try:
        yield load
    finally:
        load.stop()
