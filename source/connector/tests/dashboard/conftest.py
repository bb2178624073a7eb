"""One browser for all tests; a broker and a connector for each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from connector.tests.broker import Broker
from connector.tests.dashboard.chromium import launched
from connector.tests.dashboard.site import TOKEN, Site
from connector.tests.system.process import ConnectorProcess

PATIENCE_MS = 20_000
OpenSite = Callable[..., Awaitable[Site]]


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_site(
    browser: Browser, broker: Broker, tmp_path: Path
) -> AsyncIterator[OpenSite]:
    """Start a connector with these settings; pages have no complaint at the end."""
    sites: list[Site] = []

    async def open_site(**settings: str) -> Site:
        given = {"API_TOKEN": TOKEN} | settings
        connector = await asyncio.to_thread(
            ConnectorProcess, broker.port, tmp_path, **given
        )
        sites.append(Site(connector, browser))
        await asyncio.to_thread(connector.until_healthy)
        return sites[-1]

    yield open_site
    for site in sites:
        await site.close()
        await site.stop()
        assert site.unexpected == []
        assert "Traceback" not in site.connector.log(), site.connector.log()
