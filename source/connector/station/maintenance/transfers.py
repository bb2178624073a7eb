"""Files over HTTP, to a station and from it, within bounds."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from connector.errors import ConnectorError

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger(__name__)

_CHUNK_BYTES = 65_536
_MOST_REDIRECTS = 5
_CONNECT_S = 10.0
_SCHEMES = ("http", "https")
_FAILED = "UploadFailure"
_WORDS = {
    **dict.fromkeys((401, 403, 407), "PermissionDenied"),
    **dict.fromkeys((400, 413, 415, 422), "BadMessage"),
}
_OTHER_METHOD = (405, 501)
_FOR_GOOD = frozenset({"PermissionDenied", "BadMessage", "NotSupportedOperation"})
Trust = Callable[[], ssl.SSLContext]


class TransferFailed(ConnectorError):
    """A file was not transferred; ``status`` is an UploadLogStatusEnum of 2.x."""

    def __init__(self, reason: str, status: str = _FAILED) -> None:
        super().__init__(reason, status)
        self.reason = reason
        self.status = status

    @property
    def is_final(self) -> bool:
        """Whether another try would end the same way."""
        return self.status in _FOR_GOOD

    def __str__(self) -> str:
        return self.reason


def check_url(url: str) -> None:
    """Whether a file can come from there, or go there.

    Raises:
        TransferFailed: it cannot.
    """
    try:
        parts = urlsplit(url)
        is_fit = parts.scheme.lower() in _SCHEMES and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        is_fit = False
    if not is_fit:
        raise TransferFailed("expected an http or https URL", "NotSupportedOperation")


def name_in(url: str) -> str:
    """The name of the file that a URL ends with."""
    return urlsplit(url).path.rpartition("/")[2] or "file"


class Transfers:
    """Downloads and uploads; ``idle_s`` is how long nothing may come."""

    __slots__ = ("_idle_s", "_longest_s", "_trust")

    def __init__(self, idle_s: float, longest_s: float, trust: Trust) -> None:
        self._idle_s = idle_s
        self._longest_s = longest_s
        self._trust = trust

    async def download(self, url: str, path: Path, most_bytes: int) -> int:
        """Get a file, whole; gives its size.

        Raises:
            TransferFailed: it did not come.
            OSError: it cannot be written.
        """
        check_url(url)
        client = await self._client()
        try:
            async with asyncio.timeout(self._longest_s), client:
                async with client.stream("GET", url) as response:
                    _check(response, url)
                    return await _write(response, path, most_bytes)
        except TimeoutError:
            raise TransferFailed("it took too long") from None
        except _errors() as problem:
            raise TransferFailed(_reason(problem)) from None

    async def upload(self, url: str, name: str, content: bytes) -> None:
        """Put a file; a URL that ends in a slash is that of its folder.

        Raises:
            TransferFailed: it was not taken.
        """
        check_url(url)
        where = f"{url}{quote(name)}" if urlsplit(url).path.endswith("/") else url
        client = await self._client()
        try:
            async with asyncio.timeout(self._longest_s), client:
                response = await client.put(where, content=content)
                if response.status_code in _OTHER_METHOD:
                    response = await client.post(where, content=content)
                _check(response, where)
        except TimeoutError:
            raise TransferFailed("it took too long") from None
        except _errors() as problem:
            raise TransferFailed(_reason(problem)) from None

    async def _client(self) -> httpx.AsyncClient:
        # Imported beside the loop, by the first that needs it.
        await asyncio.to_thread(import_module, "httpx")
        import httpx  # noqa: PLC0415

        context = await asyncio.to_thread(self._trust)
        return httpx.AsyncClient(
            verify=context,
            follow_redirects=True,
            max_redirects=_MOST_REDIRECTS,
            timeout=httpx.Timeout(self._idle_s, connect=_CONNECT_S),
            trust_env=False,
        )


def _errors() -> tuple[type[Exception], ...]:
    import httpx  # noqa: PLC0415

    return (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError)


def _reason(problem: Exception) -> str:
    """Without URLs: they may hold a password."""
    return type(problem).__name__


def _check(response: httpx.Response, url: str) -> None:
    """Whether the answer is yes, and came by a way as safe as the first."""
    is_safe = url.lower().startswith("https:")
    ways = [each.url.scheme for each in (*response.history, response)]
    if is_safe and any(scheme != "https" for scheme in ways):
        raise TransferFailed("it was redirected from https to http")
    status = response.status_code
    if response.is_success:
        return
    raise TransferFailed(f"the server said {status}", _WORDS.get(status, _FAILED))


async def _write(response: httpx.Response, path: Path, most_bytes: int) -> int:
    told = response.headers.get("content-length", "")
    too_large = TransferFailed(f"it has more than {most_bytes} bytes", "BadMessage")
    if told.isdecimal() and int(told) > most_bytes:
        raise too_large
    size = 0
    with path.open("wb") as file:
        async for chunk in response.aiter_bytes(_CHUNK_BYTES):
            size += len(chunk)
            if size > most_bytes:
                raise too_large
            await asyncio.to_thread(file.write, chunk)
    return size
