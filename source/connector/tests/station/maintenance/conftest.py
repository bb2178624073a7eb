"""A station on a bench with maintenance, and HTTP servers that misbehave."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from connector.sessions.handlers import Answer
from connector.station.core.events import Reported
from connector.station.device_model import DeviceModel
from connector.station.maintenance import (
    HANDLERS_2,
    HANDLERS_16,
    Maintenance,
    MaintenanceOptions,
)
from connector.tests.station.core.bench import Bench


class QuickClock:
    """Time passes whenever somebody waits for it, and only then."""

    def __init__(self) -> None:
        # Certificates of tests are valid now.
        self.time_ms = float(int(datetime.now(UTC).timestamp() * 1000))
        self.waited: list[float] = []
        self.is_stopped = False

    def now_ms(self) -> int:
        return int(self.time_ms)

    def monotonic(self) -> float:
        return self.time_ms / 1000

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> Any:
        loop = asyncio.get_running_loop()
        if self.is_stopped:
            return loop.call_later(3600, callback)
        self.waited.append(delay_s)

        def fire() -> None:
            self.time_ms += delay_s * 1000
            callback()

        return loop.call_soon(fire)


class Server(ThreadingHTTPServer):
    """Answers by path; ``content`` is what `/fw-*` gives."""

    daemon_threads = True
    content = b"firmware" * 1000

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str]] = []
        self.taken: dict[str, bytes] = {}
        self.released = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave are no errors of a test."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.server.asked.append(("GET", self.path))
        path = self.path.partition("?")[0]
        if path.startswith("/fw"):
            self.give(self.server.content)
        elif path == "/short":
            self.give(self.server.content[:100], length=len(self.server.content))
        elif path == "/endless":
            self.endless()
        elif path == "/hangs":
            self.server.released.wait(20)
            self.give(self.server.content)
        elif path == "/moved":
            self.move("/fw-2.0.0.bin")
        elif path == "/circle":
            self.move("/circle")
        elif path == "/second-time":
            tries = [each for _, each in self.server.asked].count(self.path)
            self.give(self.server.content) if tries > 1 else self.refuse(503)
        elif path == "/denied":
            self.refuse(403)
        else:
            self.refuse(404)

    def do_PUT(self) -> None:
        self.server.asked.append((self.command, self.path))
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        statuses = {"/denied": 403, "/bad": 400, "/full": 507}
        if self.path == "/only-post" and self.command == "PUT":
            self.refuse(405)
        elif self.path in statuses:
            self.refuse(statuses[self.path])
        elif self.path == "/hangs":
            self.server.released.wait(20)
            self.refuse(200)
        elif self.path == "/moved":
            self.move("/kept")
        else:
            self.server.taken[self.path] = body
            self.refuse(200)

    do_POST = do_PUT

    def give(self, content: bytes, *, length: int | None = None) -> None:
        self.send_response(200)
        self.send_header("content-length", str(length or len(content)))
        self.end_headers()
        self.wfile.write(content)

    def endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(10_000):
                self.wfile.write(b"x" * 65_536)
        except OSError:
            self.close_connection = True

    def move(self, where: str) -> None:
        self.send_response(307)
        self.send_header("location", where)
        self.send_header("content-length", "0")
        self.end_headers()

    def refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield found
        found.released.set()
        found.shutdown()
        thread.join()


class Yard:
    """One station with its maintenance."""

    def __init__(self, folder: Path | None, **options: Any) -> None:
        self.bench = Bench(2)
        self.clock = QuickClock()
        self.bench.now_ms = self.clock.now_ms()
        self.folder = folder
        self.values = DeviceModel(self.bench.core.model, folder)
        self.reboots: list[str] = []
        self.boots_at_once = True
        self.maintenance = Maintenance(
            self.bench.core,
            self.values,
            self.clock,
            folder,
            reboot=self.reboot,
            options=MaintenanceOptions(**options),
        )

    def reboot(self, reason: str) -> None:
        self.reboots.append(reason)
        if self.boots_at_once:
            asyncio.get_running_loop().call_soon(self.maintenance.booted)

    def ask(self, version: str, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        handlers = HANDLERS_16 if version == "1.6" else HANDLERS_2
        response = handlers[action](self.maintenance, payload)
        if isinstance(response, Answer):
            response.after()
            return response.payload
        return response

    def told(self, action: str) -> list[dict[str, Any]]:
        events = [e for e in self.bench.told() if isinstance(e, Reported)]
        return [dict(e.details) for e in events if e.action == action]

    def statuses(self, action: str) -> list[str]:
        return [each["status"] for each in self.told(action)]


@pytest.fixture
async def yard(tmp_path: Path) -> Any:
    found = Yard(tmp_path)
    yield found
    await found.maintenance.stop()
