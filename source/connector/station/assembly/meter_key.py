"""The key that signs the values of a station's simulated meters, over restarts."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from connector.security.private_files import write_over

if TYPE_CHECKING:
    from connector.station.simulated.signing import MeterKey

logger = logging.getLogger(__name__)

NAME = "meter_key.pem"


class MeterKeyFile:
    """The key of one station, made when it is first asked for; kept in its folder."""

    __slots__ = ("_key", "_path")

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / NAME if folder else None
        self._key: MeterKey | None = None

    def key(self) -> MeterKey:
        """The one that was kept, else a new one."""
        if self._key is None:
            self._key = self._kept() or self._made()
        return self._key

    def _kept(self) -> MeterKey | None:
        # cryptography is only loaded where somebody wants signatures.
        from connector.station.simulated.signing import MeterKey  # noqa: PLC0415

        if self._path is None or not self._path.exists():
            return None
        try:
            return MeterKey.of_pem(self._path.read_bytes())
        except (OSError, ValueError, TypeError) as problem:
            logger.warning("%s is not used: %s", self._path, problem)
            return None

    def _made(self) -> MeterKey:
        from connector.station.simulated.signing import MeterKey  # noqa: PLC0415

        key = MeterKey()
        if self._path is not None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                write_over(self._path, key.pem())
            except OSError as problem:
                logger.error("%s is not written: %s", self._path, problem)
        return key
