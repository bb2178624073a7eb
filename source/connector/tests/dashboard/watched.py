"""A page whose every complaint is kept: what is not expected fails the test."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Dialog, Page, Request, Response

_CSP = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
"""


class Watched:
    """What a page complained of, and what it asked for."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self._host = urlsplit(origin).netloc
        self.complaints: list[str] = []
        self._expected: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._complain(f"exception: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("dialog", self._spoke)
        page.on("crash", lambda _: self._complain("the page crashed"))

    async def prepare(self) -> None:
        """Have what the policy of the page forbids told."""
        await self.page.add_init_script(_CSP)

    def expect(self, *patterns: str) -> None:
        """These complaints belong to what is tested."""
        self._expected += patterns

    @property
    def unexpected(self) -> list[str]:
        """All others."""
        return [
            each
            for each in self.complaints
            if not any(re.search(pattern, each) for pattern in self._expected)
        ]

    async def _spoke(self, dialog: Dialog) -> None:
        self._complain(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _complain(self, text: str) -> None:
        self.complaints.append(text)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complain(f"console {message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        # Aborted by the page itself (it went on), or a download.
        if request.failure != "net::ERR_ABORTED":
            self._complain(f"failed: {request.method} {request.url} {request.failure}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("blob", "data") and parts.netloc != self._host:
            self._complain(f"outside: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            asked = response.request
            self._complain(f"status {response.status}: {asked.method} {asked.url}")
