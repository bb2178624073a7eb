"""Opening a link to a central system: address, version, password and certificates."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from connector.errors import LinkRefused
from connector.security.server_tls import CIPHERS
from connector.sessions.link import Link
from connector.sessions.websocket_client import open_link
from connector.station.client.options import Endpoint

Dial = Callable[[Endpoint, str, Sequence[str], float], Awaitable[Link]]
"""Takes an endpoint, the identity, subprotocols and the seconds that it may take."""
_WITH_TLS, _WITH_PASSWORD, _WITH_CERTIFICATE = (2, 3), (1, 2), 3


def address(endpoint: Endpoint, identity: str) -> str:
    """The URL of one station (OCPP-J 1.6, section 3.1.1): profiles 2 and 3 are TLS."""
    parts = urlsplit(endpoint.url)
    scheme = parts.scheme
    if endpoint.security_profile in _WITH_TLS:
        scheme = "wss"
    path = f"{parts.path.rstrip('/')}/{quote(identity, safe='')}"
    return urlunsplit((scheme, parts.netloc, path, parts.query, ""))


async def dial(
    endpoint: Endpoint, identity: str, subprotocols: Sequence[str], timeout_s: float
) -> Link:
    """Connect.

    Raises:
        LinkRefused: nobody answered, the answer was no, no version is common, or the
            certificates cannot be used.
    """
    url = address(endpoint, identity)
    tls = await _context(endpoint) if url.startswith("wss:") else None
    link = await open_link(
        url,
        subprotocols,
        timeout_s=timeout_s,
        tls=tls,
        headers=_headers(endpoint, identity),
    )
    link.security_profile = endpoint.security_profile
    if link.subprotocol is None:
        await _assume_only(link, subprotocols)
    return link


async def _assume_only(link: Link, subprotocols: Sequence[str]) -> None:
    """Who names no version has agreed where there was only one to agree on."""
    if len(subprotocols) != 1:
        await link.close(1002, "no subprotocol")
        raise LinkRefused("the central system has chosen none of our versions")
    link.subprotocol = subprotocols[0]  # type: ignore[misc]


def _headers(endpoint: Endpoint, identity: str) -> dict[str, str] | None:
    """Basic authentication: the identity is the user (2.x part 2, A00.FR.204)."""
    password = endpoint.password
    if endpoint.security_profile not in _WITH_PASSWORD or password is None:
        return None
    secret = base64.b64encode(f"{identity}:{password}".encode()).decode()
    return {"Authorization": f"Basic {secret}"}


async def _context(endpoint: Endpoint) -> ssl.SSLContext:
    own = endpoint.security_profile == _WITH_CERTIFICATE
    files = (
        endpoint.ca,
        endpoint.certificate if own else None,
        endpoint.key if own else None,
    )
    try:
        return await asyncio.to_thread(_read, files, endpoint.trusted)
    except (OSError, ssl.SSLError, ValueError) as problem:
        raise LinkRefused(f"certificates: {problem}") from None


def _read(files: tuple[Path | None, ...], trusted: tuple[str, ...]) -> ssl.SSLContext:
    changed = tuple(path.stat().st_mtime_ns if path else 0 for path in files)
    return _made(files, trusted, changed)


@lru_cache(maxsize=64)
def _made(
    files: tuple[Path | None, ...], trusted: tuple[str, ...], _changed: tuple[int, ...]
) -> ssl.SSLContext:
    """One context for all stations that have the same files."""
    ca, certificate, key = files
    roots = "\n".join(trusted) or None
    context = ssl.create_default_context(cafile=ca, cadata=roots)
    # A00.FR.307, A00.FR.318: TLS 1.2 or later, and these ciphers.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(CIPHERS))
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context
