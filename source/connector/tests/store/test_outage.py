from __future__ import annotations

import logging

import pytest

from connector.store.outage import Outage
from connector.tests.clock import FakeClock


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [(record.levelno, record.getMessage()) for record in caplog.records]


def test_an_outage_is_told_at_once_and_then_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    outage = Outage(clock.monotonic)

    told = []
    for _ in range(1000):
        outage.begin()
        told.append(outage.tell("the disk is full"))
        clock.advance(0.1)

    assert lines(caplog) == [(logging.ERROR, "the store fails: the disk is full")] * 2
    assert (told[0], told[1], told.count(False)) == (False, True, 2)
    assert not outage.is_writable


def test_the_end_of_an_outage_is_told(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    outage = Outage(clock.monotonic)
    outage.begin()
    outage.tell("the disk is full")
    clock.advance(12)
    outage.end()
    outage.end()

    assert outage.is_writable
    assert lines(caplog)[1:] == [
        (logging.WARNING, "the store works again, after 12 s"),
    ]


def test_a_store_that_works_now_and_then_does_not_fill_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    outage = Outage(clock.monotonic)
    for _ in range(100):
        outage.begin()
        outage.tell("the disk is full")
        outage.end()
        clock.advance(0.5)

    assert len(lines(caplog)) == 2
