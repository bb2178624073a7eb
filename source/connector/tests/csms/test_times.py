"""Which times of stations are believed."""

from __future__ import annotations

import pytest

from connector.csms.options import StationOptions
from connector.csms.station import Station
from connector.csms.times import Moment, iso, judge, parse
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import Harness

HOUR_MS = 3_600_000


@pytest.fixture
def station() -> Station:
    found = Station("CP", StationOptions())
    found.connected_ms = START_MS - HOUR_MS
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T12:00:00Z", START_MS),
        ("2026-01-31T12:00:00", START_MS),
        ("2026-01-31T13:00:00+01:00", START_MS),
        ("2026-01-31T12:00:00.123Z", START_MS + 123),
        ("2026-01-31T12:00:00.123456789Z", START_MS + 123),
        (" 2026-01-31T12:00:00Z ", START_MS),
        ("yesterday", None),
        ("", None),
        (None, None),
        (12, None),
        ("0001-01-01T00:00:00", -62_135_596_800_000),
    ],
)
def test_a_time_is_read_or_is_none(text: object, expected: int | None) -> None:
    assert parse(text) == expected


def test_times_are_written_in_utc_with_whole_seconds() -> None:
    assert iso(START_MS + 999) == "2026-01-31T12:00:00Z"


@pytest.mark.parametrize("error_ms", [0, 59_000, -HOUR_MS, -23 * HOUR_MS])
def test_a_live_time_within_a_day_and_a_minute_is_trusted(
    station: Station, error_ms: int
) -> None:
    time_ms = START_MS + error_ms
    assert judge(station, iso(time_ms), START_MS, is_live=True) == Moment(time_ms)
    assert station.clock_error_ms is None


@pytest.mark.parametrize(
    "text",
    ["1970-01-01T00:00:00Z", "2026-01-31T12:01:01Z", "2026-01-30T11:59:59Z"],
)
def test_a_live_time_out_of_range_is_replaced_and_the_clock_is_wrong(
    station: Station, text: str
) -> None:
    assert judge(station, text, START_MS, is_live=True) == Moment(START_MS)
    assert station.clock_error_ms is not None


def test_an_unparsable_time_is_replaced_and_says_nothing_of_the_clock(
    station: Station,
) -> None:
    assert judge(station, "noon", START_MS, is_live=True) == Moment(START_MS)
    assert station.clock_error_ms is None


def test_while_a_clock_is_wrong_all_of_its_times_are_replaced(station: Station) -> None:
    judge(station, "1970-01-01T00:00:00Z", START_MS, is_live=True)
    good = iso(START_MS - HOUR_MS)
    assert judge(station, good, START_MS, is_live=False) == Moment(START_MS)


def test_a_clock_that_was_set_is_trusted_again(station: Station) -> None:
    judge(station, "1970-01-01T00:00:00Z", START_MS, is_live=True)
    judge(station, iso(START_MS), START_MS, is_live=True)
    time_ms = START_MS - 5000
    assert judge(station, iso(time_ms), START_MS, is_live=False) == Moment(time_ms)


def test_a_message_of_a_transaction_older_than_the_connection_is_queued(
    station: Station,
) -> None:
    time_ms = START_MS - 2 * HOUR_MS
    moment = judge(station, iso(time_ms), START_MS, is_live=False)
    assert moment == Moment(time_ms, is_queued=True)


def test_a_queued_message_may_be_older_than_a_day(station: Station) -> None:
    time_ms = START_MS - 72 * HOUR_MS
    moment = judge(station, iso(time_ms), START_MS, is_live=False)
    assert moment == Moment(time_ms, is_queued=True)
    assert station.clock_error_ms is None


def test_a_clock_that_is_behind_does_not_make_live_messages_queued(
    station: Station,
) -> None:
    time_ms = START_MS - 2 * HOUR_MS
    assert judge(station, iso(time_ms), START_MS, is_live=True) == Moment(time_ms)
    assert judge(station, iso(time_ms), START_MS, is_live=True) == Moment(time_ms)


def test_a_message_older_than_the_link_is_queued_once_the_clock_is_known(
    station: Station,
) -> None:
    judge(station, iso(START_MS), START_MS, is_live=True)
    time_ms = START_MS - 2 * HOUR_MS
    moment = judge(station, iso(time_ms), START_MS, is_live=True)
    assert moment == Moment(time_ms, is_queued=True)


async def test_a_status_is_stamped_with_the_time_of_a_trusted_clock(
    system: Harness,
) -> None:
    end = await system.connect()
    await end.status("Available", timestamp=end.time(ago_s=30))
    assert system.fact("status").time_ms == START_MS - 30_000
    await end.status("Preparing", timestamp="1970-01-01T00:00:00Z")
    assert system.fact("status").time_ms == START_MS


async def test_a_status_with_an_unreadable_time_is_taken(system: Harness) -> None:
    end = await system.connect()
    assert await end.status("Preparing", timestamp="31.01.2026 12:00") == {}
    assert system.newest("status") == "Preparing"


@pytest.mark.parametrize("jump_ms", [HOUR_MS, -HOUR_MS])
def test_what_comes_live_is_live_though_our_clock_was_set(jump_ms: int) -> None:
    station = Station("CP", StationOptions())
    station.connected_ms = START_MS - 1000
    now_ms = START_MS + jump_ms
    assert judge(station, iso(now_ms), now_ms, is_live=True) == Moment(now_ms)
    old_ms = now_ms - HOUR_MS
    assert judge(station, iso(old_ms), now_ms, is_live=False).is_queued is (jump_ms < 0)
