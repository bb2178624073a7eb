"""Stations of both versions, which say nothing that does not fit."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from connector.tests.station.client.v2.bench import VERSIONS, Place2

Start2 = Callable[..., Awaitable[Place2]]


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest_asyncio.fixture
async def start(
    version: str, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Start2]:
    """Starts a station; see `Place2`."""
    places: list[Place2] = []

    async def begin(*arguments: Any, begins: bool = True, **more: Any) -> Place2:
        places.append(Place2(version, *arguments, **more))
        if begins:
            await places[-1].start()
        return places[-1]

    yield begin
    for place in places:
        await place.stop()
        assert place.central.misfits == []
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []
