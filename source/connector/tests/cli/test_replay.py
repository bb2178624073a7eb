"""`ocpp-connector replay`: what it prints, and how it ends."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from connector.cli import app

HEADER = {
    "format": 1,
    "station": "CP 7",
    "started": "2026-01-31T12:00:00Z",
    "subprotocol": "ocpp1.6",
}
LINES = [
    {"t": 0, "from": "station", "frame": [2, "a", "Authorize", {"idTag": "token-1"}]},
    {"t": 0, "from": "csms", "frame": [3, "a", {"idTagInfo": {"status": "Accepted"}}]},
]


class Server:
    """Answers every call alike, in a thread of its own."""

    def __init__(self, *answer: Any) -> None:
        self.answer = answer
        self.paths: list[str] = []
        self.subprotocols: list[str | None] = []
        self.port = 0

    async def handle(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.paths.append(connection.request.path)
        self.subprotocols.append(connection.subprotocol)
        async for text in connection:
            parts = json.loads(text)
            kind, *rest = self.answer
            await connection.send(json.dumps([kind, parts[1], *rest]))

    async def run(self, ready: threading.Event, done: asyncio.Event) -> None:
        async with serve(
            self.handle,
            "127.0.0.1",
            0,
            select_subprotocol=lambda _, offered: offered[0] if offered else None,
        ) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            ready.set()
            await done.wait()


@contextmanager
def serving(*answer: Any) -> Iterator[Server]:
    server, ready = Server(*answer), threading.Event()
    loop, done = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(server.run(ready, done))
    )
    thread.start()
    try:
        assert ready.wait(10)
        yield server
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "recorded.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in (HEADER, *LINES)) + "\n")
    return path


def test_all_as_recorded_ends_with_0(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(3, {"idTagInfo": {"status": "Accepted"}}) as server:
        url = f"ws://127.0.0.1:{server.port}/any"
        assert app.main(["replay", str(file), "--url", url]) == 0
    assert server.paths == ["/any/CP%207"]
    assert server.subprotocols == ["ocpp1.6"]
    assert capsys.readouterr().out.startswith("1 calls, 0 refused")


def test_another_identity_and_speed_are_used(file: Path) -> None:
    with serving(3, {}) as server:
        url = f"ws://127.0.0.1:{server.port}/"
        more = ["--identity", "copy", "--speed", "100"]
        assert app.main(["replay", str(file), "--url", url, *more]) == 0
    assert server.paths == ["/copy"]


def test_a_station_that_offered_no_subprotocol_offers_none(file: Path) -> None:
    file.write_text(file.read_text().replace('"ocpp1.6"', "null"))
    with serving(3, {}) as server:
        url = f"ws://127.0.0.1:{server.port}"
        assert app.main(["replay", str(file), "--url", url]) == 0
    assert server.subprotocols == [None]


def test_what_differs_is_printed_and_an_error_ends_with_1(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(4, "InternalError", "", {}) as server:
        url = f"ws://127.0.0.1:{server.port}"
        assert app.main(["replay", str(file), "--url", url]) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        "line 2: Authorize: CALLERROR InternalError, was CALLRESULT"
    )


def test_nobody_at_the_url_ends_with_1(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.main(["replay", str(file), "--url", "ws://127.0.0.1:1"]) == 1
    assert capsys.readouterr().err.startswith("ws://127.0.0.1:1: ")


def test_a_file_that_is_none_ends_with_2(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("{}\n")
    assert app.main(["replay", str(file)]) == 2
    assert "recorded.jsonl, line 1: format is None" in capsys.readouterr().err


@pytest.mark.parametrize("speed", ["-1", "fast", "inf", "nan"])
def test_what_is_no_speed_is_refused(file: Path, speed: str) -> None:
    assert app.main(["replay", str(file), "--speed", speed]) == 2


def test_the_result_is_there_for_programs(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(4, "InternalError", "", {}) as server:
        url = f"ws://127.0.0.1:{server.port}"
        assert app.main(["replay", str(file), "--url", url, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["good"] is False
    assert found["report"][0].startswith("line 2: Authorize")
