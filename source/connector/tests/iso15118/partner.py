"""Both ends of ISO 15118 as processes of their own: the controller and a vehicle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connector.tests.iso15118.cable import Cable

ROOT = Path(__file__).resolve().parents[4]
Json = dict[str, Any]
SESSION_WITHIN_S = 60.0
_PATIENCE = "20"
"""Other tests run at the same time; the standard's timeouts are not ours to test."""


class Secc:
    """`python -m v2g.secc` at a broker."""

    def __init__(self, python: Path, port: int, log: Path, *more: str) -> None:
        self.log_path = log
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [
                    *(str(python), "-m", "v2g.secc"),
                    *("--broker", f"127.0.0.1:{port}", *more),
                ],
                **_surroundings(log.parent),
                stdout=file,
                stderr=file,
            )

    def log(self) -> str:
        """All that it wrote."""
        return self.log_path.read_text(errors="replace")

    def stop(self) -> None:
        """End it."""
        _end(self._process)


class Evcc:
    """`python -m v2g.evcc` at the far end of a cable; `heard` is what it heard."""

    def __init__(
        self, python: Path, cable: Cable, log: Path, kind: str, *more: str
    ) -> None:
        self.heard: list[Json] = []
        self.log_path = log
        self._changed = threading.Condition()
        self._is_over = False
        command = [str(python), "-m", "v2g.evcc", kind]
        command += ["--interface", cable.vehicle_end, "--patience", _PATIENCE, *more]
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                cable.inside(*command),
                **_surroundings(log.parent),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with self._changed:
                    self.heard.append(json.loads(line))
                    self._changed.notify_all()
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def until(
        self, holds: Callable[[Json], bool], timeout_s: float = SESSION_WITHIN_S
    ) -> Json:
        """Something that it heard, as soon as it did."""

        def found() -> list[Json]:
            return [each for each in self.heard if holds(each)]

        with self._changed:
            self._changed.wait_for(lambda: found() or self._is_over, timeout_s)
            assert found(), self.story()
            return found()[0]

    def leave(self) -> None:
        """Its driver wants to go."""
        assert self._process.stdin is not None
        self._process.stdin.write("leave\n")
        self._process.stdin.flush()

    def forget(self) -> None:
        """What was heard so far does not count."""
        with self._changed:
            self.heard.clear()

    def ended(self, timeout_s: float = SESSION_WITHIN_S) -> bool:
        """Whether the visit went to its end; waits for that."""
        code = self._process.wait(timeout_s)
        self._reader.join(5)
        return code == 0

    def story(self) -> str:
        """What it heard, and its log."""
        return f"{self.heard[-5:]}\n{self.log_path.read_text(errors='replace')[-6000:]}"

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        _end(self._process)
        self._reader.join(5)


def _surroundings(folder: Path) -> Json:
    """Below its own folder: the package reads a file `.env` where it is started."""
    keep = ("PATH", "LANG", "JAVA_HOME", "HOME")
    environment = {k: v for k, v in os.environ.items() if k in keep}
    environment["PYTHONPATH"] = str(ROOT)
    environment["PYTHONUNBUFFERED"] = "1"
    return {"cwd": folder, "env": environment}


def _end(process: subprocess.Popen[Any]) -> None:
    """With its JVM, which leaves when it does."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
