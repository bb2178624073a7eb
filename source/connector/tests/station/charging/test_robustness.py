"""Whatever a central system says, the station stays within what its hardware can."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.ocppj.schemas import schemas
from connector.station.charging import Criteria, Refused
from connector.station.charging.reports import composite_2, composite_16, reports
from connector.station.model import Rating
from connector.tests.station.charging.desk import AC, DC, V2G, Desk, at

INTS = st.sampled_from([0, 1, 2, 3, 60, -1, 2**31, 2**63 - 1, -(2**63)])
NUMBERS = st.sampled_from(
    [0.0, 6.0, 16.1, -3.0, 5000.0, 1e9, -1e9, 1e308, -1e308, 5e-324]
)
TIMES = st.sampled_from(
    [
        "2026-06-01T12:00:00Z",
        "2026-06-01T12:00:10.5+02:00",
        "2026-06-01T11:59:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1969-12-31T23:59:59Z",
        "2026-02-30T00:00:00Z",
        "",
    ]
)
PURPOSES = [
    "ChargingStationExternalConstraints",
    "ChargingStationMaxProfile",
    "TxDefaultProfile",
    "TxProfile",
    "PriorityCharging",
    "LocalGeneration",
]
MODES = [
    "Idle",
    "ChargingOnly",
    "CentralSetpoint",
    "ExternalLimits",
    "LocalFrequency",
]
AMOUNTS = [
    f"{name}{phase}"
    for name in ("limit", "dischargeLimit", "setpoint")
    for phase in ("", "_L2", "_L3")
]
PERIOD = st.fixed_dictionaries(
    {"startPeriod": INTS, "limit": NUMBERS},
    optional={
        **dict.fromkeys(AMOUNTS[1:], NUMBERS),
        "numberPhases": st.integers(-1, 4),
        "phaseToUse": st.integers(-1, 4),
        "operationMode": st.sampled_from(MODES),
        "evseSleep": st.booleans(),
    },
)
SCHEDULE = st.fixed_dictionaries(
    {
        "id": INTS,
        "chargingRateUnit": st.sampled_from("AW"),
        "chargingSchedulePeriod": st.lists(PERIOD, min_size=1, max_size=3),
    },
    optional={
        "startSchedule": TIMES,
        "duration": INTS,
        "minChargingRate": NUMBERS,
        "randomizedDelay": st.sampled_from([0, 1, 60, 2**31]),
        "useLocalTime": st.booleans(),
    },
)
PROFILE = st.fixed_dictionaries(
    {
        "id": st.integers(1, 6),
        "stackLevel": st.integers(0, 2),
        "chargingProfilePurpose": st.sampled_from(PURPOSES),
        "chargingProfileKind": st.sampled_from(
            ["Absolute", "Recurring", "Relative", "Dynamic"]
        ),
        "chargingSchedule": st.lists(SCHEDULE, min_size=1, max_size=2),
    },
    optional={
        "recurrencyKind": st.sampled_from(["Daily", "Weekly"]),
        "validFrom": TIMES,
        "validTo": TIMES,
        "transactionId": st.sampled_from(["TX-1-0", "TX-2-0", "?"]),
        "maxOfflineDuration": INTS,
        "invalidAfterOfflineDuration": st.booleans(),
        "dynUpdateInterval": INTS,
    },
)
INSTALLS = st.lists(st.tuples(st.integers(-1, 4), PROFILE, st.booleans()), max_size=8)


def install(desk: Desk, wishes: list[tuple[int, dict[str, Any], bool]]) -> None:
    for evse, wire, is_external in wishes:
        source = "EMS" if is_external else "CSO"
        assert desk.set(evse, wire, source=source).status in ("Accepted", "Rejected")


def check_limits(desk: Desk, ratings: list[Rating], now_s: float) -> None:
    for number, rating in enumerate(ratings, 1):
        limit_w, phases = desk.profiles.limit_w(desk.evses[number], at(now_s))
        assert -rating.max_discharge_w - 1e-6 <= limit_w <= rating.max_power_w + 1e-6
        assert phases in (None, 1, 2, 3)
    change_ms = desk.profiles.next_change_ms(at(now_s))
    assert change_ms is None or change_ms > at(now_s)


@settings(deadline=None, max_examples=200)
@given(INSTALLS, st.lists(st.floats(-1e6, 1e7), max_size=4), st.booleans())
def test_no_profile_breaks_anything(
    wishes: list[tuple[int, dict[str, Any], bool]], times: list[float], is_free: bool
) -> None:
    ratings = [AC, DC, V2G]
    desk = Desk(*ratings, **{"ClockCtrlr/TimeZone": "Europe/Berlin"})
    desk.profiles.tell_needs(1, knows_phases=True)
    for number in () if is_free else (1, 2, 3):
        desk.charge(number)
    install(desk, wishes)
    desk.profiles.link_changed(at(0), is_online=False)

    for now_s in times:
        check_limits(desk, ratings, now_s)
    told = reports(1, desk.profiles.find(Criteria()), "2.1")
    assert sum(len(each["chargingProfile"]) for each in told) == len(desk.profiles)
    assert len(Desk(*ratings).profiles.restore(desk.profiles.save(), at(0))) == 0


@settings(deadline=None, max_examples=60)
@given(INSTALLS, st.integers(0, 3), INTS, st.sampled_from(["A", "W", None]))
def test_every_composite_schedule_fits_the_schemas(
    wishes: list[tuple[int, dict[str, Any], bool]],
    evse: int,
    duration_s: int,
    unit: str | None,
) -> None:
    desk = Desk(AC, DC, V2G)
    desk.profiles.tell_needs(1, knows_phases=True)
    desk.charge(1)
    install(desk, wishes)

    found = desk.profiles.composite(evse, duration_s, unit, at(0))

    assert found is not None
    answers = {
        "1.6": composite_16(found, evse),
        "2.0.1": composite_2(found, "2.0.1"),
        "2.1": composite_2(found, "2.1"),
    }
    for version, answer in answers.items():
        schema = schemas(version, formats="times").response("GetCompositeSchedule")
        assert [str(misfit) for misfit in schema.misfits(answer)] == []
    starts = [period.start_s for period in found.periods]
    assert starts[0] == 0
    assert starts == sorted(set(starts))


def test_a_refusal_is_no_surprise() -> None:
    assert str(Refused("InvalidValue", "why")) == "why"
