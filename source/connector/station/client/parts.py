"""What belongs to one station: what handlers and writers of a version are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from connector.station.charging.profiles import Profiles
from connector.station.client.clock import StationClock
from connector.station.core.station import StationCore
from connector.station.device_model import DeviceModel
from connector.station.maintenance import Maintenance


@runtime_checkable
class Timed(Protocol):
    """Hardware that counts from times of the station's clock."""

    def time_moved(self, by_ms: int) -> None:
        """The clock was set, by so much."""


@runtime_checkable
class Counting(Protocol):
    """Hardware whose meters only remember what they are told to after a restart."""

    def registers_wh(self) -> Mapping[int, tuple[float, float]]:
        """What they have counted, by EVSE: imported, exported."""

    def restore(self, registers_wh: Mapping[int, tuple[float, float]]) -> None:
        """What was kept; a register never goes back."""

    def show_at_least(self, evse: int, energy_wh: float) -> None:
        """A value that was told: the meter of an EVSE shows no less from now on."""


@dataclass(slots=True)
class StationParts:
    """Its core, and the rooms around it.

    ``variables`` is its device model, ``profiles`` its charging profiles. ``folder`` is
    what survives a restart; None: nothing does.
    """

    core: StationCore
    variables: DeviceModel
    profiles: Profiles
    maintenance: Maintenance
    clock: StationClock
    folder: Path | None = None
    monitors: Sequence[Mapping[str, Any]] = ()
    """Those of the station's file, as items of SetVariableMonitoring."""
