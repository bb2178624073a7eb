"""A central system behind real sockets, plain and with TLS, at the time that it is."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from connector.csms.central_system import CentralSystem, LinkOptions
from connector.csms.clock import SystemClock
from connector.csms.facts import Facts
from connector.csms.options import CsmsOptions, FileOptions, StationOptions
from connector.security.server_tls import ServerTls, TlsFiles
from connector.sessions.websocket_server import ServerOptions, WebSocketServer
from connector.tests.authority import Authority
from connector.tests.csms.memory_store import MemoryStore

NAME = "CP-7"
SECRET = "correct horse battery"


def basic(password: str | bytes, user: str | bytes = NAME) -> dict[str, str]:
    """The header with these credentials."""
    name = user.encode() if isinstance(user, str) else user
    secret = password.encode() if isinstance(password, str) else password
    return {"Authorization": "Basic " + base64.b64encode(name + b":" + secret).decode()}


class Doorway:
    """What stations find, and what they are told."""

    def __init__(
        self,
        ca: Authority,
        store: MemoryStore,
        *,
        server: dict[str, Any],
        links: dict[str, Any],
        with_crl: bool,
        **options: Any,
    ) -> None:
        self.ca = ca
        self.facts: list[Facts] = []
        options.setdefault("files", FileOptions(data_dir=ca.folder / "data"))
        options.setdefault("stations", {NAME: StationOptions()})
        self.central = CentralSystem(
            CsmsOptions(**options),
            store,
            SystemClock(),
            self.facts.append,
            LinkOptions(**{"max_frames_per_s": 0} | links),
        )
        crl = ca.revoke() if with_crl else None
        self.tls = ServerTls(
            TlsFiles((ca.issue_server(file="server.pem"),), (None,), ca.file, crl)
        )
        self.server = WebSocketServer(
            ServerOptions(host="127.0.0.1", **{"port": 0, "tls_port": 0} | server),
            self.central.gate,
            self.central.serve,
            self.central.pinned,
            lambda: self.tls.context,
            self.central.refusals,
        )
        self.tls.on_reload = lambda: self.central.end_revoked(self.tls.is_revoked)

    def dial(
        self,
        path: str = f"/{NAME}",
        headers: dict[str, str] | None = None,
        *,
        tls: bool = False,
        own: Path | None = None,
    ) -> Any:
        """A station that connects; ``own`` is its certificate."""
        port = self.server.tls_port if tls else self.server.port
        more: dict[str, Any] = {"ssl": self.ca.client(own)} if tls else {}
        return connect(
            f"{'wss' if tls else 'ws'}://localhost:{port}{path}",
            host="127.0.0.1",
            subprotocols=["ocpp1.6"],  # type: ignore[list-item]
            additional_headers=headers,
            proxy=None,
            close_timeout=1,
            **more,
        )

    async def lets_in(self, *args: Any, **kwargs: Any) -> int:
        """The security profile that it has then, as it is told."""
        async with self.dial(*args, **kwargs) as station:
            # An answer: what is told of it was told before.
            await station.send('[2,"1","Heartbeat",{}]')
            assert str(await station.recv()).startswith("[")
            return int(self.told("security_profile"))

    async def refuses(self, *args: Any, **kwargs: Any) -> tuple[int, str]:
        """The status, and the word under which it was counted."""
        before = self.central.refusals.counts.copy()
        with pytest.raises(InvalidStatus) as caught:
            async with self.dial(*args, **kwargs):
                pass
        [reason] = (self.central.refusals.counts - before).elements()
        return caught.value.response.status_code, reason

    def told(self, name: str) -> Any:
        """The newest value of a datum of the station as a whole."""
        for facts in reversed(self.facts):
            for datum, value in facts.values.items():
                if (datum.where, datum.name) == ("0", name):
                    return value
        raise AssertionError(name)

    @property
    def counts(self) -> dict[str, int]:
        return dict(self.central.refusals.counts)


@asynccontextmanager
async def doorway(
    folder: Path,
    *,
    store: MemoryStore | None = None,
    server: dict[str, Any] | None = None,
    links: dict[str, Any] | None = None,
    with_crl: bool = False,
    **options: Any,
) -> AsyncIterator[Doorway]:
    """One that is open."""
    found = Doorway(
        Authority(folder / "ca"),
        store or MemoryStore(),
        server=server or {},
        links=links or {},
        with_crl=with_crl,
        **options,
    )
    async with contextlib.AsyncExitStack() as stack:
        await found.central.start()
        stack.push_async_callback(found.central.stop)
        await found.tls.start()
        stack.push_async_callback(found.tls.stop)
        await found.server.start()
        stack.push_async_callback(found.server.stop)
        yield found


THIS_MACHINE = (ip_network("127.0.0.0/8"),)
