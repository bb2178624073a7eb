"""The stations of the example files, and others that tests need."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from connector.station.files import StationFile, read
from connector.station.model import EvseModel, Rating, StationModel

EXAMPLES = Path(__file__).resolve().parents[5] / "docs" / "examples"
"""Beside `source/`: the repository's own."""
AC, DC_1, DC_2 = "AT*OCX*E0007*1", "AT*OCX*E0008*1", "AT*OCX*E0008*2"
_DC = Rating(60_000.0, 920.0, 1, is_dc=True, min_current_a=0.0, max_discharge_w=20_000)


def example(name: str) -> StationFile:
    return read(EXAMPLES / name)


def ac(*, max_discharge_w: float = 0.0) -> StationModel:
    rating = replace(Rating(), max_discharge_w=max_discharge_w)
    evse = EvseModel(1, ("cType2",), rating, AC)
    return StationModel("CP 1", evses=(evse,))


def dc() -> StationModel:
    ids = (DC_1, DC_2)
    evses = tuple(EvseModel(n, ("cCCS2",), _DC, i) for n, i in enumerate(ids, 1))
    return StationModel("CP 1", evses=evses)
