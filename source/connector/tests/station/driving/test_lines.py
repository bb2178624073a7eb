"""Lines as deeds, and what is said of those that are none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.station.driving import VERBS, Driver, WrongLine, parse


def values(line: str) -> dict[str, Any]:
    deed = parse(line)
    assert deed is not None
    return {name: v for name, v in deed.values.items() if v is not None}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("plug 1", {"where": 1}),
        ("plug 1 soc=80 phases=1", {"where": 1, "soc": 80.0, "phases": 1}),
        ("plug 1 iso15118=true", {"where": 1, "iso15118": True}),
        ("swipe TAG", {"tag": "TAG", "type": "ISO14443"}),
        ("swipe 'MY TAG' 2", {"tag": "MY TAG", "where": 2, "type": "ISO14443"}),
        ("swipe A=B type=eMAID", {"tag": "A=B", "type": "eMAID"}),
        (
            "swipe A contract=car.pem",
            {"tag": "A", "type": "ISO14443", "contract": "car.pem"},
        ),
        ("fault 1 GroundFailure", {"where": 1, "code": "GroundFailure", "info": ""}),
        ("drop 30", {"seconds": 30.0}),
        ("DROP", {"seconds": 0.0}),
        ("reboot hard", {"how": "hard"}),
        ("meter", {"where": 0}),
        ("wait 5 Charging 2", {"seconds": 5.0, "status": "Charging", "where": 2}),
        (
            'call DataTransfer {"vendorId": "a b"}',
            {"action": "DataTransfer", "payload": {"vendorId": "a b"}},
        ),
        ("call Heartbeat", {"action": "Heartbeat"}),
        ('set Key ""', {"name": "Key", "value": ""}),
    ],
)
def test_a_line_is_a_deed(line: str, expected: dict[str, Any]) -> None:
    assert values(line) == expected


def test_a_station_may_be_named() -> None:
    deed = parse("@CP-2 plug 1")

    assert deed is not None
    assert (deed.station, deed.verb.name) == ("CP-2", "plug")


@pytest.mark.parametrize("line", ["", "   ", "# plug 1", "\n"])
def test_nothing_is_no_deed(line: str) -> None:
    assert parse(line) is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("dance", "'dance': unknown command, expected one of plug, unplug"),
        ("plug", "plug: where is missing, expected: plug WHERE [soc=SOC]"),
        ("plug one", "plug: where is 'one', expected a whole number from 1 to 64"),
        ("plug 1.5", "plug: where is '1.5', expected a whole number"),
        ("plug 0", "plug: where is '0', expected a whole number from 1"),
        ("plug 1 soc=101", "plug: soc is '101', expected a number from 0 to 100"),
        ("plug 1 iso15118=yes", "plug: iso15118 is 'yes', expected true or false"),
        ("plug 1 nan", "'nan': too much, expected: plug WHERE"),
        ("drop nan", "drop: seconds is 'nan', expected a number"),
        ("drop -1", "drop: seconds is '-1', expected a number from 0"),
        ("reboot now", "reboot: how is 'now', expected soft or hard"),
        ("unplug 1 2", "'2': too much, expected: unplug WHERE"),
        ("swipe 'TAG", "swipe: no closing quotation"),
        ("call X [1]", "call: payload is '[1]', expected a JSON object"),
        ("call X " + "[" * 60_000, "call: payload is '[[[[[["),
        ("call X {", "call: payload is '{', expected a JSON object"),
        ("@CP", "'': unknown command, expected one of"),
        ("x" * 70_000, "a line of 70000 characters, expected at most 65536"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_expected(line: str, problem: str) -> None:
    with pytest.raises(WrongLine) as caught:
        parse(line)

    assert str(caught.value).startswith(problem)


@given(st.text())
def test_no_line_is_anything_but_a_deed_or_wrong(line: str) -> None:
    try:
        parse(line)
    except WrongLine as problem:
        assert str(problem)


@given(st.sampled_from(sorted(VERBS)), st.text())
def test_no_arguments_are_anything_but_right_or_wrong(verb: str, rest: str) -> None:
    try:
        parse(f"{verb} {rest}")
    except WrongLine as problem:
        assert str(problem)


def test_the_driver_can_do_every_verb() -> None:
    aloud = {"help", "quit"}

    for verb in VERBS.values():
        assert verb.name in aloud or callable(getattr(Driver, verb.method)), verb
