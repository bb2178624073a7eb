"""Disks that fail, and what happens where a fault cannot be made.

A developer's laptop skips such a test and says why; with ``CI=true`` it fails.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from connector.tests.faults.clock_jumps import JumpingClock
from connector.tests.faults.extent import Extent, Note, chosen
from connector.tests.faults.storage import DISKS, CannotInject, Disk
from connector.tests.faults.wire import Wire
from connector.tests.system.conftest import listener, run

__all__ = ["listener", "run"]


@pytest.fixture(params=sorted(DISKS))
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """A folder for the store, whose writes a test can have fail."""
    make: Callable[[Path], Disk] = DISKS[request.param]
    try:
        found = make(tmp_path)
    except CannotInject as reason:
        _give_up(f"{request.param}: {reason}")
    yield found
    found.close()


def _give_up(reason: str) -> NoReturn:
    """The fault cannot be made here."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture
def wire(extent: Extent) -> Iterator[Wire]:
    """A line to stations elsewhere, that a test can cut."""
    try:
        wire = Wire(extent.seed)
    except CannotInject as reason:
        _give_up(str(reason))
    yield wire
    wire.close()


@pytest.fixture
def extent() -> Extent:
    """How far the faults go."""
    return chosen()


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Keep a figure for the report: what, and how much."""

    def note(what: str, how_much: object) -> None:
        print(f"{what}: {how_much}")
        request.node.user_properties.append((what, how_much))

    return note


@pytest.fixture
def jumping_clock(tmp_path: Path) -> Iterator[JumpingClock]:
    """The clock of a connector that is run with its environment."""
    clock = JumpingClock(tmp_path)
    yield clock
    clock.close()
