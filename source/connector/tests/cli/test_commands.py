"""`limit`, `command` and `send`: what is asked for, and how outcomes end."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from connector.cli.exits import OF_OUTCOME, Exit
from connector.datapoints.outcomes import OutcomeName
from connector.tests.cli.api import Api
from connector.tests.cli.conftest import Command

ACCEPTED = {
    "outcome": "accepted",
    "detail": "",
    "response": {"status": "Accepted"},
    "correlation": "c",
    "timestamp": 1,
    "duration_ms": 2,
}


@pytest.mark.parametrize(
    ("words", "path", "value"),
    [
        (["1", "11kW"], "/stations/CP-7/1/power_limit", 11000),
        (["16A"], "/stations/CP-7/0/current_limit", 16),
        (["2", "-3kW"], "/stations/CP-7/2/power_limit", -3000),
        (["-5A"], "/stations/CP-7/0/current_limit", -5),
        (["1", "0"], "/stations/CP-7/1/power_limit", 0),
        (["1", "none"], "/stations/CP-7/1/power_limit", None),
        (["1.2", "6A", "--json"], "/stations/CP-7/1.2/current_limit", 6),
    ],
)
def test_a_limit_is_written_where_it_is_meant(
    api: Api, command: Command, words: list[str], path: str, value: Any
) -> None:
    api.answer("POST", path, ACCEPTED)

    assert command("limit", "CP-7", *words).code == Exit.DONE
    assert api.asked[0].body == {"value": value}


@pytest.mark.parametrize(
    "words", [["1", "11"], ["11"], ["1", "11kX"], ["1", "2", "3kW"], ["-3"], []]
)
def test_what_is_no_limit_is_refused_before_anything_is_asked(
    api: Api, command: Command, words: list[str]
) -> None:
    done = command("limit", "CP-7", *words)

    assert (done.code, done.out, api.asked) == (Exit.USAGE, "", [])
    assert done.err


@pytest.mark.parametrize(
    "words",
    [
        ["limit", "CP-7", "--jsno", "3kW"],
        ["limit", "--jsno", "CP-7", "3kW"],
        ["limit", "CP-7", "1", "3kW", "--jsno"],
        ["limit", "CP-7", "one", "3kW"],
        ["command", "CP-7", "1", "charge", "true", "--jsno"],
        ["command", "CP-7", "charge", "1", "true"],
    ],
)
def test_what_is_mistyped_is_neither_a_number_nor_a_place(
    api: Api, command: Command, words: list[str]
) -> None:
    done = command(*words)

    assert (done.code, done.out, api.asked) == (Exit.USAGE, "", [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("soft", "soft"),
        ("-3", -3),
        ("4140.5", 4140.5),
        ("null", None),
        ('{"CentralSystemURL": "ws://x"}', {"CentralSystemURL": "ws://x"}),
        ("04A2B3C4", "04A2B3C4"),
        ("NaN", "NaN"),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_a_value_is_json_else_text(
    api: Api, command: Command, text: str, value: Any
) -> None:
    api.answer("POST", "/stations/CP-7/1/charge", ACCEPTED)

    assert command("command", "CP-7", "1", "charge", text).code == Exit.DONE
    assert api.asked[0].body == {"value": value}


def test_values_come_from_files_and_from_standard_input(
    api: Api, command: Command, nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / "profile.json").write_text('\ufeff{"a": 1}\n')
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"b": 2}')))
    api.answer("POST", "/stations/CP-7/1/x", ACCEPTED)
    api.answer("POST", "/stations/CP-7/calls", ACCEPTED)

    command("command", "CP-7", "1", "x", "@profile.json")
    command("send", "CP-7", "Reset", "-")

    assert api.asked[0].body == {"value": {"a": 1}}
    assert api.asked[1].body == {"action": "Reset", "payload": {"b": 2}}


def test_any_call_is_sent_as_it_is(api: Api, command: Command) -> None:
    api.answer("POST", "/stations/CP-7/calls", ACCEPTED)

    done = command("send", "CP-7", "Reset", '{"type": "Soft"}', "--timeout", "5")

    assert api.asked[0].body == {
        "action": "Reset",
        "payload": {"type": "Soft"},
        "timeout_s": 5.0,
    }
    assert done.out == 'accepted\n{"status": "Accepted"}\n'


def test_a_call_without_a_payload_has_an_empty_one(api: Api, command: Command) -> None:
    api.answer("POST", "/stations/CP-7/calls", ACCEPTED)

    command("send", "CP-7", "ClearCache")

    assert api.asked[0].body == {"action": "ClearCache", "payload": {}}


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ("{", "the value: no JSON: "),
        ("[1]", "the payload is no JSON object"),
        ('{"a": NaN}', "NaN is no number of JSON"),
        ("@gone.json", "gone.json: No such file"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_payload_is_refused_before_anything_is_asked(
    api: Api, command: Command, payload: str, told: str
) -> None:
    done = command("send", "CP-7", "Reset", payload)

    assert (done.code, done.out, api.asked) == (Exit.USAGE, "", [])
    assert told in done.err


def test_every_outcome_has_its_code() -> None:
    assert set(OF_OUTCOME) == {name.value for name in OutcomeName}


@pytest.mark.parametrize(("name", "code"), OF_OUTCOME.items())
def test_an_outcome_is_shown_and_is_the_exit_code(
    api: Api, command: Command, name: str, code: Exit
) -> None:
    outcome = ACCEPTED | {"outcome": name, "detail": "why\x1b[0m", "response": None}
    api.answer("POST", "/stations/CP-7/calls", outcome)

    done = command("send", "CP-7", "Reset")
    for_programs = command("send", "CP-7", "Reset", "--json")

    assert (done.code, done.out) == (code, f"{name}: why\\x1b[0m\n")
    assert (for_programs.code, for_programs.json) == (code, outcome)


def test_a_limit_that_is_kept_says_so(api: Api, command: Command) -> None:
    outcome = ACCEPTED | {"outcome": "disconnected", "response": None, "kept": True}
    api.answer("POST", "/stations/CP-7/1/power_limit", outcome)

    done = command("limit", "CP-7", "1", "11kW")

    assert done.code == Exit.SILENT
    assert done.out == "disconnected (kept)\n"
