"""`watch`: what is told, and how."""

from __future__ import annotations

import io
import json
import os
import termios
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from rich.console import Console

from connector.cli import watch
from connector.cli.board import Board, line_of
from connector.cli.board_view import row, screen
from connector.cli.event_stream import events_of
from connector.cli.exits import Exit
from connector.cli.problems import CommandFailed
from connector.tests.cli.api import Api
from connector.tests.cli.conftest import Command
from connector.tests.cli.test_station import PROGRAM
from connector.tests.cli.test_station_view import Screen

Json = dict[str, Any]
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
CP: Json = {
    "station": "CP-7",
    "name": None,
    "registration": "Accepted",
    "connected": True,
    "protocol": "ocpp1.6",
    "last_seen": "2026-01-31T11:00:00Z",
    "limit": None,
    "connectors": [
        {"where": "1", "status": "Charging", "limit": {"power_limit": 11e3}}
    ],
}
STARTED = {
    "station": "CP-7",
    "where": "1",
    "key": "k",
    "id": "5",
    "token": "04A2",
    "start": "2026-01-31T12:00:00Z",
    "stop": None,
}
OUTCOME = {
    "station": "CP-7",
    "where": "1",
    "command": "power_limit",
    "action": None,
    "value": 11000,
    "stage": "rejected",
    "outcome": {"detail": "Rejected"},
}


def sse(*events: tuple[str, Any]) -> bytes:
    parts = [f"event: {kind}\ndata: {json.dumps(data)}\n\n" for kind, data in events]
    return ": nothing\n\n".join(parts).encode()


@pytest.fixture
def told(api: Api) -> Api:
    api.answer("GET", "/stations", {"items": [CP], "next": None})
    happened = sse(
        ("hello", {}),
        ("station", CP | {"connected": False}),
        ("transaction", STARTED),
        ("outcome", OUTCOME),
    )
    api.answer("GET", "/events", happened)
    api.answer("GET", "/datapoints", {"items": [power(7200.0)], "next": None})
    return api


# -- lines


def test_in_a_pipe_every_event_is_a_line(told: Api, command: Command) -> None:
    done = command("watch", "--events", "4")

    assert done.code == Exit.DONE
    assert done.out.splitlines() == [
        "CP-7: ocpp1.6, Accepted, 1: Charging",
        "CP-7: not connected, Accepted, 1: Charging",
        "CP-7: 1: transaction 5 of 04A2 runs since 2026-01-31T12:00:00Z",
        "CP-7: 1: power_limit 11000: rejected (Rejected)",
    ]


def test_with_json_every_line_is_an_object(told: Api, command: Command) -> None:
    done = command("watch", "--json", "--events", "4")

    found = [json.loads(line) for line in done.out.splitlines()]
    assert [each["event"] for each in found] == [
        *("station", "station", "transaction", "outcome")
    ]
    assert found[1]["connected"] is False


def test_values_and_stations_are_asked_for(told: Api, command: Command) -> None:
    command("watch", "CP-7", "--values", "--events", "1")

    [asked] = [each for each in told.asked if each.path.endswith("/events")]
    assert asked.query["station"] == "CP-7"
    assert asked.query["types"].endswith(",datapoint")


def test_a_connector_that_comes_back_is_followed_again(
    told: Api, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_AGAIN_AFTER_S", 0.0)

    done = command("watch", "--events", "6")

    assert (done.code, len(done.out.splitlines())) == (Exit.DONE, 6)
    assert "it is waited for" in done.err


def test_where_nobody_answers_from_the_start_it_ends(command: Command) -> None:
    done = command("watch", "--events", "1", "--url", "http://127.0.0.1:1")

    assert done.code == Exit.UNREACHABLE


def test_an_unknown_station_ends_it(api: Api, command: Command) -> None:
    api.refuse("GET", "/events", 404, "there is none")

    assert command("watch", "X", "--events", "1").code == Exit.NOT_FOUND


def test_what_stations_call_themselves_stays_in_a_line(
    api: Api, command: Command
) -> None:
    odd = CP | {"station": "CP\n\x1b[2J"}
    api.answer("GET", "/stations", {"items": [odd], "next": None})
    api.answer("GET", "/events", sse(("hello", {})))

    done = command("watch", "--events", "1")

    assert done.out == "CP\\n\\x1b[2J: ocpp1.6, Accepted, 1: Charging\n"


# -- the stream


def in_bits(data: bytes) -> Iterator[bytes]:
    return (data[place : place + 1] for place in range(len(data)))


def test_events_are_put_together_whatever_the_parts() -> None:
    data = b": hello\r\n\r\nevent: a\r\nid: 1\r\ndata: {\r\ndata: }\r\n\r\n"

    assert list(events_of(in_bits(data))) == [("a", {})]


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(CommandFailed, match="no events"):
        list(events_of([b"data: x\n\n"]))


# -- the table


def drawn(board: Board, height: int = 12, width: int = 100) -> str:
    paper = Console(file=io.StringIO(), width=width)
    paper.print(screen(board, width, height))
    assert isinstance(paper.file, io.StringIO)
    return paper.file.getvalue()


def power(value: float | None, where: str = "1") -> Json:
    name = "Power.Active.Import"
    return {"station": "CP-7", "where": where, "name": name, "value": value}


def test_the_table_follows_what_happens() -> None:
    board = Board()
    board.begin([CP])
    board.take("datapoint", power(7400.0))
    board.take("outcome", OUTCOME)

    text = drawn(board)

    assert "7400" in text
    assert "11000" in text
    assert "1 of 1 connected, 7400 W" in text
    assert "power_limit 11000: rejected" in text

    board.take("station", CP | {"connected": False})
    assert "0 of 1 connected; q ends" in drawn(board)
    board.take("station", {"station": "CP-7", "removed": True})
    assert "0 of 0 connected" in drawn(board)


def test_the_power_of_connectors_is_not_counted_twice() -> None:
    board = Board()
    board.begin([CP])
    for where, value in (("0", 9.0), ("1", 4.0), ("2", 5.0)):
        board.take("datapoint", power(value, where))

    assert board.power_w(CP) == 9.0
    assert board.power_w(CP | {"connected": False}) is None


def test_who_is_away_shows_since_when() -> None:
    cells, style = row(Board(), CP | {"connected": False}, NOW)

    assert (cells[2], cells[-1], style) == ("not connected", "1 h ago", "dim")


def test_more_stations_than_lines_are_counted() -> None:
    board = Board()
    board.begin([CP | {"station": f"CP-{number:03}"} for number in range(50)])

    text = drawn(board)

    assert "and 42 more" in text
    assert len(text.splitlines()) <= 12


def test_a_small_window_shows_stations_before_what_happened() -> None:
    board = Board()
    board.begin([CP | {"station": f"CP-{number}"} for number in range(3)])
    board.lost("gone")

    lines = drawn(board, height=8, width=45).splitlines()

    assert [line.split()[0] for line in lines[1:4]] == ["CP-0", "CP-1", "CP-2"]
    assert "NAME" not in lines[0]
    assert "gone" in lines[5]


def test_who_waits_is_named_with_what_lets_him_in() -> None:
    board = Board()
    board.begin([CP | {"registration": "Pending"}])

    assert "`stations adopt CP-7` lets it in" in drawn(board)


def test_what_is_known_of_a_connector_that_is_away_is_called_so() -> None:
    board = Board(lambda: NOW)
    board.begin([CP])
    board.lost("it is waited for: gone")
    away = drawn(board)
    board.begin([CP])

    assert "no connector; it was: 1 of 1 connected" in away
    assert "12:00:00 it is waited for: gone" in away
    assert "12:00:00 the connector answers again" in drawn(board)
    assert "no connector" not in drawn(board)


def test_that_a_connector_is_away_is_said_once(
    told: Api, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_AGAIN_AFTER_S", 0.0)
    told.answer("GET", "/events", b": nothing\n\n")
    tries = count()

    def enough(*_: Any) -> bool:
        if next(tries) == 5:
            raise KeyboardInterrupt
        return False

    monkeypatch.setattr("threading.Event.wait", enough)
    done = command("watch", "--values")

    assert done.err.count("it is waited for") == 1


def test_q_ends_it_and_leaves_the_terminal_as_it_was(told: Api) -> None:
    told.answer("GET", "/events", sse(("hello", {})))
    terminal = Screen(program=[*PROGRAM[:-1], "watch", "--url", told.url])
    terminal.until("7200 W")
    terminal.type("xyz")
    terminal.until("CP-7")
    is_shown = b"xyz" in terminal.shown
    terminal.type("q")
    code, after = terminal.ended(), termios.tcgetattr(terminal.other)
    os.close(terminal.own)
    os.close(terminal.other)

    assert (code, is_shown) == (Exit.DONE, False)
    assert after == terminal.before


def test_names_are_no_markup_and_no_escapes() -> None:
    board = Board()
    board.begin([CP | {"name": "[red]x\x1b[2J"}])

    assert "[red]x\\x1b[2J" in drawn(board)


def test_an_event_of_an_unknown_kind_is_shown_as_it_is() -> None:
    assert line_of("new", {"station": "CP"}) == 'CP: {"station": "CP"}'
