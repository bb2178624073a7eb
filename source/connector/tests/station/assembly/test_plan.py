"""Stations of one plan."""

from __future__ import annotations

from pathlib import Path

from connector.station.assembly import Station, StationPlan, numbered
from connector.station.assembly.plan import folder_name
from connector.station.client.options import ClientOptions, Endpoint
from connector.station.model import StationModel
from connector.tests.clock import FakeClock


def plan(folder: Path | None = None, **members: int) -> StationPlan:
    options = ClientOptions(Endpoint("ws://csms/"))
    return StationPlan(StationModel("CP"), options, folder=folder, **members)


def test_one_is_as_it_is() -> None:
    assert [each.identity for each in numbered(plan(), 1)] == ["CP"]


def test_many_have_names_numbers_and_folders_of_their_own(tmp_path: Path) -> None:
    found = list(numbered(plan(tmp_path), 12))

    assert [each.identity for each in found][::11] == ["CP-01", "CP-12"]
    assert len({each.model.serial_number for each in found}) == 12
    assert [each.folder for each in found][:1] == [tmp_path / "CP-01"]


def test_a_folder_has_no_way_out() -> None:
    assert folder_name("../a b") == "..%2Fa%20b"
    assert folder_name("..") == "%2E%2E"


def test_the_same_seed_gives_the_same_station() -> None:
    first, second, other = (
        Station(each, clock=FakeClock()).source.random()
        for each in (plan(seed=1), plan(seed=1), plan(seed=2))
    )

    assert first == second != other


def test_meters_go_on_where_they_were(tmp_path: Path) -> None:
    station = Station(plan(tmp_path), clock=FakeClock())
    station.plant.restore({1: (1234.5, 0.0)})
    station._meters.save(station.plant)
    again = Station(plan(tmp_path), clock=FakeClock())
    (tmp_path / "meters.json").write_text("[")
    broken = Station(plan(tmp_path), clock=FakeClock())

    assert again.plant.registers_wh()[1][0] == 1234.5
    assert broken.plant.registers_wh()[1][0] == 0
