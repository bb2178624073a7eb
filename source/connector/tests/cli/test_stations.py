"""`ocpp-connector stations`: what it asks for, and what it shows."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from connector.cli.exits import Exit
from connector.tests.cli.api import Api
from connector.tests.cli.conftest import Command

CP_7 = {
    "station": "CP-7",
    "name": "North wall",
    "registration": "Accepted",
    "connected": True,
    "ocpp_version": "1.6",
    "boot": {"vendor": "ACME", "model": "Wall\x1b[31mbox"},
    "connectors": [{"where": "1", "status": "Charging"}],
    "last_seen": "2026-01-31T12:00:00.123Z",
    "options": {"phases": 3},
}
CP_8 = {
    "station": "CP\u202e8\n",
    "name": None,
    "registration": "Pending",
    "connected": False,
    "ocpp_version": None,
    "boot": {},
    "connectors": [
        {"where": "1", "status": "Available"},
        {"where": "2", "status": None},
    ],
    "last_seen": None,
}
OUTCOME = {"outcome": "accepted", "detail": "", "response": None}
PAGE = {"items": [CP_7, CP_8], "next": None}


def type_in(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    """What is piped into the command."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))


def test_a_list_is_a_table_without_anything_that_steers_a_terminal(
    api: Api, command: Command
) -> None:
    api.answer("GET", "/stations", PAGE)

    done = command("stations", "list")

    head, first, second = done.out.splitlines()
    assert head.split()[:4] == ["STATION", "NAME", "REGISTRATION", "CONNECTED"]
    assert first.split() == [
        *("CP-7", "North", "wall", "Accepted", "yes", "1.6", "ACME"),
        *("Wall\\x1b[31mbox", "Charging", "2026-01-31", "12:00:00"),
    ]
    assert second.split() == ["CP\\u202e8\\n", "Pending", "no", "1:", "Available"]
    assert (done.code, done.err) == (Exit.DONE, "")


def test_a_list_for_programs_is_what_the_api_gave(api: Api, command: Command) -> None:
    api.answer("GET", "/stations", PAGE)

    done = command("stations", "list", "--json")

    assert done.json == [CP_7, CP_8]
    assert done.out.isascii()
    assert "\x1b" not in done.out


def test_no_stations_are_told_on_stderr(api: Api, command: Command) -> None:
    api.answer("GET", "/stations", {"items": [], "next": None})

    done = command("stations", "list")

    assert (done.code, done.out, done.err) == (Exit.DONE, "", "no stations\n")
    assert command("stations", "list", "--json").json == []


@pytest.mark.parametrize(
    ("option", "query"),
    [
        ("--pending", {"registration": "Pending"}),
        ("--connected", {"connected": "true"}),
        ("--disconnected", {"connected": "false"}),
    ],
)
def test_filters_are_asked_for(
    api: Api, command: Command, option: str, query: dict[str, str]
) -> None:
    api.answer("GET", "/stations", PAGE)

    command("stations", "list", option)

    assert api.asked[0].query == {"limit": "101"} | query


def test_one_station_is_shown_with_all_its_members(api: Api, command: Command) -> None:
    api.answer("GET", "/stations/CP-7", CP_7)

    done = command("stations", "show", "CP-7")

    rows = [line.split(maxsplit=1) for line in done.out.splitlines()]
    assert ["boot.vendor", "ACME"] in rows
    assert ["boot.model", "Wall\\x1b[31mbox"] in rows
    assert ["connectors.1.status", "Charging"] in rows
    assert ["options.phases", "3"] in rows
    assert command("stations", "show", "CP-7", "--json").json == CP_7


def test_a_station_is_added_with_its_options(api: Api, command: Command) -> None:
    api.answer("PUT", "/stations/CP-7", CP_7, 201)

    done = command(
        *("stations", "add", "CP-7"),
        *("--option", "phases=3", "--option", "profile.unit=A"),
        *("--option", "name=North = wall", "--option", "serial_number=0042"),
        *("--option", "limit_fallback=6A", "--option", "note=null"),
        *("--option", "strict_validation=TRUE"),
        *("--option", 'measurands=["Power.Active.Import"]'),
    )

    assert api.asked[0].body == {
        "phases": 3,
        "profile": {"unit": "A"},
        "name": "North = wall",
        "strict_validation": True,
        "serial_number": "0042",
        "limit_fallback": "6A",
        "note": None,
        "measurands": ["Power.Active.Import"],
    }
    assert (done.code, done.out) == (Exit.DONE, "CP-7 is registered\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cp.json", '{"phases": 3, "profile": {"kind": "Absolute"}}'),
        ("cp.yaml", "phases: 3\nprofile: {kind: Absolute}\n"),
        ("cp.YML", "phases: 3\nprofile: {kind: Absolute}\n"),
    ],
)
def test_options_of_the_line_go_over_those_of_a_file(
    api: Api, command: Command, nowhere: Path, name: str, text: str
) -> None:
    (nowhere / name).write_text(text)
    api.answer("PUT", "/stations/CP-7", CP_7)

    command(
        *("stations", "add", "CP-7", "--file", name),
        *("--option", "profile.unit=A", "--option", "phases=1"),
    )

    profile = {"kind": "Absolute", "unit": "A"}
    assert api.asked[0].body == {"phases": 1, "profile": profile}


def test_options_come_from_standard_input(
    api: Api, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, b'{"phases": 1}')
    api.answer("PATCH", "/stations/CP-7", CP_7)

    done = command("stations", "set", "CP-7", "--file", "-")

    assert api.asked[0].body == {"phases": 1}
    assert done.out == "CP-7: phases changed\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--option", "phases"], "--option 'phases': expected NAME=VALUE"),
        (["--option", "=3"], "--option '=3': expected NAME=VALUE"),
        (["--option", "a..b=3"], "--option 'a..b=3': expected NAME=VALUE"),
        (["--option", "a=1", "--option", "a.b=1"], "--option a.b: a is no object"),
        (["--option", "password=hunter2"], "what is typed is seen by others"),
        (["--file", "gone.json"], "gone.json: No such file or directory"),
        (["--file", "broken.json"], "broken.json: no JSON: "),
        (["--file", "broken.yaml"], "broken.yaml: expected "),
        (["--file", "list.json"], "list.json: expected an object of members"),
        (["--file", "latin.json"], "latin.json: it is no UTF-8 text"),
        ([], "expected --option NAME=VALUE or --file"),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_is_asked(
    api: Api, command: Command, nowhere: Path, words: list[str], told: str
) -> None:
    (nowhere / "broken.json").write_text('{"a": ')
    (nowhere / "broken.yaml").write_text("a: [")
    (nowhere / "list.json").write_text("[1]")
    (nowhere / "latin.json").write_bytes(b'"\xe4"')

    done = command("stations", "set", "CP-7", *words)

    assert (done.code, done.out, api.asked) == (Exit.USAGE, "", [])
    assert told in done.err
    assert "hunter2" not in done.err


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        ("adopt", "CP-7 is adopted: it boots\n"),
        ("reject", "CP-7 is rejected: it boots\n"),
        ("disconnect", "CP-7 is disconnected: it boots\n"),
    ],
)
def test_a_decision_is_made(
    api: Api, command: Command, decision: str, text: str
) -> None:
    made = {"station": "CP-7", "outcome": "accepted", "detail": "it boots"}
    api.answer("POST", f"/stations/CP-7/{decision}", made)

    assert command("stations", decision, "CP-7").out == text
    assert command("stations", decision, "CP-7", "--json").json == made


def test_a_station_is_forgotten(api: Api, command: Command) -> None:
    api.answer("DELETE", "/stations/CP-7", None, 204)

    done = command("stations", "forget", "CP-7")

    assert (done.code, done.out) == (Exit.DONE, "CP-7 is forgotten\n")


def test_a_made_password_is_set_and_shown_once(api: Api, command: Command) -> None:
    api.answer("PATCH", "/stations/CP-7", CP_7)

    done = command("stations", "password", "CP-7", "--generate")

    [asked] = api.asked
    assert done.out == f"{asked.body['password']}\n"
    assert len(asked.body["password"]) >= 32
    again = command("stations", "password", "CP-7", "--generate", "--json").json
    assert again == {"station": "CP-7", "password": api.asked[1].body["password"]}


def test_a_piped_password_is_set_and_not_shown(
    api: Api, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, b"correct horse battery\n")
    api.answer("PATCH", "/stations/CP-7", CP_7)

    done = command("stations", "password", "CP-7")

    assert api.asked[0].body == {"password": "correct horse battery"}
    assert "horse" not in done.out + done.err


def test_a_station_is_given_a_new_password_that_nobody_sees(
    api: Api, command: Command
) -> None:
    api.answer("POST", "/stations/CP-7/password", OUTCOME)

    done = command("stations", "password", "CP-7", "--rotate")

    assert api.asked[0].body == {}
    assert (done.code, done.out) == (Exit.DONE, "accepted\n")


@pytest.mark.parametrize(
    ("name", "code", "is_shown"),
    [
        ("accepted", Exit.DONE, True),
        ("timeout", Exit.SILENT, True),
        ("rejected", Exit.NO, False),
    ],
)
def test_a_new_password_that_the_station_may_have_is_shown(
    api: Api, command: Command, name: str, code: Exit, is_shown: bool
) -> None:
    api.answer("POST", "/stations/CP-7/password", OUTCOME | {"outcome": name})
    words = ("stations", "password", "CP-7", "--rotate", "--generate")

    done = command(*words)
    for_programs = command(*words, "--json")

    made = [asked.body["password"] for asked in api.asked]
    assert (done.code, made[0] in done.out) == (code, is_shown)
    assert for_programs.json.get("password") == (made[1] if is_shown else None)


def test_no_password_is_refused(
    api: Api, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, b"")

    done = command("stations", "password", "CP-7")

    assert (done.code, api.asked) == (Exit.USAGE, [])


@pytest.mark.parametrize("length", [15, 65])
def test_a_password_that_no_station_can_have_is_refused(
    api: Api, command: Command, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    type_in(monkeypatch, b"s" * length + b"\n")

    done = command("stations", "password", "CP-7")

    assert (done.code, api.asked) == (Exit.USAGE, [])
    told = f"the password has {length} characters, expected 16 to 40 (OCPP 2.1: to 64)"
    assert told in done.err


def test_a_password_that_is_typed_is_asked_for_twice(
    api: Api, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def prompt(text: str, **how: Any) -> str:
        asked.append({"text": text} | how)
        return "typed-by-one-hand"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", prompt)
    api.answer("PATCH", "/stations/CP-7", CP_7)

    assert command("stations", "password", "CP-7").code == Exit.DONE
    assert api.asked[0].body == {"password": "typed-by-one-hand"}
    assert asked[0]["hide_input"] and asked[0]["confirmation_prompt"]
    assert asked[0]["err"]


def test_details_of_problems_do_not_steer_a_terminal(
    api: Api, command: Command
) -> None:
    api.refuse("POST", "/stations/CP-7/adopt", 409, "no\x1b[2J\nand no")

    done = command("stations", "adopt", "CP-7")

    assert (done.code, done.err) == (Exit.NO, "no\\x1b[2J\nand no\n")
    assert json.loads(json.dumps(done.out)) == ""
