"""What a station is to be made of; nothing of it changes while it runs."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from connector.station.client.options import ClientOptions
from connector.station.device_model.rows import Row
from connector.station.josev.options import JosevOptions
from connector.station.maintenance.options import MaintenanceOptions
from connector.station.model import StationModel

_SHARED = random.Random()  # noqa: S311  (waits and meters, no secrets)


@dataclass(frozen=True, slots=True)
class StationPlan:
    """A station, its first values and its manners.

    ``folder`` is what survives a restart; None: nothing does. The same ``seed`` gives
    the same ids, meters and waits; stations without one draw from the same source.
    """

    model: StationModel
    client: ClientOptions
    variables: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    monitors: tuple[Mapping[str, Any], ...] = ()
    folder: Path | None = None
    seed: int | None = None
    maintenance: MaintenanceOptions = field(default_factory=MaintenanceOptions)
    josev: JosevOptions | None = None
    """How it is bridged to Josev; None: it is not."""

    @property
    def identity(self) -> str:
        """Who it is."""
        return self.model.identity

    def source(self) -> random.Random:
        """What it draws from."""
        if self.seed is None:
            return _SHARED
        return random.Random(f"{self.seed} {self.identity}")  # noqa: S311


def numbered(plan: StationPlan, count: int) -> Iterator[StationPlan]:
    """So many stations: `CP-1` to `CP-3` where the plan is `CP`; one is as it is."""
    if count == 1:
        yield plan
        return
    digits = len(str(count))
    for number in range(1, count + 1):
        ending = f"-{number:0{digits}}"
        serial = plan.model.serial_number[: 25 - len(ending)] + ending
        identity = plan.identity + ending
        model = replace(plan.model, identity=identity, serial_number=serial)
        folder = plan.folder / folder_name(identity) if plan.folder else None
        yield replace(plan, model=model, folder=folder)


def folder_name(identity: str) -> str:
    """An identity as the name of a folder."""
    name = "".join(map(_safe, identity))
    return name.replace(".", "%2E") if not name.strip(".") else name


def _safe(letter: str) -> str:
    is_plain = letter.isascii() and (letter.isalnum() or letter in "-_.")
    return letter if is_plain else f"%{ord(letter):02X}"
