"""`ocpp-connector station` as a process: who drives it writes lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from connector.tests.system.process import SOURCE


class StationProcess:
    """With a file; hardware is simulated."""

    def __init__(self, text: str, url: str, folder: Path) -> None:
        file = folder / "station.yaml"
        file.write_text(text, "utf-8")
        self._log = (folder / "station.log").open("ab")
        code = "from connector.cli.app import main; main()"
        arguments = ("station", "--config", str(file), "--url", url, "--json")
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=SOURCE,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            text=True,
        )

    def do(self, line: str) -> None:
        """What somebody does there: plug 1, swipe TAG 1."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate(timeout=15)
        self._log.close()
