"""The registers of simulated meters over restarts: they never go back."""

from __future__ import annotations

import logging
from pathlib import Path

import orjson

from connector.security.private_files import write_over
from connector.station.assembly.plant import Plant

logger = logging.getLogger(__name__)

NAME = "meters.json"


class Meters:
    """The file of one station; without a folder nothing is kept."""

    __slots__ = ("_path",)

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / NAME if folder else None

    def load(self, plant: Plant) -> None:
        """Have again what was kept; what cannot be read is left out."""
        if self._path is None or not self._path.exists():
            return
        try:
            found = orjson.loads(self._path.read_bytes())
            kept = {int(n): (float(a), float(b)) for n, (a, b) in found.items()}
        except (OSError, ValueError, TypeError, AttributeError) as problem:
            logger.warning("%s is not used: %s", self._path, problem)
            return
        plant.restore(kept)

    def save(self, plant: Plant) -> None:
        """Keep what they show."""
        registers = {str(n): pair for n, pair in plant.registers_wh().items()}
        if self._path is None or not registers:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_over(self._path, orjson.dumps(registers))
        except OSError as problem:
            logger.error("%s is not written: %s", self._path, problem)
