"""A station's side: the station command with its bridge, and the controller."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from connector.tests.iso15118.cable import Cable
from connector.tests.iso15118.partner import Secc
from connector.tests.system.process import SOURCE

IDENTITY = "CP15118"
_AC = """\
  - connectors: [cType2]
    power_w: 22080
    iso15118_id: AT*OCX*E0015*{number}
"""
_DC = """\
  - connectors: [cCCS2]
    power_w: 60000
    voltage: 920
    iso15118_id: AT*OCX*E0015*{number}
"""


def ac(cable: Cable) -> tuple[str, Cable]:
    """An outlet for alternating current, 32 A on three phases."""
    return _AC, cable


def dc(cable: Cable) -> tuple[str, Cable]:
    """An outlet for direct current, 60 kW."""
    return _DC, cable


class Site:
    """Its hardware is simulated; who drives it writes lines."""

    def __init__(
        self, outlets: tuple[tuple[str, Cable], ...], url: str, port: int, folder: Path
    ) -> None:
        file = folder / "station.yaml"
        file.write_text(_station_file(outlets, port), "utf-8")
        self.secc: Secc | None = None
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
        """End it; the controller first, which asks the station."""
        if self.secc is not None:
            self.secc.stop()
        self._process.terminate()
        self._process.communicate(timeout=15)
        self._log.close()
        if self.secc is not None:
            assert "Traceback" not in self.secc.log(), self.secc.log()[-6000:]


def _station_file(outlets: tuple[tuple[str, Cable], ...], port: int) -> str:
    evses = [form.format(number=n) for n, (form, _) in enumerate(outlets, 1)]
    interfaces = [
        f"    - network_interface: {cable.station_end}\n" for _, cable in outlets
    ]
    head = f"identity: {IDENTITY}\nevses:\n"
    bridge = f"josev:\n  broker: 127.0.0.1:{port}\n  evses:\n"
    return "".join([head, *evses, bridge, *interfaces])
