"""Limits as people write them."""

from __future__ import annotations

import string
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connector.cli.problems import UsageProblem
from connector.cli.quantities import CURRENT, POWER, Limit, parse_limit

NUMBERS = st.decimals(
    min_value=Decimal("-999999999"),
    max_value=Decimal("999999999"),
    allow_nan=False,
    allow_infinity=False,
    places=3,
)
UNITS = st.sampled_from(["W", "w", "kW", "KW", "kw", "Kw", "A", "a"])


@pytest.mark.parametrize(
    ("text", "command", "value"),
    [
        ("11kW", POWER, 11000),
        ("4140W", POWER, 4140),
        ("16A", CURRENT, 16),
        ("11.1kW", POWER, 11100),
        ("6.5 A", CURRENT, 6.5),
        ("0.0005kW", POWER, 0.5),
        ("-3kW", POWER, -3000),
        ("-16A", CURRENT, -16),
        ("0", POWER, 0),
        ("0.0", POWER, 0),
        ("0A", CURRENT, 0),
        ("-0kW", POWER, 0),
        (" 11 kw ", POWER, 11000),
        ("none", POWER, None),
        ("NONE", POWER, None),
    ],
)
def test_a_limit_is_read(text: str, command: str, value: float | None) -> None:
    assert parse_limit(text) == Limit(command, value)


@pytest.mark.parametrize(
    "text",
    [
        *("11", "16.5", "-3", "1e3W", "1,5kW", "11 000W", "kW", "W", "A", "", " "),
        *(
            "11MW",
            "11mA",
            "11kWh",
            "11kA",
            "11V",
            "11%",
            "11kW/h",
            "inf",
            "NaN",
            "nanW",
        ),
        *(
            "+3kW",
            "--3kW",
            "3-kW",
            ".5kW",
            "5.kW",
            "0x10W",
            "1_000W",
            "٣kW",
            "\u22123kW",
        ),
        *(
            "null",
            "off",
            "release",
            "11kW\x1b[2J",
            "1234567890W",
            "16A 16A",
            "16\nA\n6",
        ),
    ],
)
def test_what_is_not_clear_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(UsageProblem, match="expected a limit with its unit"):
        parse_limit(text)


@given(NUMBERS, UNITS)
def test_every_number_with_a_unit_is_taken_exactly(number: Decimal, unit: str) -> None:
    found = parse_limit(f"{number:f}{unit}")

    factor = 1000 if unit.lower() == "kw" else 1
    assert found.command == (CURRENT if unit.lower() == "a" else POWER)
    assert found.value == float(number * factor)


@given(NUMBERS)
def test_a_number_alone_is_refused_unless_it_is_0(number: Decimal) -> None:
    assume(number != 0)

    with pytest.raises(UsageProblem, match="has no unit"):
        parse_limit(f"{number:f}")


@given(st.text())
def test_any_text_is_a_limit_or_a_usage_problem(text: str) -> None:
    try:
        found = parse_limit(text)
    except UsageProblem:
        return
    assert set(text) <= set(string.ascii_letters + string.digits + ".-" + " ") or (
        text.strip() != text or text.split() != [text]
    )
    assert found.command in (POWER, CURRENT)
