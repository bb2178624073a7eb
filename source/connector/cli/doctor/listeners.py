"""Who listens on a port of this machine, as far as its kernel tells us."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_LISTENS = "0A"
_CONNECT_S = 2.0


@dataclass(frozen=True, slots=True)
class Process:
    """A program that runs."""

    pid: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} (process {self.pid})"


def accepts(host: str, port: int) -> bool:
    """Whether something there takes connections."""
    try:
        with socket.create_connection((host, port), _CONNECT_S):
            return True
    except OSError:
        return False


def why_not_free(host: str, port: int) -> str | None:
    """None where we could listen there ourselves, else why not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            return problem.strerror or str(problem)
    return None


def other_address() -> str | None:
    """An address of this machine in its network; None: it has only itself."""
    # Nothing is sent: this only asks which way packets to elsewhere would go.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found = str(probe.getsockname()[0])
        except OSError:
            return None
    return None if ipaddress.ip_address(found).is_loopback else found


def listener_of(port: int) -> Process | None:
    """Who listens; None: nobody, or one whose files we may not look at."""
    sockets = _listening(port)
    if not sockets:
        return None
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _has(folder, sockets):
            return Process(int(folder.name), _name(folder))
    return None


def _listening(port: int) -> set[str]:
    """The sockets that listen there, as links of `/proc/<pid>/fd` name them."""
    found = set()
    for table in _TABLES:
        with suppress(OSError):
            for line in Path(table).read_text("ascii").splitlines()[1:]:
                fields = line.split()
                is_it = int(fields[1].rpartition(":")[2], 16) == port
                if is_it and fields[3] == _LISTENS:
                    found.add(f"socket:[{fields[9]}]")
    return found


def _has(folder: Path, sockets: set[str]) -> bool:
    try:
        return any(
            str(each.readlink()) in sockets for each in (folder / "fd").iterdir()
        )
    except OSError:
        # It has ended meanwhile, or is somebody else's.
        return False


def _name(folder: Path) -> str:
    try:
        return (folder / "comm").read_text("utf-8", "replace").strip()
    except OSError:
        return "a program"
