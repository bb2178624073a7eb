from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connector.tests.station.central import Central, Stage, running


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A station that has booted; what it said by then is forgotten."""
    async with running(Stage()) as stage:
        stage.central.take()
        yield stage


@pytest.fixture
def central(stage: Stage) -> Central:
    return stage.central
