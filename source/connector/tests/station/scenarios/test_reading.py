"""Scenarios from YAML, and what is said of those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.errors import SettingsError
from connector.station.scenarios import find, read
from connector.station.scenarios.reading import read_text
from connector.station.scenarios.scenario import all_steps

OF_THE_CONTRACT = """\
name: remote start with a limit
versions: [ocpp1.6, ocpp2.0.1]
steps:
  - do: {plug: {where: 1}}
  - expect: {received: RemoteStartTransaction, payload: {connectorId: 1}, within_s: 30}
  - do: {call: {action: Heartbeat, payload: {}}}
    expect: {answered: {currentTime: "*"}, within_s: 5}
  - repeat: {times: 3, every_s: 10, steps: [{do: meter}]}
  - do: {unplug: {where: 1}}
"""


def wrong(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_text(text, "s.yaml")
    return caught.value.problems


def of_step(step: str) -> list[str]:
    return wrong(f"name: x\nversions: [ocpp1.6]\nsteps:\n  - {step}\n")


def test_steps_keep_their_order_lines_and_values() -> None:
    found = read_text(OF_THE_CONTRACT, "s.yaml")

    plug, first, call, repeat, _ = found.steps
    assert (found.name, found.versions) == (
        "remote start with a limit",
        {"ocpp1.6", "ocpp2.0.1"},
    )
    assert plug.do is not None
    assert plug.do.values["where"] == 1
    assert (first.expect[0].action, first.expect[0].within_s) == (
        "RemoteStartTransaction",
        30,
    )
    assert call.expect[0].kind == "answered"
    assert repeat.repeat is not None
    assert (repeat.repeat.times, repeat.repeat.every_s) == (3, 10)
    assert [step.line for step in found.steps] == [4, 5, 6, 8, 9]
    assert len(list(all_steps(found.steps))) == 6


def test_a_value_alone_is_the_first_argument() -> None:
    found = read_text("name: x\nsteps: [{do: {plug: 2}}, {do: {drop: 1.5}}]", "s.yaml")

    assert [step.do.values for step in found.steps if step.do][1] == {"seconds": 1.5}
    assert found.steps[0].do is not None
    assert found.steps[0].do.values["where"] == 2


def test_times_stay_texts_and_numbers_numbers() -> None:
    step = (
        "{csms: {action: Reset, payload: {a: 2026-01-31T12:00:00Z, b: 0x10, c: 1.5}}}"
    )
    found = read_text(f"name: x\nsteps: [{step}]", "s.yaml")

    assert found.steps[0].ask is not None
    assert found.steps[0].ask.payload == {
        "a": "2026-01-31T12:00:00Z",
        "b": 16,
        "c": 1.5,
    }


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("do: {plug: one}", "plug: where is 'one', expected a whole number from 1 to"),
        ("do: {plug: {where: 1, colour: red}}", "unknown argument 'colour', expected"),
        ("do: {swipe: {}}", "swipe: tag is missing, expected: swipe TAG"),
        ("do: {dance: 1}", "found 'dance', expected one of call, clear"),
        ("do: quit", "found 'quit', expected one of"),
        ("do: {plug: 1, unplug: 1}", "found a mapping, expected one thing to do"),
        ("do: {status: 1}", "expected nothing: it takes no arguments"),
        ("csms: {action: Dance}", "found 'Dance', expected one of CancelReservation"),
        ("csms: {action: reset}", "found 'reset', expected Reset"),
        ("csms: {action: BootNotification}", "expected one of CancelReservation"),
        ("expect: {sent: Reset}", "found 'Reset', expected one of Authorize"),
        ("expect: {answered: {}}", "expected it beside a `do: {call: ..}`"),
        ("expect: {payload: {}}", "expected one of sent, received, answered, state"),
        ("expect: {sent: Heartbeat, within_s: soon}", "found 'soon', expected a numbe"),
        (
            "expect: {sent: Heartbeat, withins: 1}",
            "withins: unknown name, expected one",
        ),
        ("repeat: {times: 0, steps: [{do: meter}]}", "found '0', expected a whole num"),
        ("repeat: {times: 1}", "repeat.steps: is missing"),
        ("{}", "expected do, csms, expect or repeat"),
        ("{do: meter, repeat: {steps: [{do: meter}]}}", "expected one of do, csms and"),
    ],
)
def test_what_is_wrong_with_a_step_is_named(step: str, problem: str) -> None:
    lines = of_step(step)

    assert any(problem in line for line in lines), lines
    assert all(line.startswith("s.yaml, line 4, column ") for line in lines)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("steps: [{do: meter}]", "s.yaml, line 1, column 1: name: is missing"),
        ("name: x", "steps: is missing"),
        ("name: x\nsteps: []", "found a list, expected at least one step"),
        ("name: x\nversions: [ocpp3]\nsteps: [{do: meter}]", "line 2, column 12"),
        ("name: [\nsteps", "no YAML"),
        ("", "is empty, expected a mapping"),
        ("name: x\nname: y\nsteps: [{do: meter}]", "name: is there twice"),
    ],
)
def test_what_is_wrong_with_the_rest_is_named(text: str, problem: str) -> None:
    assert any(problem in line for line in wrong(text)), wrong(text)


def test_what_is_wrong_is_named_once() -> None:
    (problem,) = of_step("do: {plug: {where: one}}")

    assert "plug: where is 'one', expected a whole number" in problem


def test_a_list_is_no_scenario() -> None:
    assert wrong("- name: x\n")[0] == (
        "s.yaml, line 1, column 1: found a list, expected a mapping"
    )


def test_all_that_is_wrong_is_named_at_once() -> None:
    text = "name: x\nsteps:\n  - do: dance\n  - csms: {action: Dance}\n"

    assert len(wrong(text)) == 2


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    binary = tmp_path / "b.yaml"
    binary.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(SettingsError, match=r"none\.yaml: No such file"):
        read(tmp_path / "none.yaml")
    with pytest.raises(SettingsError, match="expected text in UTF-8"):
        read(binary)


def test_a_name_that_is_none_is_answered_by_those_there_are() -> None:
    with pytest.raises(SettingsError) as caught:
        find(["unplug", "dance"])

    assert "scenario 'dance': expected the path of a file" in str(caught.value)
    assert "cold-boot" in str(caught.value)
