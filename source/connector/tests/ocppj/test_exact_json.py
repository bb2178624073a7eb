"""Numbers of JSON stay those that were written, or are found to be odd."""

from __future__ import annotations

import math
from typing import Any

import orjson
import pytest

from connector.ocppj.exact_json import loads, odd_numbers, odd_numbers_of


@pytest.mark.parametrize(
    "number",
    [0, 2**53 + 1, 2**63, 2**64 - 1, -(2**63), 2**64, -(2**63) - 1, 10**300],
)
def test_whole_numbers_are_exact(number: int) -> None:
    assert loads(f'{{"a": [{number}]}}') == {"a": [number]}
    assert loads(str(number).encode()) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e400", math.inf),
        ("-1E+400", -math.inf),
        ("1e0400", math.inf),
        ("9" * 400, math.inf),
        ("9" * 9000, math.inf),
        ("1e-400", 0.0),
        ('["1e400 \\" 1e400", 1e400]', ['1e400 " 1e400', math.inf]),
    ],
)
def test_what_is_beyond_a_double_is_infinite(text: str, expected: object) -> None:
    assert loads(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "[1e400, NaN]",
        "[1e400, Infinity]",
        '[1e400, "\\ud800"]',
        "[1e400",
        '[1e400, "' + '\\"' * 100_000,
        "[" * 1000 + "18446744073709551616" + "]" * 1000,
        b"[1e400, \xff]",
    ],
)
def test_what_is_no_json_is_none_with_odd_numbers_either(text: Any) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        loads(text)


def test_odd_numbers_are_those_that_would_be_written_otherwise() -> None:
    odd = [math.inf, -math.inf, 2**64, -(2**63) - 1]
    plain = [2**64 - 1, -(2**63), 1e308, True, None, "1e400"]

    found = list(odd_numbers({"a": [*odd, *plain], "b": {"c": plain}}))

    assert sorted(found) == sorted(odd)
    assert odd_numbers_of('{"a": 18446744073709551616}', {"a": 2**64}) == [2**64]
    assert odd_numbers_of('"12345678901234567890"', "12345678901234567890") == []
