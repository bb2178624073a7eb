"""A whole site: central system, station with the bridge, controller, vehicle."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.tests.broker import Broker
from connector.tests.iso15118.cable import Cable, has_ip, why_not
from connector.tests.iso15118.environment import Absent, make_pki, v2g_python
from connector.tests.iso15118.overhearing import Overhearing
from connector.tests.iso15118.site import AC, DC, Outlet, Site
from connector.tests.system.process import ConnectorProcess

_TOKENS = '{"TAG1": {}, "TAG2": {}, "BAD": {"status": "Blocked"}}'
_OUTLETS = 2


def _absent(reason: Absent) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(str(reason), pytrace=False)
    pytest.skip(str(reason))


@pytest.fixture(scope="session")
def python() -> Path:
    """Where `iso15118` is installed.

    Programs can be installed, and fail in CI where they are not; where no cable can be
    laid that is the machine's nature, in CI as well.
    """
    if not has_ip():
        _absent(Absent("no `ip` on the path (iproute2)"))
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


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One for all of these tests."""
    broker = Broker(tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def connector(
    broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConnectorProcess]:
    """The central system; it knows who may charge."""
    settings = {"UNKNOWN_STATIONS": "accept", "TOKENS": _TOKENS}
    folder = tmp_path_factory.mktemp("connector")
    found = ConnectorProcess(broker.port, folder, **settings)
    yield found
    found.stop()
    assert "Traceback" not in found.log(), found.log()


@pytest.fixture(scope="session")
def cables(python: Path) -> Iterator[list[Cable]]:
    """One for each outlet."""
    laid: list[Cable] = []
    try:
        for number in range(_OUTLETS):
            laid.append(Cable(f"{os.getpid() % 1_000_000}{number}"))
            laid[-1].lay()
        yield laid
    finally:
        for each in laid:
            each.remove()


@pytest.fixture(scope="session")
def whole_site(
    python: Path,
    cables: list[Cable],
    broker: Broker,
    connector: ConnectorProcess,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """It takes longer to start than a session, so that it stays.

    Its vehicles start while it does.
    """
    url = f"ws://127.0.0.1:{connector.ocpp_port}"
    folder = tmp_path_factory.mktemp("site")
    site = Site(python, cables, url, broker.port, folder)
    for outlet in site.outlets.values():
        outlet.prepare()
    yield site
    site.stop()


@pytest.fixture
def site(whole_site: Site) -> Iterator[Site]:
    """`ocpp-connector station` with the bridge, and a controller beside it."""
    whole_site.speaks()
    yield whole_site
    whole_site.tidy()


@pytest.fixture
def ac(site: Site) -> Outlet:
    """An outlet for alternating current, 32 A on three phases."""
    return site.outlets[AC]


@pytest.fixture
def dc(site: Site) -> Outlet:
    """An outlet for direct current, 60 kW."""
    return site.outlets[DC]


@pytest.fixture
def listener(whole_site: Site, broker: Broker) -> Iterator[Overhearing]:
    listener = Overhearing(broker.port)
    yield listener
    listener.close()
