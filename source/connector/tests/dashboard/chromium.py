"""Chromium as Debian packages it, driven by Playwright."""

from __future__ import annotations

import shutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    # What a browser asks of its maker by itself is no request of the page.
    "--disable-background-networking",
    "--disable-component-update",
    "--force-prefers-reduced-motion",
]


@cache
def path() -> str | None:
    """Where it is; None: nowhere."""
    return next(filter(None, map(shutil.which, NAMES)), None)


async def launched(playwright: Playwright) -> Browser:
    """A browser without a window."""
    return await playwright.chromium.launch(executable_path=path(), args=ARGUMENTS)
