"""A server that answers what it is told to, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = Any


class Asked:
    """A request as it came."""

    def __init__(self, method: str, target: str, body: Json) -> None:
        self.method = method
        self.path = urlsplit(target).path
        self.query = dict(parse_qsl(urlsplit(target).query))
        self.body = body


class Api(ThreadingHTTPServer):
    """Answers by method and path; what has no answer is a 404."""

    daemon_threads = True

    def __init__(self, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token = token
        self.answers: dict[tuple[str, str], tuple[int, Json]] = {}
        self.asked: list[Asked] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, method: str, path: str, body: Json, status: int = 200) -> None:
        """What to say from now on."""
        self.answers[method, f"/api/v1{path}"] = (status, body)

    def refuse(self, method: str, path: str, status: int, detail: str) -> None:
        """Answer with a problem."""
        self.answer(method, path, {"status": status, "detail": detail}, status)

    def __enter__(self) -> Api:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join(10)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Api

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nowhere: the tests look at what was asked."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        data = self.rfile.read(length)
        asked = Asked(self.command, self.path, json.loads(data) if data else None)
        self.server.asked.append(asked)
        status, body = self._found(asked)
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(sent) if status != 204 else 0))
        # Whoever was interrupted does not wait for it.
        with contextlib.suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(sent if status != 204 else b"")

    def _found(self, asked: Asked) -> tuple[int, Json]:
        if self.headers.get("Authorization") != f"Bearer {self.server.token}":
            return 401, {"status": 401, "detail": "the API's token is needed"}
        found = self.server.answers.get((asked.method, asked.path))
        if found is None:
            return 404, {"status": 404, "detail": f"nobody knows {asked.path}"}
        status, body = found
        if callable(body):
            return status, body(asked)
        return status, body

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _answer
