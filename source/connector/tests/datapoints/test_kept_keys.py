"""Sets of keys go to the store, few at a time, and the newest of each station."""

from __future__ import annotations

import asyncio
import logging

import pytest

from connector.datapoints.kept_keys import KeptKeys
from connector.errors import StoreError
from connector.tests.clock import FakeClock

STATIONS = [f"CP{number}" for number in range(120)]


class SlowStore:
    """A store that writes when it is told to."""

    def __init__(self) -> None:
        self.kept: dict[str, list[str]] = {}
        self.writing = 0
        self.most = 0
        self.failing: set[str] = set()
        self.opened = asyncio.Event()

    async def datapoints(self) -> dict[str, list[str]]:
        return self.kept

    async def save_datapoints(self, station: str, keys: list[str]) -> None:
        self.writing += 1
        self.most = max(self.most, self.writing)
        await self.opened.wait()
        self.writing -= 1
        if station in self.failing:
            raise StoreError("the disk is full")
        self.kept[station] = keys


async def test_all_are_kept_and_few_at_a_time() -> None:
    store = SlowStore()
    store.opened.set()
    keys = KeptKeys(store, FakeClock())
    for station in STATIONS:
        keys.keep(station, [f"{station}-key"])
    await keys.finish()
    assert store.kept == {station: [f"{station}-key"] for station in STATIONS}
    assert store.most <= 50


async def test_the_newest_set_of_a_station_counts() -> None:
    store = SlowStore()
    keys = KeptKeys(store, FakeClock())
    keys.keep("CP1", ["a"])
    await asyncio.sleep(0)
    keys.keep("CP1", ["a", "b"])
    keys.keep("CP1", ["a", "b", "c"])
    store.opened.set()
    await keys.finish()
    assert store.kept == {"CP1": ["a", "b", "c"]}


async def test_one_that_cannot_be_kept_is_told_and_the_others_are_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = SlowStore()
    store.failing, keys = {"CP7"}, KeptKeys(store, FakeClock())
    store.opened.set()
    with caplog.at_level(logging.ERROR):
        for station in STATIONS:
            keys.keep(station, ["a"])
        await keys.finish()
    assert store.kept.keys() == set(STATIONS) - {"CP7"}
    assert "CP7: its keys could not be kept: the disk is full" in caplog.text
    keys.keep("CP8", ["b"])
    await keys.finish()
    assert store.kept["CP8"] == ["b"]


async def test_what_could_not_be_kept_is_kept_later_unless_it_is_newer() -> None:
    store, clock = SlowStore(), FakeClock()
    store.opened.set()
    store.failing = {"CP1", "CP2"}
    keys = KeptKeys(store, clock)
    keys.keep("CP1", ["a"])
    keys.keep("CP2", ["a"])
    await settled(keys)
    store.failing = set()
    keys.keep("CP2", ["b"])
    await settled(keys)
    assert store.kept == {"CP2": ["b"]}
    clock.advance(5)
    await settled(keys)
    assert store.kept == {"CP1": ["a"], "CP2": ["b"]}


async def settled(keys: KeptKeys) -> None:
    """Wait for what is being written."""
    assert keys._worker is not None
    await asyncio.wait({keys._worker})
