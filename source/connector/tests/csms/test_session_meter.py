"""The energy of sessions, from meters that count in their own ways."""

from __future__ import annotations

import pytest

from connector.csms.session_meter import SessionMeter

MINUTE_MS = 60_000


def follow(start_wh: float | None, *readings: float) -> list[float]:
    """The energies that readings give, one a minute."""
    meter = SessionMeter(0, start_wh)
    return [meter.sample(r, (n + 1) * MINUTE_MS) for n, r in enumerate(readings)]


def test_a_lifetime_register_counts_from_the_meter_start() -> None:
    assert follow(5000, 5000, 5100.5, 5200) == [0.0, 100.5, 200.0]


def test_a_register_of_the_session_is_the_energy() -> None:
    assert follow(5000, 10, 20) == [10.0, 20.0]


def test_a_register_of_the_session_may_pass_the_meter_start() -> None:
    assert follow(5000, 10, 4900, 5000, 5100) == [10.0, 4900.0, 5000.0, 5100.0]


def test_session_energy_in_samples_and_a_lifetime_register_at_the_end() -> None:
    assert follow(5000, 100, 200, 5210) == [100.0, 200.0, 210.0]


def test_a_lifetime_register_in_samples_and_session_energy_at_the_end() -> None:
    assert follow(5000, 5100, 5200, 210) == [100.0, 200.0, 210.0]


def test_a_single_zero_of_a_lifetime_register_is_survived() -> None:
    assert follow(5000, 5100, 0, 5200) == [100.0, 0.0, 200.0]


def test_with_a_meter_start_of_0_the_register_may_be_that_of_the_session() -> None:
    assert follow(0, 100, 250) == [100.0, 250.0]


def test_with_a_meter_start_of_0_a_lifetime_register_is_counted_from_its_first() -> (
    None
):
    assert follow(0, 5_000_000, 5_000_100) == [0.0, 100.0]


def test_after_session_energy_a_lifetime_register_goes_on_from_it() -> None:
    assert follow(0, 100, 5_000_100, 5_000_200) == [100.0, 100.0, 200.0]


def test_a_session_whose_start_nobody_saw_counts_from_its_first_reading() -> None:
    assert SessionMeter(0, None).energy_wh is None
    assert follow(None, 7000, 7100) == [0.0, 100.0]


def test_a_start_that_is_told_later_replaces_one_that_was_guessed() -> None:
    meter = SessionMeter(0, None)
    meter.sample(7000, MINUTE_MS)
    meter.begin(6500)
    assert meter.sample(7100, 2 * MINUTE_MS) == 600.0


def test_a_start_that_is_told_later_replaces_a_start_of_0() -> None:
    meter = SessionMeter(0, 0)
    meter.begin(6500)
    assert meter.sample(7100, MINUTE_MS) == 600.0


@pytest.mark.parametrize("told", [0.0, None, 6000.0])
def test_a_start_that_is_told_later_never_replaces_a_known_one(
    told: float | None,
) -> None:
    meter = SessionMeter(0, 5000)
    meter.begin(told)
    assert meter.sample(5100, MINUTE_MS) == 100.0


def test_a_stop_without_a_reading_leaves_the_energy_as_it_was() -> None:
    meter = SessionMeter(0, 5000)
    meter.sample(5100, MINUTE_MS)
    assert meter.stop(None, MINUTE_MS) == 100.0


def test_seconds_are_never_negative() -> None:
    meter = SessionMeter(MINUTE_MS, 0)
    assert meter.seconds(0) == 0
    assert meter.seconds(2 * MINUTE_MS) == 60


@pytest.mark.parametrize("end", [265_721, 265_712])
def test_an_end_that_is_rounded_below_the_start_is_no_energy(end: float) -> None:
    meter = SessionMeter(0, 265_722)
    assert meter.sample(265_720, MINUTE_MS) == 0.0
    assert meter.stop(end, MINUTE_MS) == 0.0
