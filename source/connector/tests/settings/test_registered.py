"""Members that are registered at run time, by the same rules as `STATIONS`."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connector.csms.registering import WrongMembers
from connector.settings.registered import entry_schema, read_entry
from connector.settings.stations import StationEntry

ODD: list[Any] = [
    {},
    [],
    {"a": 1},
    [1],
    [[]],
    True,
    1e308,
    -1,
    0.5,
    "",
    "x" * 999,
    "\0",
]


def refused(members: dict[str, Any]) -> WrongMembers:
    with pytest.raises(WrongMembers) as caught:
        read_entry(members)
    return caught.value


@pytest.mark.parametrize("name", StationEntry.model_fields)
@pytest.mark.parametrize("value", ODD, ids=str)
def test_odd_values_are_read_or_refused(name: str, value: object) -> None:
    try:
        read_entry({name: value})
    except WrongMembers as problem:
        assert problem.members[0].name.partition(".")[0] == name
        assert len(str(problem)) < 600


def test_all_that_does_not_fit_is_named() -> None:
    problem = refused({"phases": 2, "voltage": "x", "quirks": {"poll_s": "x"}})

    assert [m.name for m in problem.members] == ["phases", "voltage", "quirks.poll_s"]
    assert "phases is 2, expected 1 or 3" in str(problem)


def test_a_member_that_is_not_there_is_guessed() -> None:
    assert "did you mean 'voltage'?" in str(refused({"volage": 230}))


@pytest.mark.parametrize("name", ["password", "autostart_token"])
def test_secrets_are_not_shown(name: str) -> None:
    problem = refused({name: "geheim" * 200})

    assert "geheim" not in f"{problem} {problem!r} {problem.args}"
    assert f"{name} is (hidden)" in str(problem)


def test_the_schema_has_every_member_and_its_bounds() -> None:
    members = entry_schema()["properties"]

    assert set(members) == set(StationEntry.model_fields)
    assert {"type": "integer", "minimum": 1, "maximum": 64} in (
        members["connectors"]["anyOf"]
    )
    assert all({"type": "null"} in member["anyOf"] for member in members.values())


INNER = [
    ({"profile": {"stack_level": 0}}, True),
    ({"profile": {"stack_level": -1}}, False),
    ({"profile": {"stack_level": "1"}}, None),
    ({"phases": 3.0}, True),
    ({"quirks": {"poll_s": 0}}, True),
    ({"quirks": {"poll_s": False}}, True),
    ({"quirks": {"poll_s": -1}}, False),
    ({"quirks": {"poll_s": 0.5}}, False),
    ({"quirks": {"poll_s": 86_401}}, False),
    ({"quirks": {"poll_s": "60"}}, None),
    ({"quirks": {"meter_interval_min_s": False}}, True),
    ({"quirks": {"meter_interval_min_s": 0}}, False),
    ({"quirks": {"meter_interval_min_s": 1.5}}, False),
    ({"quirks": {"skip_setup": ["MeterValueSampleInterval"]}}, True),
    ({"quirks": {"skip_setup": []}}, False),
    ({"quirks": {"no_boot_trigger": 1}}, False),
    ({"quirks": {"free_token_key": ""}}, False),
    ({"quirks": {"vendor_limit": {"vendorId": "v", "data": "{limit_a}"}}}, True),
    ({"quirks": {"vendor_limit": {"vendorId": "v"}}}, False),
    ({"quirks": {"vendor_limit": False}}, True),
]
"""Members, and whether both take them; None: settings do, the schema does not."""


@pytest.mark.parametrize(("members", "fits"), INNER, ids=str)
def test_the_schema_takes_what_is_read(
    members: dict[str, Any], fits: bool | None
) -> None:
    schema = entry_schema()
    whole = {"components": {"schemas": schema["$defs"]}} | schema

    assert Draft202012Validator(whole).is_valid(members) is bool(fits)
    try:
        read_entry(members)
    except WrongMembers:
        assert fits is False
    else:
        assert fits is not False
