from __future__ import annotations

from typing import Any

import pytest

from connector.station.demo.profiles import Circuit, ProfileStack, Session, StackRules
from connector.tests.station.wire import NOON_S, VOLTAGE, at, profile

THREE_PHASES = Circuit(3, VOLTAGE, 22_080.0)
ONE_PHASE = Circuit(1, VOLTAGE, 7_360.0)
SESSION = Session(NOON_S, 7)


def installed(*profiles: tuple[int, dict[str, Any]]) -> ProfileStack:
    stack = ProfileStack()
    for connector, wire in profiles:
        assert stack.install(connector, wire, now_s=NOON_S, session=SESSION)
    return stack


def limit(
    stack: ProfileStack,
    offset_s: float = 0.0,
    *,
    connector: int = 1,
    session: Session | None = SESSION,
    circuit: Circuit = THREE_PHASES,
    sharing: int = 1,
) -> float:
    return stack.limit(connector, NOON_S + offset_s, session, circuit, sharing=sharing)


def takes(connector: int, wire: dict[str, Any], session: Session | None = None) -> bool:
    return ProfileStack().install(connector, wire, now_s=NOON_S, session=session)


def test_without_profiles_the_circuit_is_the_limit() -> None:
    assert limit(ProfileStack()) == 22_080.0


# -- which one counts


def test_the_higher_stack_level_counts_even_if_it_allows_more() -> None:
    stack = installed(
        (1, profile((0, 5000.0), number=1, level=0)),
        (1, profile((0, 9000.0), number=2, level=1)),
    )
    assert limit(stack) == 9000.0


def test_a_lower_level_counts_again_when_the_higher_one_has_ended() -> None:
    stack = installed(
        (1, profile((0, 5000.0), number=1, level=0)),
        (1, profile((0, 9000.0), number=2, level=1, duration_s=60)),
    )
    assert [limit(stack, second) for second in (59, 60)] == [9000.0, 5000.0]


def test_the_profile_of_a_transaction_counts_more_than_any_default() -> None:
    stack = installed(
        (1, profile((0, 5000.0), number=1, level=9)),
        (1, profile((0, 9000.0), number=2, level=0, purpose="TxProfile")),
    )
    assert limit(stack) == 9000.0


def test_a_default_of_the_connector_counts_more_than_one_of_the_station() -> None:
    stack = installed(
        (0, profile((0, 5000.0), number=1, level=9)),
        (1, profile((0, 9000.0), number=2, level=0)),
    )
    assert limit(stack, connector=1) == 9000.0
    assert limit(stack, connector=2) == 5000.0


def test_without_a_transaction_its_profile_says_nothing() -> None:
    stack = installed((1, profile((0, 9000.0), purpose="TxProfile")))
    assert limit(stack, session=None) == 22_080.0


def test_the_profile_of_a_transaction_ends_with_it_and_defaults_stay() -> None:
    stack = installed(
        (1, profile((0, 5000.0), number=1)),
        (1, profile((0, 9000.0), number=2, purpose="TxProfile")),
    )
    stack.end_session(1)
    assert limit(stack) == 5000.0


@pytest.mark.parametrize(("whole", "result"), [(4000.0, 4000.0), (8000.0, 5000.0)])
def test_the_stations_maximum_is_an_upper_bound(whole: float, result: float) -> None:
    stack = installed(
        (0, profile((0, whole), number=1, purpose="ChargePointMaxProfile")),
        (1, profile((0, 5000.0), number=2, purpose="TxProfile")),
    )
    assert limit(stack) == result


def test_connectors_that_charge_share_the_stations_maximum() -> None:
    stack = installed((0, profile((0, 8000.0), purpose="ChargePointMaxProfile")))
    assert limit(stack, sharing=2) == 4000.0


# -- times


def test_an_absolute_profile_counts_from_its_own_start() -> None:
    stack = installed((1, profile((0, 5000.0), (60, 6000.0), start_s=100)))
    values = [limit(stack, second) for second in (99, 100, 159, 160)]
    assert values == [22_080.0, 5000.0, 5000.0, 6000.0]


def test_a_relative_profile_counts_from_the_start_of_the_transaction() -> None:
    stack = installed((1, profile((0, 5000.0), (60, 6000.0), kind="Relative")))
    late = Session(NOON_S + 1000, 7)
    values = [limit(stack, second, session=late) for second in (1059, 1060)]
    assert values == [5000.0, 6000.0]


def test_an_absolute_profile_without_a_start_counts_from_the_transaction() -> None:
    wire = profile((0, 5000.0), (60, 6000.0), start_s=None)
    late = Session(NOON_S + 1000, 7)
    assert limit(installed((1, wire)), 1059, session=late) == 5000.0


def test_a_profile_says_nothing_after_its_duration() -> None:
    stack = installed((1, profile((0, 5000.0), duration_s=60)))
    assert [limit(stack, second) for second in (59, 60)] == [5000.0, 22_080.0]


def test_a_profile_counts_only_while_it_is_valid() -> None:
    wire = profile((0, 5000.0), validFrom=at(10), validTo=at(20))
    values = [limit(installed((1, wire)), second) for second in (9, 10, 19, 20)]
    assert values == [22_080.0, 5000.0, 5000.0, 22_080.0]


@pytest.mark.parametrize(("cycle", "days"), [("Daily", 1), ("Weekly", 7)])
def test_a_recurring_profile_begins_anew(cycle: str, days: int) -> None:
    wire = profile((0, 5000.0), duration_s=60, kind="Recurring", recurrencyKind=cycle)
    stack = installed((1, wire))
    again = days * 86_400
    values = [limit(stack, second) for second in (59, 60, again - 1, again)]
    assert values == [5000.0, 22_080.0, 22_080.0, 5000.0]


# -- units


def test_amperes_are_per_phase_of_the_load() -> None:
    stack = installed((1, profile((0, 10.0), unit="A")))
    assert limit(stack, circuit=THREE_PHASES) == 10 * VOLTAGE * 3
    assert limit(stack, circuit=ONE_PHASE) == 10 * VOLTAGE


def test_amperes_on_fewer_phases_are_less_power() -> None:
    stack = installed((1, profile((0, 10.0, 1), unit="A")))
    assert limit(stack) == 10 * VOLTAGE


def test_watts_are_the_sum_of_all_phases() -> None:
    stack = installed((1, profile((0, 3000.0))))
    assert limit(stack, circuit=ONE_PHASE) == limit(stack) == 3000.0


# -- what is taken


def test_the_same_id_replaces_wherever_it_was() -> None:
    stack = installed(
        (1, profile((0, 5000.0), number=1, level=5)),
        (1, profile((0, 6000.0), number=1, level=2)),
    )
    assert (len(stack), limit(stack)) == (1, 6000.0)


def test_the_same_place_replaces_whatever_its_id() -> None:
    stack = installed(
        (1, profile((0, 5000.0), number=1)), (1, profile((0, 6000.0), number=2))
    )
    assert (len(stack), limit(stack)) == (1, 6000.0)


@pytest.mark.parametrize(
    "wire",
    [
        profile((0, 1.0), level=11),
        profile((10, 1.0)),
        profile((0, 1.0), (0, 2.0)),
        profile((0, 1.0), (20, 2.0), (10, 3.0)),
        profile((0, -1.0)),
        profile(*((second, 1.0) for second in range(25))),
        profile((0, 1.0), kind="Recurring"),
        profile((0, 1.0), kind="Recurring", start_s=None, recurrencyKind="Daily"),
        profile((0, 1.0), validFrom="yesterday"),
        profile((0, 1.0), purpose="ChargePointMaxProfile"),
        profile((0, 1.0), purpose="TxProfile"),
    ],
)
def test_what_makes_no_sense_is_refused(wire: dict[str, Any]) -> None:
    assert not takes(1, wire)


def test_a_maximum_that_is_relative_is_refused() -> None:
    wire = profile((0, 1.0), purpose="ChargePointMaxProfile", kind="Relative")
    assert not takes(0, wire)


def test_a_profile_for_a_transaction_has_to_be_for_the_running_one() -> None:
    wire = profile((0, 1.0), purpose="TxProfile", transactionId=7)
    assert takes(1, wire, Session(NOON_S, 7))
    assert not takes(1, wire, Session(NOON_S, 8))
    assert not takes(0, wire, Session(NOON_S, 7))


def test_a_unit_the_station_does_not_know_is_refused() -> None:
    stack = ProfileStack(StackRules(units=("A",)))
    assert not stack.install(1, profile((0, 1.0)), now_s=NOON_S, session=None)


def test_more_profiles_than_there_is_room_for_are_refused_but_may_replace() -> None:
    stack = ProfileStack(StackRules(max_installed=1))
    first, other = profile((0, 1.0), number=1), profile((0, 2.0), number=2, level=1)
    assert stack.install(1, first, now_s=NOON_S, session=None)
    assert not stack.install(1, other, now_s=NOON_S, session=None)
    assert stack.install(1, first, now_s=NOON_S, session=None)


# -- clearing


@pytest.fixture
def four() -> ProfileStack:
    return installed(
        (0, profile((0, 1.0), number=1, purpose="ChargePointMaxProfile")),
        (0, profile((0, 1.0), number=2, level=1)),
        (1, profile((0, 1.0), number=3, level=1)),
        (1, profile((0, 1.0), number=4, purpose="TxProfile")),
    )


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({}, 0),
        ({"profile_id": 3}, 3),
        ({"profile_id": 3, "connector": 2, "stack_level": 9}, 3),
        ({"connector": 0}, 2),
        ({"connector": 1}, 2),
        ({"purpose": "TxDefaultProfile"}, 2),
        ({"stack_level": 1}, 2),
        ({"stack_level": 0}, 2),
        ({"connector": 1, "purpose": "TxDefaultProfile"}, 3),
        ({"connector": 0, "stack_level": 1}, 3),
    ],
)
def test_an_id_or_all_filters_choose_what_is_cleared(
    four: ProfileStack, filters: dict[str, Any], left: int
) -> None:
    assert four.clear(**filters)
    assert len(four) == left


@pytest.mark.parametrize("filters", [{"profile_id": 9}, {"connector": 2}])
def test_clearing_says_when_there_is_nothing(
    four: ProfileStack, filters: dict[str, Any]
) -> None:
    assert not four.clear(**filters)
    assert len(four) == 4
