from __future__ import annotations

import random

import pytest

from connector.station.demo.core import (
    Model,
    Sampled,
    Started,
    StationCore,
    StatusChanged,
    Stopped,
    Swiped,
)
from connector.station.demo.evse import Rating
from connector.station.demo.vehicle import Vehicle
from connector.tests.station.wire import NOON_S, profile

NOON_MS = round(NOON_S * 1000)


def vehicle(charge: float = 0.2) -> Vehicle:
    return Vehicle(50_000.0, charge, 11_000.0)


def at(seconds: float) -> int:
    return NOON_MS + round(seconds * 1000)


@pytest.fixture
def core() -> StationCore:
    core = StationCore(Model("A", connectors=2), source=random.Random(1))
    core.step(NOON_MS)
    core.take_events()
    return core


def charge(core: StationCore, where: int = 1, *, seconds: float = 0.0) -> None:
    core.plug(where, vehicle(), at(seconds))
    assert core.authorize(where, "CARD", at(seconds))


def changed(core: StationCore) -> list[tuple[int, str]]:
    events = [event for event in core.take_events() if isinstance(event, StatusChanged)]
    return [(event.where, event.status) for event in events]


# -- statuses


def test_after_a_boot_every_status_is_told_even_if_nothing_changed(
    core: StationCore,
) -> None:
    core.forget_told()
    assert changed(core) == [(0, "Available"), (1, "Available"), (2, "Available")]


def test_a_status_is_told_only_when_it_has_changed(core: StationCore) -> None:
    assert changed(core) == []
    core.plug(1, vehicle(), NOON_MS)
    assert changed(core) == [(1, "Preparing")]
    core.step(at(1))
    assert changed(core) == []


def test_a_connector_goes_through_the_states_of_a_visit(core: StationCore) -> None:
    statuses = []

    def note() -> None:
        statuses.extend(status for _, status in changed(core))

    charge(core)
    note()
    core.install(1, profile((0, 0.0), purpose="TxProfile"), NOON_MS)
    note()
    core.profiles.clear()
    core.step(at(60))
    note()
    core.evses[1].vehicle.state_of_charge = 1.0
    core.step(at(61))
    note()
    core.end(1, "Local", at(62))
    note()
    core.unplug(1, at(63))
    note()
    assert statuses == [
        "Charging",
        "SuspendedEVSE",
        "Charging",
        "SuspendedEV",
        "Finishing",
        "Available",
    ]


def test_a_fault_is_told_with_its_code(core: StationCore) -> None:
    core.evses[1].error_code = "GroundFailure"
    assert changed(core) == [(1, "Faulted")]
    assert core.status(1) == ("Faulted", "GroundFailure")


# -- transactions


def test_who_is_authorized_first_charges_as_soon_as_the_vehicle_is_there(
    core: StationCore,
) -> None:
    assert core.authorize(1, "CARD", NOON_MS)
    assert changed(core) == [(1, "Preparing")]
    core.plug(1, vehicle(), at(59))
    [started, _] = core.take_events()
    assert isinstance(started, Started)
    assert (started.transaction.id_tag, started.transaction.started_ms) == (
        "CARD",
        at(59),
    )


def test_an_authorization_ends_when_no_vehicle_comes(core: StationCore) -> None:
    core.authorize(1, "CARD", NOON_MS)
    core.step(at(61))
    core.plug(1, vehicle(), at(62))
    assert core.evses[1].transaction is None


def test_a_connector_that_is_used_authorizes_nobody(core: StationCore) -> None:
    charge(core)
    assert not core.authorize(1, "OTHER", NOON_MS)
    core.end(1, "Local", NOON_MS)
    assert not core.authorize(1, "OTHER", NOON_MS)


def test_the_end_of_a_transaction_has_its_register_and_reason(
    core: StationCore,
) -> None:
    charge(core)
    core.step(at(1))
    core.step(at(3601))
    core.take_events()
    core.unplug(1, at(3602))
    [stopped, _] = core.take_events()
    assert isinstance(stopped, Stopped)
    charged_wh = stopped.meter_stop_wh - stopped.transaction.meter_start_wh
    assert charged_wh == pytest.approx(11_000, abs=30)
    assert stopped.reason == "EVDisconnected"
    assert [value["value"] for value in stopped.values] == [str(stopped.meter_stop_wh)]


def test_the_end_of_what_does_not_run_is_nothing(core: StationCore) -> None:
    core.end(1, "Local", NOON_MS)
    assert core.take_events() == []


def test_a_running_transaction_is_found_by_its_id(core: StationCore) -> None:
    charge(core, 2)
    core.evses[2].transaction.transaction_id = 0
    assert core.running(0) is core.evses[2].transaction
    assert core.running(1) is None


def test_a_swipe_is_told(core: StationCore) -> None:
    core.swipe(1, "CARD")
    assert core.take_events() == [Swiped(1, "CARD")]


# -- samples


def sample_times(core: StationCore, seconds: range) -> list[float]:
    times = []
    for second in seconds:
        core.step(at(second))
        times += [
            (event.time_ms - NOON_MS) / 1000
            for event in core.take_events()
            if isinstance(event, Sampled)
        ]
    return times


def test_a_running_transaction_is_sampled_in_its_interval(core: StationCore) -> None:
    core.configuration.change("MeterValueSampleInterval", "10")
    assert sample_times(core, range(20)) == []
    charge(core, seconds=20)
    assert sample_times(core, range(21, 45)) == [30, 40]


@pytest.mark.parametrize(
    ("key", "value"),
    [("MeterValueSampleInterval", "0"), ("MeterValuesSampledData", "")],
)
def test_without_interval_or_measurands_nothing_is_sampled(
    core: StationCore, key: str, value: str
) -> None:
    charge(core)
    core.configuration.change(key, value)
    assert sample_times(core, range(1, 130)) == []


def test_physics_may_be_faster_than_the_clock() -> None:
    core = StationCore(Model("A"), source=random.Random(1), speed=20.0)
    before_wh = core.evses[1].meter.register_wh
    charge(core)
    core.step(NOON_MS)
    core.step(at(180))
    assert core.evses[1].meter.register_wh - before_wh == pytest.approx(
        11_000, rel=0.01
    )


# -- offers


def test_a_vehicle_follows_a_new_profile_before_the_next_step(
    core: StationCore,
) -> None:
    charge(core)
    core.step(at(60))
    core.install(1, profile((0, 5000.0)), at(60))
    assert core.evses[1].read().power_w == 5000.0


def test_who_has_to_share_gets_less_at_once(core: StationCore) -> None:
    core.install(0, profile((0, 10_000.0), purpose="ChargePointMaxProfile"), NOON_MS)
    charge(core, 1)
    core.step(at(60))
    charge(core, 2, seconds=60)
    assert [evse.offered_w for evse in core.evses.values()] == [5000.0, 5000.0]
    assert core.evses[1].read().power_w == 5000.0


def test_one_phase_gets_its_share_of_the_rating() -> None:
    model = Model("A", rating=Rating(11_040.0))
    core = StationCore(model, source=random.Random(1))
    core.plug(1, Vehicle(50_000.0, 0.2, 7_400.0, phases=1), NOON_MS)
    core.authorize(1, "CARD", NOON_MS)
    assert core.evses[1].offered_w == 3_680.0


def test_a_profile_for_no_connector_of_ours_is_refused(core: StationCore) -> None:
    assert not core.install(3, profile((0, 1.0)), NOON_MS)


def test_a_profile_that_came_with_a_start_waits_for_the_vehicle(
    core: StationCore,
) -> None:
    wire = profile((0, 5000.0), kind="Relative", purpose="TxProfile")
    core.authorize(1, "CARD", NOON_MS, is_remote=True, profile=wire)
    core.plug(1, vehicle(), at(5))
    assert core.evses[1].offered_w == 5000.0
    core.end(1, "Local", at(6))
    assert len(core.profiles) == 0


def test_a_profile_of_a_start_that_came_to_nothing_is_forgotten(
    core: StationCore,
) -> None:
    wire = profile((0, 5000.0), kind="Relative", purpose="TxProfile")
    core.authorize(1, "CARD", NOON_MS, is_remote=True, profile=wire)
    core.step(at(61))
    charge(core, seconds=62)
    assert core.evses[1].offered_w == 22_080.0


# -- availability


def test_an_idle_connector_changes_its_availability_at_once(core: StationCore) -> None:
    assert core.set_operative(1, False) == "Accepted"
    assert changed(core) == [(1, "Unavailable")]
    assert not core.authorize(1, "CARD", NOON_MS)
    assert core.set_operative(1, True) == "Accepted"
    assert changed(core) == [(1, "Available")]


def test_a_transaction_ends_before_its_connector_goes_out_of_service(
    core: StationCore,
) -> None:
    charge(core)
    assert core.set_operative(1, False) == "Scheduled"
    assert core.status(1)[0] == "Charging"
    core.unplug(1, NOON_MS)
    assert core.status(1)[0] == "Unavailable"


def test_a_scheduled_change_can_be_taken_back(core: StationCore) -> None:
    charge(core)
    core.set_operative(1, False)
    assert core.set_operative(1, True) == "Accepted"
    core.unplug(1, NOON_MS)
    assert core.status(1)[0] == "Available"


def test_the_station_changes_with_all_its_connectors(core: StationCore) -> None:
    charge(core, 2)
    assert core.set_operative(0, False) == "Scheduled"
    assert [core.status(where)[0] for where in (0, 1, 2)] == [
        "Unavailable",
        "Unavailable",
        "Charging",
    ]


def test_nobody_charges_where_an_authorized_connector_went_out_of_service(
    core: StationCore,
) -> None:
    core.authorize(1, "CARD", NOON_MS)
    core.set_operative(1, False)
    core.plug(1, vehicle(), at(1))
    assert core.evses[1].transaction is None
    assert core.status(1)[0] == "Unavailable"
