"""Worked examples: profiles in, composite schedule out."""

from __future__ import annotations

from typing import Any

import pytest

from connector.station.charging import Refused
from connector.station.charging.composite import MOST_PERIODS
from connector.station.model import Rating
from connector.tests.station.charging.desk import (
    AC,
    DC,
    Desk,
    at,
    profile,
    profile16,
)

H = 3600
DAY = 24 * H
MAX, MAX_16 = "ChargingStationMaxProfile", "ChargePointMaxProfile"
EXTERNAL = "ChargingStationExternalConstraints"
FULL_W = AC.max_power_w
MIDNIGHT_S = -12 * H

BY_DAY = profile16(
    (0, 11_000.0, 3),
    (8 * H, 6000.0, 3),
    (20 * H, 11_000.0, 3),
    kind="Recurring",
    recurrencyKind="Daily",
    start_s=MIDNIGHT_S - 30 * DAY,
    timing={"duration": DAY},
    number=100,
)
"""The example of 1.6, 3.13: from 8 to 20 o'clock no more than 6 kW."""

EXAMPLES: list[tuple[str, list[tuple[int, dict[str, Any]]], int, list[Any]]] = [
    (
        "by day less than at night",
        [(0, BY_DAY)],
        2 * DAY,
        [
            (0, 6000.0),
            (8 * H, 11_000.0),
            (20 * H, 6000.0),
            (32 * H, 11_000.0),
            (44 * H, 6000.0),
        ],
    ),
    (
        "a higher level for some hours",
        [
            (0, BY_DAY),
            (0, profile16((0, 3000.0), number=2, level=1, start_s=H, timing={"duration": 2 * H})),
        ],
        DAY,
        [(0, 6000.0), (H, 3000.0), (3 * H, 6000.0), (8 * H, 11_000.0), (20 * H, 6000.0)],
    ),
    (
        "the station's maximum cuts what is above it",
        [
            (0, BY_DAY),
            (0, profile16((0, 8000.0), (10 * H, 12_000.0), number=2, purpose=MAX_16)),
        ],
        DAY,
        [(0, 6000.0), (8 * H, 8000.0), (10 * H, 11_000.0), (20 * H, 6000.0)],
    ),
    (
        "amperes and watts together",
        [
            (1, profile((0, 16.0), (100, 32.0), unit="A", number=1)),
            (0, profile((0, 13_800.0), purpose=MAX, number=2)),
        ],
        200,
        [(0, 11_040.0), (100, 13_800.0)],
    ),
    (
        "gaps are what the hardware can",
        [
            (1, profile((0, 5000.0), start_s=10, timing={"duration": 10}, number=1)),
            (1, profile((0, 7000.0), start_s=30, timing={"duration": 10}, number=2, level=1)),
        ],
        60,
        [(0, FULL_W), (10, 5000.0), (20, FULL_W), (30, 7000.0), (40, FULL_W)],
    ),
    (
        "periods that change nothing are left out",
        [
            (1, profile((0, 5000.0), (10, 5000.0), (20, 6000.0), number=1)),
            (0, profile((0, 5000.0), (30, 9000.0), purpose=MAX, number=2)),
        ],
        60,
        [(0, 5000.0), (30, 6000.0)],
    ),
    (
        "a pause",
        [(1, profile((0, 7000.0), (10, 0.0), (20, 7000.0), number=1))],
        60,
        [(0, 7000.0), (10, 0.0), (20, 7000.0)],
    ),
    (
        "a relative schedule counts from the start of charging",
        [(1, profile((0, 5000.0), (100, 6000.0), kind="Relative"))],
        200,
        [(0, 5000.0), (40, 6000.0)],
    ),
    (
        "a schedule that began before it was asked for",
        [(1, profile((0, 5000.0), (100, 6000.0), (200, 7000.0), start_s=-150))],
        60,
        [(0, 6000.0), (50, 7000.0)],
    ),
    (
        "one phase only",
        [(1, profile((0, 16.0, 1), unit="A"))],
        60,
        [(0, 3680.0)],
    ),
    (
        "never more than it is",
        [(1, profile((0, 16.66), unit="A"))],
        60,
        [(0, 11_495.4)],
    ),
    (
        "external limits and local generation",
        [
            (1, profile((0, 32.0), unit="A", number=1)),
            (0, profile((0, 10.0), unit="A", purpose=EXTERNAL, number=-1)),
            (0, profile((0, 0.0), (30, 6.0), unit="A", purpose="LocalGeneration", number=3)),
        ],
        60,
        [(0, 10 * 690.0), (30, 16 * 690.0)],
    ),
    (
        "local generation at an EVSE",
        [
            (1, profile((0, 5000.0), number=1)),
            (1, profile((0, 2000.0), purpose="LocalGeneration", number=3)),
        ],
        60,
        [(0, 7000.0)],
    ),
    (
        "local generation does not make the hardware stronger",
        [(0, profile((0, 2000.0), purpose="LocalGeneration", number=3))],
        60,
        [(0, FULL_W)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("installed", "duration_s", "expected"),
    [row[1:] for row in EXAMPLES],
    ids=[row[0] for row in EXAMPLES],
)
def test_example(
    installed: list[tuple[int, dict[str, Any]]], duration_s: int, expected: list[Any]
) -> None:
    desk = Desk()
    desk.charge(since_s=-60)
    for evse, wire in installed:
        purpose = wire["chargingProfilePurpose"]
        source = "EMS" if purpose == EXTERNAL else "CSO"
        assert desk.set(evse, wire, source=source).is_accepted

    assert desk.schedule(duration_s) == expected
    for start_s, limit in expected:
        assert desk.limit(now_s=start_s) == pytest.approx(limit, abs=0.1)


def test_the_profile_of_a_transaction_then_the_default_when_it_ends() -> None:
    desk = Desk()
    key = desk.charge()
    desk.set(0, profile((0, 5000.0), number=1))
    wire = profile(
        (0, 9000.0),
        (20, 8000.0),
        number=2,
        purpose="TxProfile",
        kind="Relative",
        transactionId=key,
        timing={"duration": 30},
    )
    desk.set(1, wire)

    assert desk.schedule(60) == [(0, 9000.0), (20, 8000.0), (30, 5000.0)]


def test_amperes_are_per_phase() -> None:
    desk = Desk()
    desk.set(1, profile((0, 6900.0), (10, 16.1 * 230, 1)))

    found = desk.profiles.composite(1, 60, "A", at(0))

    assert found is not None
    assert [(p.limit, p.phases) for p in found.periods] == [(10.0, 3), (16.1, 1)]


def test_a_free_evse_is_told_what_a_vehicle_would_get_now() -> None:
    desk = Desk(AC, AC)
    desk.charge(2)
    desk.set(0, profile((0, 12_000.0), purpose=MAX, number=1))
    desk.set(1, profile((0, 4500.0), (10, 5000.0), kind="Relative", number=2))

    assert desk.schedule(60, now_s=100) == [(0, 4500.0), (10, 5000.0)]
    assert desk.schedule(60, evse=2) == [(0, 12_000.0)]


def test_the_station_is_told_what_all_may_draw_together() -> None:
    desk = Desk(AC, AC)
    assert desk.schedule(60, evse=0) == [(0, 2 * FULL_W)]
    assert desk.schedule(60, evse=0, unit="A") == [(0, 64.0)]

    desk.set(0, profile((0, 20_000.0), (30, 90_000.0), purpose=MAX, number=1))
    desk.set(0, profile((0, 5000.0), number=2, start_s=50))

    expected = [(0, 20_000.0), (30, 2 * FULL_W), (50, 10_000.0)]
    assert desk.schedule(60, evse=0) == expected


def test_dc_has_no_phases() -> None:
    desk = Desk(DC)
    desk.set(1, profile((0, 20_000.0)))

    found = desk.profiles.composite(1, 60, "A", at(0))

    assert found is not None
    assert [(p.limit, p.phases) for p in found.periods] == [(40.0, None)]


def test_nobody_is_told_of_an_evse_that_is_not_there() -> None:
    assert Desk().profiles.composite(2, 60, "W", at(0)) is None


def test_a_unit_that_is_not_offered_is_refused() -> None:
    desk = Desk(**{"SmartChargingCtrlr/RateUnit": "A"})

    with pytest.raises(Refused) as refused:
        desk.profiles.composite(1, 60, "W", at(0))

    assert refused.value.reason_code == "UnsupportedRateUnit"
    assert desk.profiles.composite(1, 60, None, at(0)).unit == "A"  # type: ignore[union-attr]


@pytest.mark.parametrize(("rating", "unit"), [(AC, "A"), (DC, "W")])
def test_without_a_unit_it_is_the_one_of_the_current(rating: Rating, unit: str) -> None:
    found = Desk(rating).profiles.composite(1, 60, None, at(0))

    assert found is not None
    assert found.unit == unit


@pytest.mark.parametrize("duration_s", [0, -5])
def test_no_time_at_all_is_what_holds_now(duration_s: int) -> None:
    found = Desk().profiles.composite(1, duration_s, "W", at(0))

    assert found is not None
    assert (found.duration_s, len(found.periods)) == (0, 1)


def test_a_schedule_for_ever_is_cut_and_says_so() -> None:
    desk = Desk()
    rows = [(minute * 60, 5000.0 + minute % 2) for minute in range(24)]
    desk.set(1, profile(*rows, kind="Recurring", recurrencyKind="Daily"))

    found = desk.profiles.composite(1, 2**31, "W", at(0))

    assert found is not None
    assert len(found.periods) == MOST_PERIODS
    assert found.periods[-1].start_s < found.duration_s < 2**31


def test_of_two_changes_within_a_second_the_later_counts() -> None:
    desk = Desk()
    desk.charge(since_s=-0.5)
    desk.set(1, profile((0, 5000.0), (2, 6000.0), kind="Relative"))

    assert desk.schedule(10) == [(0, 5000.0), (1, 6000.0)]
