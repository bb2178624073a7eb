"""A real Mosquitto on a free port, that tests can stop, kill and freeze."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from connector.tests.ports import free_port

_START_TIMEOUT_S = 10
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


class Broker:
    """Mosquitto with its files in ``folder``, and more lines of configuration."""

    def __init__(self, folder: Path, *config: str, anonymous: bool = True) -> None:
        self.port = free_port()
        self._file = folder / f"mosquitto-{self.port}.conf"
        lines = [
            f"listener {self.port} 127.0.0.1",
            f"allow_anonymous {'true' if anonymous else 'false'}",
            "set_tcp_nodelay true",
            # Started by root it would leave for a user who cannot read its files.
            "user root",
            "max_queued_messages 100000",
            *config,
        ]
        self._file.write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        program = shutil.which("mosquitto", path=_PATH)
        assert program is not None
        self._process = subprocess.Popen(
            [program, "-c", str(self._file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline_s = time.monotonic() + _START_TIMEOUT_S
        while not self._accepts():
            assert self._process.poll() is None, "mosquitto ended"
            assert time.monotonic() < deadline_s, "mosquitto does not listen"
            time.sleep(0.005)

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.05)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, and wait until it is gone."""
        if self._process is not None:
            self.thaw()
            self._process.send_signal(how)
            self._process.wait(10)
            self._process = None

    def kill(self) -> None:
        """End it without any word."""
        self.stop(signal.SIGKILL)

    def restart(self) -> None:
        """Stop it, and start it again on the same port."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """It keeps its connections and does nothing any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
