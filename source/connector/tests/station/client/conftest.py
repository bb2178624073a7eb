"""Stations that are ended after each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest_asyncio

from connector.tests.station.client.bench import Place

Start = Callable[..., Awaitable[Place]]


@pytest_asyncio.fixture
async def start() -> AsyncIterator[Start]:
    """Starts a station; see `Place`."""
    places: list[Place] = []

    async def begin(*arguments: Any, begins: bool = True, **more: Any) -> Place:
        places.append(Place(*arguments, **more))
        return await places[-1].start() if begins else places[-1]

    yield begin
    for place in places:
        await place.stop()
