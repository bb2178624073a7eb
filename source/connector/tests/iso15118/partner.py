"""Both ends of ISO 15118 as processes of their own: the controller and a vehicle."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connector.tests.iso15118.cable import Cable, as_root

ROOT = Path(__file__).resolve().parents[4]
Json = dict[str, Any]
SESSION_WITHIN_S = 120.0
_PATIENCE = "20"
"""Other tests run at the same time; the standard's timeouts are not ours to test."""
_LOOP_S = "0.1"


class Secc:
    """`python -m v2g.secc` at a broker."""

    def __init__(self, python: Path, port: int, log: Path, *more: str) -> None:
        self.log_path = log
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [
                    *(str(python), "-m", "v2g.secc"),
                    *("--broker", f"127.0.0.1:{port}"),
                    *("--answer-within", _PATIENCE, *more),
                ],
                # The package reads a file `.env` where it is started.
                cwd=log.parent,
                env=_environment(),
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
    """`python -m v2g.evcc` at the far end of a cable, for one visit after the other.

    Its JVM is what takes long to start. `heard` is what the vehicle heard since it came.
    """

    def __init__(self, python: Path, cable: Cable, log: Path) -> None:
        self.heard: list[Json] = []
        self.log_path = log
        self._changed = threading.Condition()
        self._has_ended = False
        self._is_there = False
        command = [str(python), "-m", "v2g.evcc", "--interface", cable.vehicle_end]
        command += ["--patience", _PATIENCE, "--loop", _LOOP_S]
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                cable.inside(*command, **_environment()),
                cwd=log.parent,
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
            self._has_ended = True
            self._changed.notify_all()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    @property
    def is_alive(self) -> bool:
        """Whether it can come."""
        return self._process.poll() is None

    def _is_over(self) -> bool:
        return self._has_ended or any("visit" in each for each in self.heard)

    def come(self, kind: str, *manner: str) -> None:
        """Another visit."""
        self.forget()
        self._is_there = True
        self._say(" ".join(("come", kind, *manner)))

    def until(
        self, holds: Callable[[Json], bool], timeout_s: float = SESSION_WITHIN_S
    ) -> Json:
        """Something that it heard, as soon as it did."""

        def found() -> list[Json]:
            return [each for each in self.heard if holds(each)]

        with self._changed:
            self._changed.wait_for(lambda: found() or self._is_over(), timeout_s)
            assert found(), self.story()
            return found()[0]

    def leave(self) -> None:
        """Its driver wants to go."""
        self._say("leave")

    def forget(self) -> None:
        """What was heard so far does not count."""
        with self._changed:
            self.heard.clear()

    def ended(self, timeout_s: float = SESSION_WITHIN_S) -> bool:
        """Whether the visit went to its end; waits for that."""
        self._is_there = False
        return self.until(lambda h: "visit" in h, timeout_s)["visit"] == "over"

    def story(self) -> str:
        """What it heard, and its log."""
        return f"{self.heard[-5:]}\n{self.log_path.read_text(errors='replace')[-6000:]}"

    def give_up(self) -> None:
        """Whoever is in the middle of a visit does not come again."""
        if self._is_there:
            self.stop()

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        if not self._process.stdin.closed:
            self._process.stdin.close()
        _end(self._process)
        self._reader.join(5)


def _environment() -> dict[str, str]:
    keep = ("PATH", "LANG", "JAVA_HOME", "HOME")
    found = {k: v for k, v in os.environ.items() if k in keep}
    return found | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def _end(process: subprocess.Popen[Any]) -> None:
    """With its JVM, which leaves when it does; that of another user by sudo."""
    for name in ("TERM", "KILL"):
        if process.poll() is None:
            command = [*as_root(), "kill", f"-{name}", str(process.pid)]
            subprocess.run(command, check=False, capture_output=True)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            continue
        return
