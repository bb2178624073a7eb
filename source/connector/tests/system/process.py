"""The connector as its users run it: a process of its own, on free ports."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from connector.tests.ports import free_port

SOURCE = Path(__file__).parents[3]
START_TIMEOUT_S = 20
_LOOKS_EACH_S = 0.01


class ConnectorProcess:
    """``python connector/main.py`` with an environment; started at once."""

    def __init__(self, broker_port: int, data_dir: Path, **settings: str) -> None:
        self.ocpp_port = free_port()
        self.http_port = free_port()
        self._environment = {
            **{k: v for k, v in os.environ.items() if k in ("PATH", "LANG")},
            "CONNECTOR_NAME": "ocpp",
            "MQTT_BROKER_HOST": "127.0.0.1",
            "MQTT_BROKER_PORT": str(broker_port),
            "OCPP_HOST": "127.0.0.1",
            "OCPP_PORT": str(self.ocpp_port),
            "HTTP_PORT": str(self.http_port),
            "DATA_DIR": str(data_dir),
            "OPEN_TREE": "TRUE",
            "PYTHONWARNINGS": "default",
            **settings,
        }
        self.log_path = data_dir / "connector.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self, **settings: str) -> None:
        """Start it, with settings that are others now; wait until stations can come."""
        self._environment |= settings
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "connector/main.py"],
                cwd=SOURCE,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._listens():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(_LOOKS_EACH_S)  # it needs the processor more than we do

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.05)
            return probe.connect_ex(("127.0.0.1", self.ocpp_port)) == 0

    @property
    def pid(self) -> int:
        """The process, for those who limit or freeze it."""
        assert self._process is not None
        return self._process.pid

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and give the exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(how)
        return self._process.wait(15)

    def health(self) -> dict[str, Any]:
        """What ``/health`` says."""
        url = f"http://127.0.0.1:{self.http_port}/health"
        with urllib.request.urlopen(url, timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def until_healthy(self) -> None:
        """Wait until HTTP is served: stations come first."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self.health()
                return
            except urllib.error.URLError:
                assert time.monotonic() < deadline, self.log()
                time.sleep(_LOOKS_EACH_S)

    def log(self) -> str:
        """All that it wrote."""
        return self.log_path.read_text(errors="replace")
