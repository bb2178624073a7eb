"""What tests may need beyond Python, and what happens where it is absent.

A developer's laptop skips such a test and says why; with ``CI=true`` it fails.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, settings

from connector.store import open_store
from connector.tests.broker import Broker
from connector.tests.dashboard import chromium
from connector.tests.postgresql import PostgreSQL, running, why_not

# A machine that is busy draws slowly, which says nothing about what is tested.
settings.register_profile(
    "connector", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("connector")

_TESTS = Path(__file__).resolve().parent
_ROOT = _TESTS.parents[2]
_MATRICES = frozenset({"both_ends", "ocppj", "recordings", "rubbish"})
"""Folders with a test for each of very many cases."""
_NETWORKED = frozenset(
    {"bench", "both_ends", "cli", "faults", "iso15118", "system", "web"}
)
"""Folders whose tests start processes and talk to them."""


_NEEDS = ("broker", "browser", "engine", "postgres", "prometheus", "repository")


@cache
def _missing(marker: str) -> str | None:
    """Why tests with this marker cannot run here; None: they can."""
    match marker:
        case "broker":
            found = shutil.which("mosquitto", path=_path_with_sbin())
            return None if found else "no mosquitto on the path"
        case "browser":
            return None if chromium.path() else "no Chromium on the path"
        case "engine":
            return _why_no_engine()
        case "postgres":
            return why_not()
        case "prometheus":
            found = shutil.which("promtool")
            return None if found else "no promtool on the path"
        case _:
            found = (_ROOT / "run.sh").exists()
            return None if found else "the repository's own files are not here"


def _path_with_sbin() -> str:
    """Debian keeps mosquitto where only root's path leads."""
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def _why_no_engine() -> str | None:
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env()
    except DockerException as error:
        return f"no container engine answers: {error}"
    client.close()
    return None


def _markers_by_folder(path: Path) -> Iterator[str]:
    """What all tests of a file are marked with."""
    if path.parent.name in _MATRICES:
        yield "matrix"
    if path.relative_to(_TESTS).parts[0] in _NETWORKED:
        yield "network"


def pytest_ignore_collect(
    collection_path: Path, config: pytest.Config
) -> Literal[True] | None:
    """A file of which every test would be left out is not even read."""
    if collection_path.suffix != ".py" or _TESTS not in collection_path.parents:
        return None
    wanted: str = config.option.markexpr
    terms = [] if " or " in wanted or "(" in wanted else wanted.split(" and ")
    marked = _markers_by_folder(collection_path)
    return True if any(f"not {each}" in terms for each in marked) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, one after the other: they build images."""
    for item in items:
        for marker in _markers_by_folder(item.path):
            item.add_marker(marker)
    items.sort(key=lambda item: item.get_closest_marker("engine") is None)


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: no collection has to walk them again."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in _NEEDS:
        if item.get_closest_marker(marker) is None:
            continue
        reason = _missing(marker)
        if reason is None:
            continue
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that runs; tests that use it are marked ``broker``."""
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite as the migrations make it, to be copied: they take a while."""
    path = tmp_path_factory.mktemp("store") / "empty.sqlite"

    async def make() -> None:
        store = open_store(f"sqlite:///{path}")
        await store.open()
        await store.close()

    asyncio.run(make())
    # A log beside it would not be copied.
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A server for all tests that take a database each; marked ``postgres``."""
    yield from running()
