"""Signs of life, and what the next start makes of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.csms.life import Life
from connector.errors import StoreError
from connector.store import DatabaseStore, open_store
from connector.store.archive import Archive
from connector.store.records import HistoryRecord
from connector.tests.clock import START_MS, FakeClock

AWAY_S = 900


class House:
    """A store, and those that live there one after the other."""

    def __init__(self, store: DatabaseStore) -> None:
        self.clock = FakeClock()
        self.archive: Archive = store.archive
        self.breaks: list[float] = []
        """When somebody heard of one."""
        self.is_writable = True

    async def move_in(self) -> Life:
        life = Life(self._writable, self.clock, self._note)
        await life.start()
        return life

    def _writable(self) -> Archive:
        if not self.is_writable:
            raise StoreError("the disk is full")
        return self.archive

    def _note(self) -> None:
        self.breaks.append(self.ago_s(self.clock.now_ms()))

    @staticmethod
    def ago_s(time_ms: int) -> float:
        return (time_ms - START_MS) / 1000

    def leave(self, life: Life) -> None:
        """It ends where it stands, and a quarter of an hour goes by."""
        assert life._timer is not None
        life._timer.cancel()
        self.clock.advance(AWAY_S)

    async def live(self, life: Life, seconds: int) -> None:
        """So long, with every sign that is due."""
        for _ in range(seconds // 10):
            self.clock.advance(10)
            if life._signing is not None:
                await asyncio.wait({life._signing})

    async def tell(self, value: float = 6800.0) -> None:
        self.archive.add_history([HistoryRecord("k", self.clock.now_ms(), value)])
        await self.archive.flush_history()

    async def known(self) -> list[tuple[float, object]]:
        """What is known, by seconds since the beginning."""
        found = await self.archive.history("k", since_ms=0, until_ms=2**60, limit=1000)
        return [(self.ago_s(record.time_ms), record.value) for record in found]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = open_store(f"sqlite:///{tmp_path / 'connector.sqlite'}")
    await store.open()
    yield House(store)
    await store.close()


async def test_after_a_hard_end_a_value_counts_until_the_last_sign(
    house: House,
) -> None:
    life = await house.move_in()
    await house.tell()
    await house.live(life, 100)

    house.leave(life)
    await house.move_in()

    assert await house.known() == [(0, 6800.0), (90.001, None)]


async def test_after_an_orderly_end_a_value_counts_until_then(house: House) -> None:
    life = await house.move_in()
    await house.tell()
    await house.live(life, 100)
    await life.stop()

    house.clock.advance(AWAY_S)
    await house.move_in()

    assert await house.known() == [(0, 6800.0), (100.001, None)]


async def test_a_sign_is_given_no_more_after_the_end(house: House) -> None:
    life = await house.move_in()
    await house.tell()
    await life.stop()
    house.clock.advance(AWAY_S)

    await house.move_in()

    assert await house.known() == [(0, 6800.0), (0.001, None)]


async def test_a_store_that_could_not_be_written_for_an_hour_breaks_nothing_off(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    life = await house.move_in()
    await house.tell()
    house.is_writable = False
    with caplog.at_level(logging.CRITICAL):
        await house.live(life, 3600)
    house.is_writable = True
    await house.live(life, 60)
    house.leave(life)
    await house.move_in()

    assert await house.known() == [(0, 6800.0), (3660.001, None)]


async def test_a_start_that_cannot_be_written_is_told_of_later(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    life = await house.move_in()
    await house.tell()
    house.leave(life)
    house.is_writable = False
    with caplog.at_level(logging.CRITICAL):
        life = await house.move_in()
    house.is_writable = True
    await house.live(life, 30)

    assert (await house.known())[-1] == (0.001, None)


async def test_a_clock_that_jumps_ahead_passes_over_what_nobody_has_seen(
    house: House,
) -> None:
    life = await house.move_in()
    await house.tell()
    await house.live(life, 10)
    house.clock.jump(AWAY_S)
    await house.live(life, 30)

    assert await house.known() == [(0, 6800.0), (0.001, None)]
    assert house.breaks == [930]


async def test_a_clock_that_is_set_when_there_is_a_network_ends_the_gap(
    house: House,
) -> None:
    """Without a battery it begins with some time of before the power was lost."""
    life = await house.move_in()
    await house.live(life, 90)
    await house.tell()
    house.leave(life)
    house.clock.jump(-AWAY_S - 80)
    life = await house.move_in()
    await house.live(life, 10)
    house.clock.jump(AWAY_S)
    await house.live(life, 30)
    await house.tell(4100.0)

    assert [value for _, value in await house.known()] == [6800.0, None, 4100.0]
    assert (await house.known())[1][0] == pytest.approx(90.001)


async def test_a_clock_that_is_set_back_is_believed(house: House) -> None:
    life = await house.move_in()
    await house.live(life, 60)
    house.clock.jump(-3600)
    await house.live(life, 60)
    await house.tell()
    assert house.breaks == []
    house.leave(life)
    await house.move_in()

    assert (await house.known())[-1][1] is None


async def test_a_clock_that_stays_behind_is_believed_after_an_hour(
    house: House,
) -> None:
    house.clock.jump(86_400)
    house.leave(await house.move_in())
    house.clock.jump(-86_400)
    life = await house.move_in()
    await house.live(life, 3660)
    await house.tell()
    house.leave(life)
    await house.move_in()

    assert (await house.known())[-1][1] is None
