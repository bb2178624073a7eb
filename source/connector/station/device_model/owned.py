"""Values that follow from what a station is (`StationModel`), and never change."""

from __future__ import annotations

from collections.abc import Callable

from connector.station.device_model.names import Place
from connector.station.model import EvseModel, StationModel

Owned = Callable[[StationModel, Place], str]


def evse_of(model: StationModel, place: Place) -> EvseModel | None:
    """The EVSE that a component belongs to; None: the station."""
    return next((e for e in model.evses if e.number == place.evse), None)


def power_limit_w(model: StationModel, place: Place) -> float:
    """What may flow there at most."""
    found = evse_of(model, place)
    evses = model.evses if found is None else (found,)
    return sum(each.rating.max_power_w for each in evses)


def _supply_phases(model: StationModel, place: Place) -> str:
    found = evse_of(model, place)
    evses = model.evses if found is None else (found,)
    # 2.x part 2, appendix: 0 stands for DC.
    phases = [0 if e.rating.is_dc else e.rating.phases for e in evses]
    return str(max(phases, default=0))


def _type(model: StationModel, place: Place) -> str:
    found = evse_of(model, place)
    return found.connectors[place.connector - 1] if found is not None else ""


def _iso15118_id(model: StationModel, place: Place) -> str:
    found = evse_of(model, place)
    return (found.iso15118_id or "") if found is not None else ""


def _rotations(model: StationModel, place: Place) -> str:
    numbers = (0, *model.places)
    return ",".join(f"{number}.RST" for number in numbers)


OWNED: dict[str, Owned] = {
    "identity": lambda model, place: model.identity,
    "vendor": lambda model, place: model.vendor,
    "model": lambda model, place: model.model,
    "serial_number": lambda model, place: model.serial_number,
    "firmware_version": lambda model, place: model.firmware_version,
    "iccid": lambda model, place: model.iccid or "",
    "imsi": lambda model, place: model.imsi or "",
    "supply_phases": _supply_phases,
    "evse_id": lambda model, place: str(place.evse),
    "iso15118_id": _iso15118_id,
    "type": _type,
    "rotations": _rotations,
}
LIMITS: dict[str, Callable[[StationModel, Place], float]] = {"power": power_limit_w}
