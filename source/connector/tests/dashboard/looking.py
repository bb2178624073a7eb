"""Going to a place of the page, and what can be seen there."""

from __future__ import annotations

from playwright.async_api import Page, expect


async def shown(page: Page, place: str) -> None:
    """Go there, and wait until it is there."""
    await page.goto(f"./#/{place}")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator(".loading")).to_have_count(0)


async def opened(page: Page) -> None:
    """Open all that folds."""
    await page.evaluate(
        "document.querySelectorAll('#main details:not(.menu)').forEach((e) => e.open = true)"
    )
