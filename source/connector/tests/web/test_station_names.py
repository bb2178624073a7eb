"""Stations by what people call them."""

from __future__ import annotations

import pytest

from connector.csms.options import StationOptions
from connector.csms.station import Station
from connector.web import station_names
from connector.web.problems import Problem
from connector.web.station_names import named


def stations(**names: str | None) -> list[Station]:
    return [
        Station(identity, StationOptions(name=name)) for identity, name in names.items()
    ]


def test_a_part_of_a_name_finds_it_in_any_case() -> None:
    known = stations(a="Straße Ürdingen", b="Roof", c=None, roof="Level 3")

    assert named(known, "ÜR") == ("a",)
    assert named(known, "roof") == ("b",)
    assert named(known, "none") == ()


def test_more_than_a_query_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(station_names, "MOST", 2)
    known = stations(a="bay 1", b="bay 2", c="bay 3")

    assert named(known, "y 1") == ("a",)
    with pytest.raises(Problem, match="3 stations have"):
        named(known, "bay")
