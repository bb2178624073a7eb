"""The ports that stations connect to, and the TLS of one of them."""

from __future__ import annotations

import errno
import logging
import ssl

from connector.csms.central_system import CentralSystem
from connector.errors import CertificateError, SettingsError
from connector.security.own_list import with_own_list
from connector.security.server_tls import ServerTls
from connector.sessions.recorder import Serve
from connector.sessions.websocket_server import WebSocketServer
from connector.settings.model import Settings

logger = logging.getLogger(__name__)

_UNSECURED = (
    "stations may connect to port %d without encryption, and those without a password "
    "without any (security profile 0): whoever reaches it can pose as one of them; "
    "MIN_SECURITY_PROFILE and docs/how-to/security.md say how to close it"
)


class StationPorts:
    """Listens for stations, and hands them to the central system."""

    def __init__(
        self, settings: Settings, central_system: CentralSystem, serve: Serve
    ) -> None:
        self._settings = settings
        self._central_system = central_system
        self.tls = self._make_tls()
        """With the days that its files have left; None: there is no TLS."""
        self._websocket = WebSocketServer(
            settings.server,
            central_system.gate,
            serve,
            central_system.pinned,
            self._tls_context if self.tls is not None else None,
            central_system.refusals,
        )

    def _make_tls(self) -> ServerTls | None:
        files = self._settings.tls_files
        authority = self._central_system.blocks.pki.authority
        if files is None:
            return None
        return ServerTls(files, lambda given: with_own_list(given, authority))

    def _tls_context(self) -> ssl.SSLContext:
        assert self.tls is not None  # noqa: S101
        return self.tls.context

    @property
    def served(self) -> tuple[int, int]:
        """The plain port and that with TLS; 0: there is none."""
        return self._websocket.port, self._websocket.tls_port

    async def start(self) -> None:
        """Listen.

        Raises:
            SettingsError: an address or a file cannot be used as it is set.
        """
        try:
            await self._start_tls()
            await self._websocket.start()
        except CertificateError as problem:
            raise SettingsError([f"OCPP_TLS_PORT: {problem}"]) from None
        except OSError as problem:
            raise SettingsError([self._unusable(problem)]) from None
        if self._settings.ocpp_port and not self._settings.min_security_profile:
            logger.warning(_UNSECURED, self._settings.ocpp_port)

    def _unusable(self, problem: OSError) -> str:
        """Which setting is to be changed; the plain port is opened first."""
        settings = self._settings
        name, port = "OCPP_PORT", settings.ocpp_port
        if not port or self._websocket.port:
            name, port = "OCPP_TLS_PORT", settings.ocpp_tls_port or 0
        if problem.errno == errno.EADDRINUSE:
            return (
                f"{name}={port}: another program (or another connector) listens on "
                f"this port: end it, or set {name} to a free one"
            )
        host = settings.ocpp_host or ""
        return f"OCPP_HOST={host}, {name}={port}: {problem}"

    async def _start_tls(self) -> None:
        tls = self.tls
        if tls is None:
            return
        await tls.start()
        end_revoked = self._central_system.end_revoked
        tls.on_reload = lambda: end_revoked(tls.is_revoked)

    async def stop(self) -> None:
        """Close what is open, and listen no more."""
        await self._websocket.stop()
        if self.tls is not None:
            await self.tls.stop()
