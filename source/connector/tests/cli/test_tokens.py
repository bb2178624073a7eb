"""`ocpp-connector tokens`: what it asks for, and the files it reads."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.cli.exits import Exit
from connector.cli.problems import UsageProblem
from connector.cli.times import iso, time_after, time_before
from connector.cli.token_files import read_tokens
from connector.tests.cli.api import Api
from connector.tests.cli.conftest import Command

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
CARD = {
    "id": "04A2B3C4",
    "type": "any",
    "status": "Accepted",
    "note": "Ann",
    "source": "api",
}


def test_tokens_are_listed(api: Api, command: Command) -> None:
    api.answer("GET", "/tokens", {"items": [CARD], "next": None})

    done = command("tokens", "list", "--status", "Accepted", "--group", "G")

    row = ["04A2B3C4", "any", "Accepted", "Ann", "api"]
    assert done.out.splitlines()[1].split() == row
    asked = {"limit": "101", "status": "Accepted", "group": "G"}
    assert api.asked[0].query == asked
    assert command("tokens", "list", "--json").json == [CARD]


def test_a_token_is_shown_and_forgotten(api: Api, command: Command) -> None:
    api.answer("GET", "/tokens/any/04A2B3C4", CARD)
    api.answer("DELETE", "/tokens/ISO14443/04A2B3C4", None, 204)

    shown = command("tokens", "show", "04A2B3C4", "--json")
    gone = command("tokens", "delete", "04A2B3C4", "--type", "ISO14443")

    assert shown.json == CARD
    assert gone.out == "04A2B3C4 (ISO14443) is forgotten\n"


def test_a_token_is_set_with_what_is_said_of_it(api: Api, command: Command) -> None:
    api.answer("PUT", "/tokens/any/a%2Fb%20c", CARD, 201)

    done = command(
        *("tokens", "set", "a/b c", "--status", "Blocked", "--group", "G"),
        *("--expiry", "2026-12-31T23:59:59+01:00", "--max-active", "1"),
        *("--language", "de", "--note", "Ann"),
    )

    assert api.asked[0].body == {
        "status": "Blocked",
        "expiry": "2026-12-31T22:59:59.000Z",
        "group": "G",
        "note": "Ann",
        "language": "de",
        "max_active": 1,
    }
    assert done.out == "a/b c (any): Blocked\n"


def test_a_token_without_anything_else_is_accepted(api: Api, command: Command) -> None:
    api.answer("PUT", "/tokens/any/X", CARD)

    command("tokens", "set", "X")

    assert api.asked[0].body == {"status": "Accepted"}


@pytest.mark.parametrize(
    "words", [["X", "--expiry", "tomorrow"], ["X", "--max-active", "0"], [""]]
)
def test_what_does_not_fit_is_refused_before_anything_is_asked(
    api: Api, command: Command, words: list[str]
) -> None:
    done = command("tokens", "set", *words)

    assert (done.code, done.out, api.asked) == (Exit.USAGE, "", [])


CSV = "id,type,status,note,max_active\n04A2B3C4,,Blocked,'x,1\nB,ISO14443,,,\n"
WANTED = [
    {"id": "04A2B3C4", "type": "any", "status": "Blocked", "note": "'x"}
    | {"max_active": 1},
    {"id": "B", "type": "ISO14443", "status": "Accepted"},
]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", CSV),
        ("t.CSV", "\ufeff" + CSV.replace("\n", "\r\n")),
        ("t.csv", " id , type ,status,note,max_active\n" + CSV.partition("\n")[2]),
        (
            "t.json",
            '{"04A2B3C4": {"status": "Blocked", "note": "\'x", "max_active": 1},'
            ' "B": {"type": "ISO14443", "group": null}}',
        ),
        (
            "t.json",
            '[{"id": "04A2B3C4", "status": "Blocked", "note": "\'x", "max_active": 1},'
            ' {"id": "B", "type": "ISO14443"}]',
        ),
        (
            "t.yaml",
            '04A2B3C4: {status: Blocked, note: "\'x", max_active: 1}\n'
            "B: {type: ISO14443}\n",
        ),
    ],
)
def test_a_file_of_tokens_is_read(nowhere: Path, name: str, text: str) -> None:
    assert read_tokens(write(nowhere, name, text)) == WANTED


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("t.csv", "id,color\nA,red\n", "t.csv, line 2: no 'color', expected id, type"),
        ("t.csv", "id\nA,red\n", "t.csv, line 2: more fields than the first line has"),
        ("t.csv", "type\nany\n", "t.csv, line 2: id: expected an id token"),
        ("t.csv", 'id\n"A\n', "t.csv, line "),
        ("t.csv", "id,max_active\nA,many\n", "max_active is 'many', expected a whole"),
        ("t.csv", "id\nA\na\n", "the token 'a' (any) is twice"),
        ("t.json", "3", "t.json: expected an object by token, or a list"),
        ("t.json", "[3]", "t.json, item 1: expected an object"),
        ("t.json", '[{"id": 4}]', "t.json, item 1: id: expected an id token, as text"),
        ("t.json", '[{"id": "A", "type": 4}]', "item 1: type: expected a type of id"),
        ("t.json", '{"A": {"colour": 1}}', "t.json, token 'A': no 'colour'"),
        ("t.json", "{", "t.json: no JSON: "),
        ("t.yaml", "A: [", "t.yaml: expected "),
        ("gone.csv", None, "gone.csv: No such file"),
    ],
)
def test_a_file_that_is_none_is_refused_before_anything_is_asked(
    api: Api,
    command: Command,
    nowhere: Path,
    name: str,
    text: str | None,
    told: str,
) -> None:
    if text is not None:
        write(nowhere, name, text)

    done = command("tokens", "import", name)

    assert (done.code, done.out, api.asked) == (Exit.USAGE, "", [])
    assert told in done.err


@given(st.text(max_size=200))
def test_any_text_is_a_file_of_tokens_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))

    try:
        found = read_tokens(path)
    except UsageProblem:
        return
    assert all(entry["id"] for entry in found)


def test_every_token_of_a_file_is_registered(
    api: Api, command: Command, nowhere: Path
) -> None:
    write(nowhere, "t.csv", CSV)
    api.answer("PUT", "/tokens/any/04A2B3C4", CARD)
    api.answer("PUT", "/tokens/ISO14443/B", CARD, 201)

    done = command("tokens", "import", "t.csv")

    bodies = [asked.body for asked in api.asked]
    assert bodies[0] == {"status": "Blocked", "note": "'x", "max_active": 1}
    assert bodies[1] == {"status": "Accepted"}
    assert (done.code, done.out) == (Exit.DONE, "2 of 2 tokens are registered\n")


def test_one_that_is_refused_keeps_none_of_the_others(
    api: Api, command: Command, nowhere: Path
) -> None:
    write(nowhere, "t.csv", CSV)
    api.refuse("PUT", "/tokens/any/04A2B3C4", 409, "TOKENS says something else")
    api.answer("PUT", "/tokens/ISO14443/B", CARD)

    done = command("tokens", "import", "t.csv", "--json")

    refused = [{"id": "04A2B3C4", "detail": "TOKENS says something else"}]
    assert (done.code, done.json) == (Exit.NO, {"registered": 1, "refused": refused})


def test_a_connector_in_trouble_ends_an_import(
    api: Api, command: Command, nowhere: Path
) -> None:
    write(nowhere, "t.csv", CSV)
    api.refuse("PUT", "/tokens/any/04A2B3C4", 503, "the store cannot do it now")

    done = command("tokens", "import", "t.csv")

    assert (done.code, len(api.asked)) == (Exit.TROUBLE, 1)


WRONG = [
    ("id,status\nA,Maybe\n", "line 2: status is 'Maybe', expected "),
    ("id,expiry\nA,tomorrow\n", "line 2: expiry is 'tomorrow', expected a time with"),
    ("id,expiry\nA,2026-12-31T23:59:59\n", "line 2: expiry is "),
    ("id,max_active\nA,0\n", "line 2: max_active is 0, expected "),
    ("id,language\nA,German!\n", "line 2: language is 'German!', expected a language"),
    ("id,type\nA,no such type\n", "line 2: type is 'no such type', expected any, "),
    (f"id\n{'A' * 256}\n", "line 2: id is 'AAA"),
    (f"id,note\nA,{'n' * 1001}\n", "line 2: note is "),
    ("id\nA\x07\n", "line 2: id is "),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_a_dry_run_refuses_what_the_connector_would(
    api: Api, command: Command, nowhere: Path, text: str, told: str
) -> None:
    write(nowhere, "t.csv", text)

    done = command("tokens", "import", "t.csv", "--dry-run")

    assert (done.code, done.out, api.asked) == (Exit.USAGE, "", [])
    assert f"t.csv, {told}" in done.err


def test_each_wrong_row_is_named(api: Api, command: Command, nowhere: Path) -> None:
    rows = [
        "id,status,max_active",
        "A,Maybe,",
        "B,Blocked,",
        "C,,x",
        "b,,",
        ",,1",
        "D,,,,",
    ]
    write(nowhere, "t.csv", "\n".join(rows))

    done = command("tokens", "import", "t.csv", "--dry-run", "--json")

    assert (done.code, done.out, api.asked) == (Exit.USAGE, "", [])
    lines = done.err.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"t.csv, line {number}" for number in (2, 4, 5, 6, 7)
    ]


def test_a_dry_run_asks_nobody(
    command: Command, nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b'{"A": {}}'))
    monkeypatch.setattr("sys.stdin", stdin)

    done = command("tokens", "import", "-", "--dry-run", "--json")

    assert done.json == [{"id": "A", "type": "any", "status": "Accepted"}]


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("7d", "2026-01-24T12:00:00.000Z", "2026-02-07T12:00:00.000Z"),
        ("90 m", "2026-01-31T10:30:00.000Z", "2026-01-31T13:30:00.000Z"),
        ("2026-01-02", "2026-01-02T00:00:00.000Z", "2026-01-02T00:00:00.000Z"),
        ("2026-01-02T03:04", "2026-01-02T03:04:00.000Z", "2026-01-02T03:04:00.000Z"),
        *(
            (text, "2026-01-02T01:04:05.000Z", "2026-01-02T01:04:05.000Z")
            for text in ("2026-01-02T01:04:05Z", "2026-01-02T03:04:05+02:00")
        ),
    ],
)
def test_times_are_read(text: str, before: str, after: str) -> None:
    assert iso(time_before(text, NOW)) == before
    assert iso(time_after(text, NOW)) == after


@pytest.mark.parametrize(
    "text", ["", "yesterday", "-7d", "7y", "2026-13-01", "999999w", "0001-01-01T00+9"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="is no time, expected a time such as"):
        time_before(text, NOW)


def seen(**more: Any) -> dict[str, Any]:
    return {"id": "X\x07", "type": "any", "station": "CP-7", "times": 3} | more


def test_tokens_that_were_seen_are_listed(api: Api, command: Command) -> None:
    item = seen(where="1", last="2026-01-31T12:00:00Z")
    api.answer("GET", "/tokens/seen", {"items": [item], "next": None})

    assert command("tokens", "seen").out.splitlines()[1].split() == [
        *("X\\x07", "any", "CP-7", "1", "3", "2026-01-31", "12:00:00")
    ]
