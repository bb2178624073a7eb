"""`ocpp-connector transactions`: over the API, and on the store itself."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from connector.cli import direct
from connector.cli.exits import Exit
from connector.settings.model import Settings
from connector.store import open_store
from connector.store.records import TransactionStart, TransactionStop
from connector.tests.cli.api import Api, Asked
from connector.tests.cli.conftest import Command

KEY = "01KFQ5T6V7W8X9Y0Z1A2B3C4D5"
ONE = {
    "key": KEY,
    "id": "17",
    "station": "CP-7",
    "where": "1",
    "token": "04A2B3C4",
    "start": "2026-01-31T12:00:00Z",
    "stop": None,
    "reason": None,
    "energy": 7400.0,
}
LINES = b"key,id\r\n%s,17\r\n" % KEY.encode()


def kept_in(folder: Path) -> str:
    """A store with two transactions; its URL."""

    async def fill(url: str) -> None:
        store = open_store(url)
        await store.open()
        for number, station in enumerate(("CP-7", "CP-8")):
            start = TransactionStart(station, "1", "card", 1_000 + number, 100.0)
            record = await store.start_transaction(start)
            stop = TransactionStop(5_000, 900.0, "Local")
            await store.stop_transaction(record.key, stop)
        await store.close()

    url = f"sqlite:///{folder / direct.FILE}"
    asyncio.run(fill(url))
    return url


def test_they_are_listed_as_they_are_asked_for(api: Api, command: Command) -> None:
    api.answer("GET", "/transactions", {"items": [ONE], "next": None})

    done = command(
        *("transactions", "list", "--station", "CP-7", "--token", "04A2B3C4"),
        *("--active", "--since", "2026-01-31"),
    )

    assert done.out.splitlines()[1].split() == [
        *(KEY, "CP-7", "1", "04A2B3C4", "2026-01-31", "12:00:00", "7.400")
    ]
    assert api.asked[0].query == {
        "limit": "101",
        "station": "CP-7",
        "token": "04A2B3C4",
        "active": "true",
        "since": "2026-01-31T00:00:00.000Z",
    }


def test_one_is_shown_and_closed(api: Api, command: Command) -> None:
    api.answer("GET", f"/transactions/{KEY}", ONE | {"samples": []})
    api.answer("POST", f"/transactions/{KEY}/close", ONE)

    assert command("transactions", "show", KEY, "--json").json["id"] == "17"
    assert command("transactions", "close", KEY).out == f"{KEY} is closed\n"


def test_csv_is_written_as_the_connector_gives_it(
    api: Api, command: Command, nowhere: Path
) -> None:
    api.answer("GET", "/transactions.csv", LINES)

    done = command("transactions", "export", "--output", "e.csv", "--closed")

    assert (nowhere / "e.csv").read_bytes() == LINES
    assert api.asked[0].query == {"active": "false"}
    assert (done.code, done.out) == (Exit.DONE, "e.csv is written\n")
    assert command("transactions", "export").out.encode() == LINES


def pages(asked: Asked) -> Any:
    last = asked.query.get("cursor")
    return {"items": [ONE | {"id": last or "1"}], "next": None if last else "2"}


@pytest.mark.parametrize("words", [["--format", "json"], ["--json"]])
def test_json_is_one_list_of_all_pages(
    api: Api, command: Command, words: list[str]
) -> None:
    api.answer("GET", "/transactions", pages)

    found = command("transactions", "export", *words).json

    assert [each["id"] for each in found] == ["1", "2"]


def test_csv_is_no_json(api: Api, command: Command) -> None:
    done = command("transactions", "export", "--json", "--format", "csv")

    assert (done.code, done.out, api.asked) == (Exit.USAGE, "", [])


def test_for_programs_a_file_is_told_of_in_json(
    api: Api, command: Command, nowhere: Path
) -> None:
    api.answer("GET", "/transactions.csv", LINES)

    done = command("transactions", "export", "--output", "e.csv", "--json")

    assert done.json == {"output": "e.csv", "format": "csv"}


def test_a_file_is_not_there_before_it_is_whole(
    api: Api, command: Command, nowhere: Path
) -> None:
    (nowhere / "e.csv").write_text("of yesterday")
    api.refuse("GET", "/transactions.csv", 503, "the store cannot do it now")

    done = command("transactions", "export", "--output", "e.csv")

    assert done.code == Exit.TROUBLE
    assert [path.name for path in nowhere.iterdir()] == ["e.csv"]
    assert (nowhere / "e.csv").read_text() == "of yesterday"


def test_a_file_that_cannot_be_written_is_named(api: Api, command: Command) -> None:
    done = command("transactions", "export", "--output", "gone/e.csv")

    assert (done.code, api.asked) == (Exit.USAGE, [])
    assert done.err == "gone/e.csv: No such file or directory\n"


def test_on_a_screen_an_export_steers_nothing(
    api: Api, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.answer("GET", "/transactions.csv", b"key\r\nCP\x1b[2J\xc3\xa4\r\n")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    done = command("transactions", "export")

    assert done.out == "key\nCP\\x1b[2J\xe4\n"


def test_the_folder_of_the_store_is_that_of_the_settings(nowhere: Path) -> None:
    place = direct.place_of(None, nowhere, False)

    assert place is not None
    assert place.url == Settings(data_dir=nowhere).database_url


@pytest.mark.parametrize("how", ["--store", "--data-dir", "--direct"])
def test_the_store_itself_is_exported(
    command: Command, nowhere: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    url = kept_in(nowhere)
    monkeypatch.setenv("STORE_URL", url)
    value = {"--store": [url], "--data-dir": [str(nowhere)], "--direct": []}[how]

    done = command("transactions", "export", how, *value)
    as_json = command("transactions", "export", how, *value, "--json")

    rows = list(csv.DictReader(done.out.splitlines()))
    assert [(row["station"], row["energy"]) for row in rows] == [
        ("CP-8", "800.0"),
        ("CP-7", "800.0"),
    ]
    assert [row["station"] for row in as_json.json] == ["CP-8", "CP-7"]


def test_the_store_is_asked_for_what_is_wanted(command: Command, nowhere: Path) -> None:
    url = kept_in(nowhere)
    more = ["--station", "CP-7", "--token", "CARD", "--since", "1970-01-01"]

    found = command("transactions", "export", "--store", url, "--json", *more).json

    assert [row["station"] for row in found] == ["CP-7"]
    none = command("transactions", "export", "--store", url, "--json", "--active")
    assert none.json == []


def test_a_store_that_is_not_there_is_not_made(command: Command, nowhere: Path) -> None:
    done = command("transactions", "export", "--data-dir", str(nowhere))

    assert done.code == Exit.TROUBLE
    assert "there is no such file" in done.err
    assert list(nowhere.iterdir()) == []


def test_two_stores_are_one_too_many(command: Command, nowhere: Path) -> None:
    done = command("transactions", "export", "--direct", "--data-dir", str(nowhere))

    assert (done.code, done.out) == (Exit.USAGE, "")


def test_the_password_of_a_store_is_not_shown(command: Command) -> None:
    done = command("transactions", "export", "--store", "mysql://u:hunter2@h/d")

    assert done.code == Exit.TROUBLE
    assert "hunter2" not in done.out + done.err
    assert json.dumps(done.out) == '""'
