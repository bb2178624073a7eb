"""One central system for all tests of a file, and a station of its own for each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from connector.tests.both_ends.central import CentralEnd


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def central(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[CentralEnd]:
    found = CentralEnd(tmp_path_factory.mktemp("both_ends"))
    await found.open()
    yield found
    await found.close()
