"""The image with as little as an engine can give it: it serves, and stops in order."""

from __future__ import annotations

import time
from collections.abc import Iterator

import docker
import pytest
from docker.models.containers import Container

pytestmark = [
    pytest.mark.engine,
    pytest.mark.repository,
    pytest.mark.slow,
    pytest.mark.xdist_group("engine"),
]

HEALTHY_WITHIN_S = 30
STOP_TIMEOUT_S = 5
"""An orderly end takes less; after it the engine kills."""
USERS = ["1000:1000", "4711:4711", "1000730000:0"]


@pytest.fixture(params=USERS)
def confined(
    client: docker.DockerClient, image: str, request: pytest.FixtureRequest
) -> Iterator[Container]:
    """One that may write in /data and /tmp, with no right beyond."""
    container = client.containers.run(
        image,
        detach=True,
        user=request.param,
        read_only=True,
        tmpfs={"/tmp": ""},
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
    )
    yield container
    container.remove(force=True, v=True)


def test_it_serves_and_stops_in_order(confined: Container) -> None:
    deadline_s = time.monotonic() + HEALTHY_WITHIN_S
    code, output = confined.exec_run(["python", "healthcheck.py"])
    while code and time.monotonic() < deadline_s:
        code, output = confined.exec_run(["python", "healthcheck.py"])
    listed, stations = confined.exec_run(["ocpp-connector", "stations", "list"])

    confined.stop(timeout=STOP_TIMEOUT_S)
    confined.reload()

    logs = confined.logs().decode()
    assert code == 0, output + logs.encode()
    assert listed == 0, stations
    assert confined.attrs["State"]["ExitCode"] == 0, "it had to be killed"
    assert "Traceback" not in logs
    assert "Read-only file system" not in logs
