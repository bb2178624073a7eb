"""What belongs to one station: what handlers and writers of a version are given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.station.client.clock import StationClock
from connector.station.core.station import StationCore


@dataclass(slots=True)
class StationParts:
    """Its core, and the rooms around it.

    ``variables`` is its device model (`station.device_model`), ``profiles`` its
    charging profiles (`station.charging`), ``maintenance`` firmware, logs and
    certificates (`station.maintenance`). ``folder`` is what survives a restart; None:
    nothing does.
    """

    core: StationCore
    variables: Any
    profiles: Any
    maintenance: Any
    clock: StationClock
    folder: Path | None = None
