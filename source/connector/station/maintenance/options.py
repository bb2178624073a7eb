"""Bounds of what a station transfers, and who installs firmware."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from connector.errors import ConnectorError

_VERSION = re.compile(r"\d+(?:\.\d+)+")


class InstallationFailed(ConnectorError):
    """Firmware could not be installed; the one before goes on.

    ``is_unfit``: it did not pass the checks after the installation.
    """

    def __init__(self, reason: str, *, is_unfit: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_unfit = is_unfit

    def __str__(self) -> str:
        return self.reason


Install = Callable[[Path, str], Awaitable[str]]
"""Takes a firmware file and its name, gives the version that runs from the reboot on.

Raises `InstallationFailed`.
"""


async def simulated(path: Path, name: str) -> str:
    """No hardware: the version is what the name of the file says.

    Raises:
        InstallationFailed: the file is empty.
    """
    found = await asyncio.to_thread(path.stat)
    if not found.st_size:
        raise InstallationFailed("the file is empty", is_unfit=True)
    version = _VERSION.search(name)
    return version[0] if version is not None else name.rpartition(".")[0] or name


@dataclass(frozen=True, slots=True)
class MaintenanceOptions:
    """Bounds; times in s, sizes in bytes."""

    install: Install = simulated
    most_firmware_bytes: int = 512 * 1024 * 1024
    most_log_bytes: int = 1024 * 1024
    retries: int = 2
    """Where a central system does not say how often."""
    retry_interval_s: float = 30.0
    idle_timeout_s: float = 30.0
    longest_transfer_s: float = 3600.0
    boots_within_s: float = 300.0
    """After that an installation counts as done without a boot that was seen."""
    tls_ca: Path | None = None
    """Whom to trust beside what the machine trusts, and installed roots."""
