"""Answers of the API, and all that can go wrong with them, as exit codes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connector.cli.client import path_of
from connector.cli.exits import MEANINGS, Exit
from connector.tests.cli.api import Api, Asked
from connector.tests.cli.conftest import TOKEN, Command

STATION = {"station": "CP-7", "registration": "Accepted", "connected": True}


@contextmanager
def saying(answer: bytes) -> Iterator[str]:
    """Something that is no connector; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def test_every_exit_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Exit)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, Exit.USAGE),
        (401, Exit.UNAUTHORIZED),
        (403, Exit.UNAUTHORIZED),
        (404, Exit.NOT_FOUND),
        (409, Exit.NO),
        (413, Exit.USAGE),
        (422, Exit.USAGE),
        (429, Exit.TROUBLE),
        (500, Exit.TROUBLE),
        (503, Exit.TROUBLE),
    ],
)
def test_a_problem_is_told_and_has_its_code(
    api: Api, command: Command, status: int, code: Exit
) -> None:
    api.refuse("GET", "/stations/CP-7", status, "what to do about it")

    done = command("stations", "show", "CP-7", "--json")

    assert done.code == code
    assert done.out == ""
    assert done.err.startswith("what to do about it")


def test_nobody_there_ends_with_3(command: Command) -> None:
    done = command("stations", "list", "--url", "http://127.0.0.1:1")

    assert done.code == Exit.UNREACHABLE
    assert done.err.startswith("http://127.0.0.1:1: no connection")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<p>hi", "is no JSON"),
        (b"HTTP/1.1 502 Bad\r\nContent-Length: 2\r\n\r\n{}", "no OCPP connector"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n[]", "no OCPP connector"),
        (b"HTTP/1.1 302 Go\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "but at /x"),
        (b"SSH-2.0-OpenSSH\r\n", "127.0.0.1"),
        (b"", "127.0.0.1"),
    ],
)
def test_what_is_no_connector_is_told_with_3(
    command: Command, answer: bytes, told: str
) -> None:
    with saying(answer) as url:
        done = command("stations", "show", "CP-7", "--url", url)

    assert done.code == Exit.UNREACHABLE
    assert told in done.err
    assert "Traceback" not in done.err


def test_a_missing_token_says_where_it_was_looked_for(
    api: Api, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("API_TOKEN")

    done = command("stations", "list")

    assert done.code == Exit.UNAUTHORIZED
    assert "API_TOKEN is not set" in done.err


def test_the_token_of_a_file_is_used_and_never_shown(
    api: Api, command: Command, nowhere: Path
) -> None:
    (nowhere / "token").write_text(TOKEN)
    (nowhere / "wrong").write_text("wrong-token")
    api.answer("GET", "/stations/CP-7", STATION)

    right = command("stations", "show", "CP-7", "--token-file", "token")
    wrong = command("stations", "show", "CP-7", "--token-file", "wrong")

    assert (right.code, wrong.code) == (Exit.DONE, Exit.UNAUTHORIZED)
    assert TOKEN not in right.out + right.err
    assert "wrong-token" not in wrong.out + wrong.err


def pages(asked: Asked) -> Any:
    first = int(asked.query.get("cursor", 0))
    last = min(first + int(asked.query["limit"]), 2500)
    items = [{"station": f"CP-{number}"} for number in range(first, last)]
    return {"items": items, "next": str(last) if last < 2500 else None}


@pytest.mark.parametrize(("limit", "count"), [("0", 2500), ("3", 3), ("1500", 1500)])
def test_pages_are_turned_for_people(
    api: Api, command: Command, limit: str, count: int
) -> None:
    api.answer("GET", "/stations", pages)

    done = command("stations", "list", "--limit", limit, "--json")

    assert [each["station"] for each in done.json] == [f"CP-{n}" for n in range(count)]


def test_a_list_that_was_cut_says_so_on_stderr(api: Api, command: Command) -> None:
    api.answer("GET", "/stations", pages)

    done = command("stations", "list")

    assert len(done.out.splitlines()) == 101
    assert done.err == "the first 100; --limit 0 shows all\n"


@pytest.mark.parametrize(
    ("identity", "path"),
    [
        ("CP 7", "/stations/CP%207"),
        ("a/b", "/stations/a%2Fb"),
        ("..", "/stations/%2E%2E"),
        ("?#%", "/stations/%3F%23%25"),
        ("Wände", "/stations/W%C3%A4nde"),
    ],
)
def test_an_identity_is_one_segment_whatever_is_in_it(
    api: Api, command: Command, identity: str, path: str
) -> None:
    api.answer("GET", path, STATION)

    assert command("stations", "show", identity).code == Exit.DONE
    assert path_of("stations", identity) == f"/api/v1{path}"


def test_a_proxy_of_the_environment_is_no_way_to_this_machine(
    api: Api, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    api.answer("GET", "/stations/CP-7", STATION)

    assert command("stations", "show", "CP-7").code == Exit.DONE
