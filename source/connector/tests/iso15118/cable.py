"""A cable between a station and a vehicle: a veth pair into a network namespace."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path

_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
_ADDRESS_WITHIN_S = 10.0
_VEHICLE_END = "ev0"
_STATION, _VEHICLE = "fe80::1/64", "fe80::2/64"


@cache
def as_root() -> tuple[str, ...]:
    """What goes before a command: builders of CI are often who may sudo."""
    if os.geteuid() == 0 or shutil.which("sudo") is None:
        return ()
    may = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ("sudo", "-n") if may.returncode == 0 else ()


def _command(*arguments: str) -> list[str]:
    program = shutil.which("ip", path=_PATH)
    assert program is not None
    return [*as_root(), program, *arguments]


def _ip(*arguments: str) -> str:
    done = subprocess.run(
        _command(*arguments), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


class Cable:
    """`station_end` is an interface here; the vehicle lives in its own namespace.

    SECC and EVCC find each other by multicast on link-local IPv6, which a loopback
    interface has not.
    """

    vehicle_end = _VEHICLE_END

    def __init__(self, name: str) -> None:
        self.namespace = f"ev-{name}"
        self.station_end = f"v2g{name}"

    def lay(self) -> None:
        """Make it, and wait until both ends have an address.

        Raises:
            OSError: this may not be done here.
        """
        inside = ("-n", self.namespace)
        _ip("netns", "add", self.namespace)
        peer = ("peer", "name", self.vehicle_end, "netns", self.namespace)
        _ip("link", "add", self.station_end, "type", "veth", *peer)
        _ip(*inside, "link", "set", "lo", "up")
        _raise((), self.station_end, _STATION)
        _raise(inside, self.vehicle_end, _VEHICLE)
        for where, interface in ((), self.station_end), (inside, self.vehicle_end):
            _until_address(where, interface)

    def remove(self) -> None:
        """Nothing of it stays."""
        for arguments in (
            ("link", "del", self.station_end),
            ("netns", "del", self.namespace),
        ):
            try:
                _ip(*arguments)
            except OSError:
                # It was not laid to its end.
                continue

    def inside(self, *command: str, **environment: str) -> list[str]:
        """A command, at the vehicle's end; sudo would keep nothing of ours."""
        values = [f"{name}={value}" for name, value in environment.items()]
        return _command("netns", "exec", self.namespace, "env", *values, *command)


def _raise(where: tuple[str, ...], interface: str, address: str) -> None:
    """Up, with an address that nobody else can have.

    Duplicate address detection would take a second or two (RFC 4862).
    """
    _ip(*where, "link", "set", interface, "addrgenmode", "none")
    _ip(*where, "link", "set", interface, "up")
    _ip(*where, "-6", "addr", "add", address, "dev", interface, "nodad")


def _until_address(where: tuple[str, ...], interface: str) -> None:
    deadline_s = time.monotonic() + _ADDRESS_WITHIN_S
    while True:
        shown = _ip(*where, "-6", "addr", "show", "dev", interface, "scope", "link")
        if "inet6" in shown and "tentative" not in shown:
            return
        if time.monotonic() > deadline_s:
            raise OSError(f"{interface} gets no link-local IPv6 address")
        time.sleep(0.02)


@cache
def why_not() -> str | None:
    """Why no cable can be laid on such a machine; None: one can."""
    if not Path("/proc/net/if_inet6").exists():
        return "no IPv6 here"
    cable = Cable(f"p{os.getpid()}")
    try:
        cable.lay()
        subprocess.run(cable.inside("true"), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        return f"no network namespaces, or no link-local IPv6: {problem}"
    finally:
        cable.remove()
    return None


def has_ip() -> bool:
    """Whether there is the program that lays them."""
    return shutil.which("ip", path=_PATH) is not None
