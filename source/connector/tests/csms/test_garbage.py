"""Garbage is looked for when links have ended, and not for each of them."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from connector.csms.events import Disconnected
from connector.csms.garbage import Garbage
from connector.csms.options import StationOptions
from connector.csms.station import Station
from connector.tests.clock import FakeClock


@pytest.fixture
def collections() -> Iterator[list[int]]:
    """One entry for each look through everything."""
    found: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            found.append(info["generation"])

    gc.disable()
    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)
    gc.enable()


def end(garbage: Garbage, links: int) -> None:
    station = Station("CP1", StationOptions(), registration="accepted", since_ms=0)
    for _ in range(links):
        garbage.note(Disconnected(station))


@pytest.mark.parametrize(("stations", "links"), [(3, 500), (4000, 2000)])
def test_it_is_looked_for_once_for_many_links(
    collections: list[int], stations: int, links: int
) -> None:
    clock = FakeClock()
    garbage = Garbage(range(stations), clock)
    end(garbage, links - 1)
    clock.advance(60)
    assert collections == []
    end(garbage, 700)
    assert collections == []
    clock.advance(6)
    assert len(collections) == 1
    clock.advance(60)
    end(garbage, links - 1)
    clock.advance(60)
    assert len(collections) == 1


def test_after_the_end_nothing_is_looked_for(collections: list[int]) -> None:
    clock = FakeClock()
    garbage = Garbage(range(3), clock)
    end(garbage, 500)
    garbage.stop()
    clock.advance(60)
    assert collections == []


def test_a_process_leaves_alone_what_it_has_loaded() -> None:
    code = (
        "import gc; from connector.csms.garbage import expect_stations;"
        "expect_stations(); assert gc.isenabled() and gc.get_freeze_count() > 1000;"
        "assert gc.get_threshold()[2] == 500"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
