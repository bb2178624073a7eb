"""A station's side: the station command with its bridge, and the controller."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from connector.tests.iso15118.cable import Cable
from connector.tests.iso15118.overhearing import Overhearing
from connector.tests.iso15118.partner import Evcc, Secc
from connector.tests.system.process import SOURCE

IDENTITY = "CP15118"
AC, DC = "ac", "dc"
_STARTS_WITHIN_S = 120.0
AC_W, DC_W, DC_V = 22_080, 60_000, 920
"""32 A on three phases; what the rectifier gives."""
_OUTLETS = {
    AC: f"""\
  - connectors: [cType2]
    power_w: {AC_W}
    max_discharge_w: 11040
    iso15118_id: AT*OCX*E0015*1
""",
    DC: f"""\
  - connectors: [cCCS2]
    power_w: {DC_W}
    voltage: {DC_V}
    max_discharge_w: 20000
    iso15118_id: AT*OCX*E0015*2
""",
}


class Outlet:
    """One EVSE, its cable, and a vehicle that comes and goes."""

    def __init__(self, site: Site, number: int, cable: Cable) -> None:
        self._site = site
        self.number = number
        self.cable = cable
        self.topic = f"ocpp/stations/{IDENTITY}/{number}"
        self.evse_id = f"AT*OCX*E0015*{number}"
        self._vehicle: Evcc | None = None
        self._is_plugged = False

    def prepare(self) -> None:
        """Have a vehicle ready, where the last one has gone for good."""
        if self._vehicle is None or not self._vehicle.is_alive:
            site = self._site
            log = site.folder / f"evcc-{self.number}.log"
            self._vehicle = Evcc(site.python, self.cable, log)

    def plug(self, *vehicle: str) -> None:
        self._is_plugged = True
        self._site.do(" ".join(("plug", str(self.number), *vehicle)))

    def swipe(self, token: str) -> None:
        self._site.do(f"swipe {token} {self.number}")

    def unplug(self) -> None:
        """Pull it out; the controller has heard of it when this returns."""
        self._is_plugged = False
        self._site.listener.forget()
        self._site.do(f"unplug {self.number}")
        self._site.listener.said(
            "cs/josev",
            "cp_status",
            lambda said: (said["evse_id"], said["state"]) == (self.evse_id, "A1"),
        )

    def come(self, kind: str, *manner: str) -> Evcc:
        """A vehicle of a kind, which is plugged in."""
        self.prepare()
        assert self._vehicle is not None
        self.plug(*(["discharge_kw=11"] if kind.endswith("-bpt") else []))
        self._vehicle.come(kind, *manner)
        return self._vehicle

    def tidy(self) -> None:
        """As it was, whatever became of a test."""
        if self._vehicle is not None:
            self._vehicle.give_up()
        if self._is_plugged:
            self.unplug()
        self._site.listener.publish(f"{self.topic}/power_limit/set", None)

    def stop(self) -> None:
        if self._vehicle is not None:
            self._vehicle.stop()


class Site:
    """Its hardware is simulated; who drives it writes lines."""

    def __init__(
        self, python: Path, cables: list[Cable], url: str, port: int, folder: Path
    ) -> None:
        self.python, self.folder = python, folder
        self._port = port
        self._secc: Secc | None = None
        self._manner: tuple[str, ...] = ()
        self.listener = Overhearing(port)
        pairs = zip(_OUTLETS, cables, strict=True)
        self.outlets = {
            name: Outlet(self, number, cable)
            for number, (name, cable) in enumerate(pairs, 1)
        }
        file = folder / "station.yaml"
        file.write_text(_station_file(cables, port), "utf-8")
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

    @property
    def secc(self) -> Secc:
        """The controller."""
        assert self._secc is not None
        return self._secc

    def speaks(self, *manner: str) -> None:
        """Have a controller that speaks in such a manner; ready when this returns."""
        if self._secc is not None and self._manner == manner:
            return
        self.hush()
        self.listener.forget()
        log = self.folder / "secc.log"
        self._secc, self._manner = Secc(self.python, self._port, log, *manner), manner
        for outlet in self.outlets.values():
            ready = {"evse_id": outlet.evse_id, "status": "ready"}
            self.listener.said(
                "josev/cs",
                "service_status",
                lambda s, r=ready: r.items() <= s.items(),
                _STARTS_WITHIN_S,
            )

    def hush(self) -> None:
        """End the controller."""
        if self._secc is not None:
            self._secc.stop()
            assert "Traceback" not in self._secc.log(), self._secc.log()[-6000:]
        self._secc = None

    def tidy(self) -> None:
        """For the next test."""
        for outlet in self.outlets.values():
            outlet.tidy()

    def stop(self) -> None:
        """End it; the controller first, which asks the station."""
        for outlet in self.outlets.values():
            outlet.stop()
        try:
            self.hush()
        finally:
            self._process.terminate()
            self._process.communicate(timeout=15)
            self._log.close()
            self.listener.close()


def _station_file(cables: list[Cable], port: int) -> str:
    interfaces = [f"    - network_interface: {each.station_end}\n" for each in cables]
    head = f"identity: {IDENTITY}\nevses:\n"
    bridge = f"josev:\n  broker: 127.0.0.1:{port}\n  evses:\n"
    return "".join([head, *_OUTLETS.values(), bridge, *interfaces])
