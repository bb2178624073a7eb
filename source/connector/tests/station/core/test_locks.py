"""Sockets that hold a cable (1.6, 4.10; 2.x E09)."""

from __future__ import annotations

import asyncio

from connector.station.core.tokens import Verdict
from connector.tests.station.core.bench import CARD, Bench, NotedHardware

YES = Verdict("Accepted")


class Socket(NotedHardware):
    def __init__(self) -> None:
        super().__init__()
        self.locked: list[bool] = []

    def lock(self, evse: int, connector: int, *, is_locked: bool) -> None:
        self.locked.append(is_locked)


def charging(**values: str) -> tuple[Bench, list[bool]]:
    bench = Bench(**values)
    bench.hardware = socket = Socket()
    bench.core = bench.new_core()
    bench.core.came_online(bench.now_ms)
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    return bench, socket.locked


def test_a_cable_is_held_while_somebody_charges() -> None:
    bench, locked = charging()
    assert locked == [True]
    bench.swipe()
    assert locked == [True, False]


def test_it_is_free_at_the_stop_even_if_the_transaction_lasts() -> None:
    bench, locked = charging(TxCtrlr__TxStopPoint="EVConnected")
    bench.swipe()
    assert locked == [True, False]


def test_pulled_out_at_the_vehicle_it_waits_for_the_card() -> None:
    bench, locked = charging()
    bench.unplug()
    assert locked == [True]
    bench.told()
    bench.swipe()
    assert locked == [True, False]
    assert bench.told() == []


def test_pulled_out_at_the_vehicle_it_is_free_where_the_variable_says_so() -> None:
    bench, locked = charging(OCPPCommCtrlr__UnlockOnEVSideDisconnect="true")
    bench.unplug()
    assert locked == [True, False]


def test_an_unlock_command_frees_it_too() -> None:
    bench, _ = charging()
    bench.unplug()
    asyncio.run(bench.core.unlock(1, 1, bench.now_ms, ends_transaction=False))
    assert bench.core.evses[1].locked_for is None
