"""A whole site: central system, station with the bridge, controller, vehicle."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.tests.broker import Broker
from connector.tests.iso15118.cable import Cable, why_not
from connector.tests.iso15118.environment import Absent, make_pki, v2g_python
from connector.tests.iso15118.overhearing import Overhearing
from connector.tests.iso15118.partner import Evcc, Secc
from connector.tests.iso15118.site import Site
from connector.tests.system.process import ConnectorProcess

CableOf = Callable[[], Cable]
SiteOf = Callable[..., Site]
EvccOf = Callable[..., Evcc]

_numbers = itertools.count()
_TOKENS = '{"TAG1": {}, "TAG2": {}, "BAD": {"status": "Blocked"}}'


def _absent(reason: Absent) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(str(reason), pytrace=False)
    pytest.skip(str(reason))


@pytest.fixture(scope="session")
def python() -> Path:
    """Where `iso15118` is installed.

    Where no cable can be laid that is the machine's nature, in CI as well.
    """
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    try:
        return v2g_python()
    except Absent as absent:
        _absent(absent)
        raise


@pytest.fixture(scope="session")
def pki(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of both ends."""
    folder: Path = tmp_path_factory.mktemp("pki")
    try:
        make_pki(folder)
    except Absent as absent:
        _absent(absent)
    return folder


@pytest.fixture
def cable(python: Path) -> Iterator[CableOf]:
    """Cables with both ends up."""
    laid: list[Cable] = []

    def lay() -> Cable:
        laid.append(Cable(f"{os.getpid() % 100_000}{next(_numbers)}"))
        laid[-1].lay()
        return laid[-1]

    yield lay
    for each in laid:
        each.remove()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Overhearing]:
    listener = Overhearing(broker.port)
    yield listener
    listener.close()


@pytest.fixture
def connector(broker: Broker, tmp_path: Path) -> Iterator[ConnectorProcess]:
    """The central system; it knows who may charge."""
    settings = {"UNKNOWN_STATIONS": "accept", "TOKENS": _TOKENS}
    found = ConnectorProcess(broker.port, tmp_path, **settings)
    yield found
    found.stop()
    assert "Traceback" not in found.log(), found.log()


@pytest.fixture
def site(
    python: Path,
    broker: Broker,
    connector: ConnectorProcess,
    listener: Overhearing,
    tmp_path: Path,
) -> Iterator[SiteOf]:
    """`ocpp-connector station` with the bridge, and a controller beside it."""
    started: list[Site] = []

    def start(*outlets: str, secc: tuple[str, ...] = ()) -> Site:
        url = f"ws://127.0.0.1:{connector.ocpp_port}"
        found = Site(outlets, url, broker.port, tmp_path)
        started.append(found)
        found.secc = Secc(python, broker.port, tmp_path / "secc.log", *secc)
        listener.said(
            "josev/cs", "service_status", lambda said: said["status"] == "ready"
        )
        return found

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def evcc(python: Path, tmp_path: Path) -> Iterator[EvccOf]:
    """Vehicles."""
    started: list[Evcc] = []

    def start(cable: Cable, kind: str, *more: str) -> Evcc:
        log = tmp_path / f"evcc-{len(started)}.log"
        started.append(Evcc(python, cable, log, kind, *more))
        return started[-1]

    yield start
    for each in started:
        each.stop()
