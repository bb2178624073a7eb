"""From what was asked to what is sent: never more than was asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.datapoints.limits.conversion import (
    Electric,
    allowed_units,
    convert,
    electric_of,
    rounded,
)

W, A = frozenset({"W"}), frozenset({"A"})
BOTH = W | A
LIMITS = st.floats(0, 1e6, allow_nan=False)
ELECTRIC = st.builds(
    Electric,
    voltage=st.sampled_from([120.0, 230.0, 231.7, 400.0]),
    phases=st.sampled_from([None, 1, 3]),
    min_current_a=st.sampled_from([0.0, 6.0, 7.5]),
)


def one(value: float, unit: str, units: frozenset[str], known: Electric) -> float:
    [(_, limit)] = convert(unit, ((0, value),), units, known).periods  # type: ignore[arg-type]
    return limit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Current", A),
        ("Power", W),
        ("Current,Power", BOTH),
        ("A;W", BOTH),
        (" current , POWER ", BOTH),
        ("Amperes", A),
        ("Watt", W),
        ("", frozenset()),
        (None, frozenset()),
        ("?", frozenset()),
    ],
)
def test_the_allowed_units_are_read_however_they_are_spelt(
    text: str | None, expected: frozenset[str]
) -> None:
    assert allowed_units(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(10.25, 10.2), (10.3, 10.3), (4.1, 4.1), (2.3, 2.3), (0.05, 0), (11000, 11000)],
)
def test_limits_are_rounded_towards_0_to_a_tenth(value: float, expected: float) -> None:
    assert rounded(value) == expected
    assert rounded(-value) == -expected


@given(LIMITS)
def test_rounding_never_adds(value: float) -> None:
    result = rounded(value)
    assert value - 0.1 * (1 + 1e-9) <= result <= value * (1 + 1e-11)
    assert rounded(result) == result


@given(LIMITS, st.sampled_from(["W", "A"]), st.sampled_from([W, A, BOTH]), ELECTRIC)
def test_no_more_is_sent_than_was_asked(
    value: float, unit: str, units: frozenset[str], known: Electric
) -> None:
    found = convert(unit, ((0, value),), units, known)  # type: ignore[arg-type]
    [(_, limit)] = found.periods
    # On as many phases as the place may have, and as few as it is known to have.
    phases = known.phases or (3 if unit == "W" else 1)
    factor = known.voltage * phases
    sent = limit if found.unit == unit else limit * factor
    if unit == "A" and found.unit == "W":
        sent = limit / factor
    assert 0 <= sent <= value * (1 + 1e-9)


@given(st.floats(min_value=1e12, allow_infinity=False, allow_nan=False), ELECTRIC)
def test_absurd_limits_stay_finite(value: float, known: Electric) -> None:
    assert one(value, "A", W, known) <= 1e12
    assert one(value, "W", W, known) <= 1e12


@pytest.mark.parametrize(("phases", "amperes"), [(None, 16.0), (3, 16.0), (1, 48.0)])
def test_watts_become_amperes_on_three_phases_unless_known(
    phases: int | None, amperes: float
) -> None:
    assert one(11040, "W", A, Electric(phases=phases)) == amperes


@pytest.mark.parametrize(
    ("phases", "watts"), [(None, 3680.0), (1, 3680.0), (3, 11040.0)]
)
def test_amperes_become_watts_on_one_phase_unless_known(
    phases: int | None, watts: float
) -> None:
    assert one(16, "A", W, Electric(phases=phases)) == watts


@pytest.mark.parametrize(
    ("value", "unit", "units", "phases", "expected"),
    [
        (5.9, "A", BOTH, None, 0),
        (6, "A", BOTH, None, 6),
        (6, "A", W, None, 1380),
        (5.9, "A", W, 3, 0),
        (1379, "W", BOTH, None, 0),
        (1380, "W", BOTH, None, 1380),
        (1380, "W", BOTH, 3, 0),
        (4140, "W", A, None, 6),
        (2000, "W", A, None, 0),
    ],
)
def test_below_the_minimum_nothing_is_sent(
    value: float, unit: str, units: frozenset[str], phases: int | None, expected: float
) -> None:
    found = convert(unit, ((0, value),), units, Electric(phases=phases))  # type: ignore[arg-type]
    assert found.periods == ((0, expected),)
    assert found.detail == ("" if expected else "below minimum: paused")


def test_a_pause_that_was_asked_for_is_not_worth_a_word() -> None:
    assert convert("A", ((0, 0.0),), A, Electric()).detail == ""


def test_one_period_below_the_minimum_is_a_pause_of_its_own() -> None:
    found = convert("A", ((0, 16.0), (60, 3.0)), A, Electric())
    assert found.periods == ((0, 16.0), (60, 0.0))
    assert found.detail == "below minimum: paused"


def test_the_other_unit_follows_from_what_was_used_or_is_known() -> None:
    assert convert("W", ((0, 9000.0),), A, Electric()).watts_per_ampere == 690
    assert convert("W", ((0, 9000.0),), W, Electric()).watts_per_ampere is None
    assert convert("W", ((0, 9e3),), W, Electric(phases=1)).watts_per_ampere == 230


def test_direct_current_has_no_minimum_and_no_conversion() -> None:
    known = electric_of(230, 3, None, is_dc=True)
    assert one(100, "W", W, known) == 100
    assert convert("W", ((0, 100.0),), W, known).watts_per_ampere is None
    with pytest.raises(ValueError, match="takes no W"):
        convert("W", ((0, 100.0),), A, known)


def test_the_minimum_is_six_amperes_unless_it_is_chosen() -> None:
    assert electric_of(230, None, None, is_dc=False).min_current_a == 6
    assert electric_of(230, None, 8.0, is_dc=False).min_current_a == 8
