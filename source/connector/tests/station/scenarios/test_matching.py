"""What fits an expectation, and what is said where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from connector.station.scenarios.matching import Match, Names, UnknownName
from connector.tests.clock import START_MS


def names(**known: Any) -> Names:
    return Names(known, lambda: START_MS)


def mismatch(expected: Any, found: Any, **known: Any) -> str | None:
    return Match(names(**known)).mismatch(expected, found, "payload")


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": {"b": 1.0, "c": 2}, "d": 3}),
        ("*", None),
        ("*", []),
        (5, "5.0"),
        ("5", 5),
        ("> 4", 5),
        (">= 5", "5"),
        ("< 0", -1),
        ("<= 1.5", 1.5),
        ("A | B", "B"),
        (True, True),
        (None, None),
        ([{"a": 1}, {"a": 3}], [{"a": 1}, {"a": 2}, {"a": 3}]),
        ([], [1]),
        ("${tag}", "T"),
        ("id ${tag}", "id T"),
        ("${now+60}", "2026-01-31T12:01:00.000Z"),
    ],
)
def test_it_fits(expected: Any, found: Any) -> None:
    assert mismatch(expected, found, tag="T") is None


@pytest.mark.parametrize(
    ("expected", "found", "problem"),
    [
        ({"a": 1}, {}, "payload.a is missing, expected 1"),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "payload.a.b is 2, expected 1"),
        ({"a": 1}, "x", "payload is 'x', expected an object"),
        ("> 4", 4, "payload is 4, expected '> 4'"),
        ("> 4", "much", "payload is 'much', expected '> 4'"),
        ("A | B", "C", "payload is 'C', expected 'A | B'"),
        (True, 1, "payload is 1, expected True"),
        (1, True, "payload is True, expected 1"),
        (None, "", "payload is '', expected None"),
        ([1], "x", "payload is 'x', expected a list"),
        ([1, 2], [2, 1], "payload has no item 2"),
        ([{"a": 1}], [{"a": 2}], "payload[0].a is 2, expected 1"),
        ("${tag}", "U", "payload is 'U', expected 'T'"),
    ],
)
def test_what_does_not_fit_is_named(expected: Any, found: Any, problem: str) -> None:
    assert mismatch(expected, found, tag="T") == problem


def test_a_name_takes_what_is_found_and_then_holds() -> None:
    match = Match(names())

    assert match.mismatch({"a": "${id}", "b": "${id}"}, {"a": 7, "b": 7}) is None
    assert match.learnt == {"id": 7}
    assert match.mismatch("${id}", 8) == "it is 8, expected 7"


def test_a_name_of_which_nothing_is_known_is_named() -> None:
    with pytest.raises(UnknownName, match=r"nothing is known under \$\{id\} yet"):
        names().filled({"a": ["x ${id}"]})


def test_names_keep_their_kind() -> None:
    assert names(n=7).filled({"a": "${n}", "b": "${n+1}", "c": "n${n}"}) == {
        "a": 7,
        "b": 8,
        "c": "n7",
    }
