"""What EVSEs share is never exceeded, not even while one takes over from another."""

from __future__ import annotations

import pytest

from connector.station.core.evse import Evse
from connector.station.ports import Token
from connector.tests.station.core.bench import Bench, NotedHardware

TOTAL_W = 16_560.0


class Halves:
    """All of it for one, a half for each of two."""

    def __init__(self) -> None:
        self.bench: Bench | None = None
        self.total_w = TOTAL_W
        self.gives_up: dict[int, float] = {}

    def limit_w(self, evse: Evse, now_ms: int) -> tuple[float, int | None]:
        assert self.bench is not None
        takers = sum(each.may_flow for each in self.bench.core.evses.values())
        moved = self.gives_up.get(3 - evse.number, 0) - self.gives_up.get(
            evse.number, 0
        )
        return self.total_w / (takers or 1) + moved, None

    def next_change_ms(self, now_ms: int) -> int | None:
        return None

    def session_ended(self, evse: Evse) -> None:
        return None


class Feeder(NotedHardware):
    """Trips where more is drawn in all than there is."""

    def __init__(self, offers: Halves) -> None:
        super().__init__()
        self._offers = offers

    def offer(self, evse: int, limit_w: float, phases: int | None) -> None:
        super().offer(evse, limit_w, phases)
        assert sum(self.offers.values()) <= self._offers.total_w


def sharing() -> tuple[Bench, Halves]:
    """Two EVSEs on a feeder that one could load alone."""
    halves = Halves()
    bench = Bench(2)
    bench.offers, bench.hardware = halves, Feeder(halves)  # type: ignore[assignment]
    bench.core = bench.new_core()
    bench.core.is_online = True
    halves.bench = bench
    return bench, halves


def charge(bench: Bench, evse: int) -> None:
    bench.variables.values["AuthCtrlr/Enabled"] = "false"
    bench.plug(evse)
    bench.core.remote_start(Token(f"CARD-{evse}"), bench.now_ms, evse=evse)
    bench.draw(evse)


def test_who_comes_gets_what_the_other_gives_up_first() -> None:
    bench, _ = sharing()
    charge(bench, 2)
    assert bench.hardware.offers == {2: TOTAL_W}
    charge(bench, 1)
    assert bench.hardware.offers == {1: TOTAL_W / 2, 2: TOTAL_W / 2}


def test_who_stays_gets_what_the_other_had() -> None:
    bench, _ = sharing()
    charge(bench, 1)
    charge(bench, 2)
    bench.unplug(1)
    assert bench.hardware.offers == {1: 0.0, 2: TOTAL_W}


def test_one_that_is_left_too_little_says_that_it_waits() -> None:
    bench, halves = sharing()
    halves.total_w = 6000
    charge(bench, 1)
    assert bench.core.status(1, 1)[0] == "Charging"
    charge(bench, 2)
    assert bench.core.status(1, 1)[0] == "SuspendedEVSE"
    assert bench.statuses(bench.told(), 1)[-1] == "SuspendedEVSE"


@pytest.mark.parametrize("less", [1, 2])
def test_what_moves_from_one_to_the_other_is_never_with_both(less: int) -> None:
    bench, halves = sharing()
    charge(bench, 1)
    charge(bench, 2)
    halves.gives_up[less] = 3000.0
    bench.core.offer_anew(bench.now_ms)
    assert bench.hardware.offers[less] == TOTAL_W / 2 - 3000
    assert bench.hardware.offers[3 - less] == TOTAL_W / 2 + 3000
