"""Modules that use the fixture ``version`` are run for every version of OCPP."""

from __future__ import annotations

import pytest

from connector.tests.datapoints.limits import bench


@pytest.fixture(params=bench.VERSIONS)
def version(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the stations of new benches speak."""
    monkeypatch.setattr(bench, "VERSION", request.param)
    found: str = request.param
    return found
