"""A database server that goes away, and a store that cannot be read.

What the connector acknowledges is kept; transaction messages are refused with
InternalError until the database works again, which needs no restart of ours.
"""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.store import open_store
from connector.store.records import TransactionRecord
from connector.tests.ports import free_port
from connector.tests.postgresql import PASSWORD, PASSWORD_IN_URL, PostgreSQL, running
from connector.tests.system.process import SOURCE, ConnectorProcess
from connector.tests.system.station import RawStation, now
from connector.tests.system.test_end import ended

Run = Callable[..., ConnectorProcess]


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgreSQL]:
    yield from running(durable=True)


@pytest.fixture
def server(own_server: PostgreSQL) -> Iterator[PostgreSQL]:
    """One that tests may end, and that runs when they do."""
    yield own_server
    own_server.revive()


async def kept_by(url: str) -> list[TransactionRecord]:
    store = open_store(url)
    await store.open()
    records = await store.transactions(limit=1000)
    await store.close()
    return records[::-1]


def heal(server: PostgreSQL, how: str) -> None:
    if how == "freeze":
        server.thaw()
    else:
        server.start()


async def health(connector: ConnectorProcess) -> tuple[str, str]:
    found: dict[str, Any] = await asyncio.to_thread(connector.health)
    return found["status"], found["store"]


@pytest.mark.broker
@pytest.mark.postgres
@pytest.mark.parametrize("how", ["stop", "kill", "freeze"])
async def test_a_server_that_goes_away_loses_nothing_that_was_acknowledged(
    run: Run, server: PostgreSQL, how: str
) -> None:
    url = server.empty_database()
    connector = run(UNKNOWN_STATIONS="accept", STORE_URL=url)
    await asyncio.to_thread(connector.until_healthy)
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    first = await station.start(meter_wh=1000)
    start = {
        "connectorId": 2,
        "idTag": "TAG2",
        "meterStart": 5,
        "timestamp": "2026-01-01T00:00:00Z",
    }
    stop = {"transactionId": first, "meterStop": 1300, "timestamp": now()}

    await asyncio.to_thread(getattr(server, how))
    refused = asyncio.create_task(station.exchange("StartTransaction", start))
    # Another station: the first one is answered in the order of its messages.
    other = await RawStation.open(connector.ocpp_port, "CP2")
    assert (await other.call("Heartbeat"))["currentTime"]
    assert (await refused)[2] == "InternalError"
    assert await health(connector) == ("degraded", "failing")
    assert (await other.call("Heartbeat"))["currentTime"]
    await station.status("Charging")

    await asyncio.to_thread(heal, server, how)
    answer = await station.exchange("StartTransaction", start)
    assert answer[0] == 3, answer
    again = await station.exchange("StartTransaction", start)
    assert again[2] == answer[2]
    assert (await station.exchange("StopTransaction", stop))[0] == 3
    assert await health(connector) == ("ok", "ok")
    await station.close()
    await other.close()
    connector.stop()

    records = await kept_by(url)
    assert [(r.where, r.ocpp_id, r.meter_stop_wh) for r in records] == [
        ("1", str(first), 1300),
        ("2", str(answer[2]["transactionId"]), None),
    ]
    log = connector.log()
    assert log.count("the store fails") == 1, log
    assert PASSWORD not in log
    assert PASSWORD_IN_URL not in log


@pytest.mark.postgres
def test_a_server_that_refuses_us_is_named(server: PostgreSQL, tmp_path: Path) -> None:
    url = server.empty_database().replace(PASSWORD_IN_URL, "geheimnis")

    code, output = ended(STORE_URL=url, DATA_DIR=str(tmp_path))

    assert code == 2
    assert f"STORE_URL: PostgreSQL at 127.0.0.1:{server.port}/shared: " in output
    assert "password authentication failed" in output
    assert "geheimnis" not in output
    assert "Traceback" not in output


def test_a_connector_that_waits_for_its_database_can_be_stopped(tmp_path: Path) -> None:
    url = f"postgresql://me:geheim@127.0.0.1:{free_port()}/ocpp"
    with subprocess.Popen(
        [sys.executable, "connector/main.py"],
        cwd=SOURCE,
        env={
            "STORE_URL": url,
            "DATA_DIR": str(tmp_path),
            "OCPP_PORT": str(free_port()),
            "HTTP_PORT": "0",
            "MQTT_BROKER_PORT": str(free_port()),
        },
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        found = next(line for line in lines if "cannot be used yet" in line)
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        code = process.wait(20)

    assert code == 0
    assert "trying for 30 s" in found
    assert "geheim" not in found + rest
    assert "Traceback" not in rest


@pytest.mark.parametrize("what", ["rubbish", "newer", "emptied"])
async def test_a_file_that_cannot_be_used_is_named_and_left_as_it_is(
    tmp_path: Path, what: str
) -> None:
    path = tmp_path / "connector.sqlite"
    store = open_store(f"sqlite:///{path}")
    await store.open()
    await store.close()
    make = {"rubbish": make_rubbish, "newer": make_newer, "emptied": empty}
    before = make[what](path)

    code, output = await asyncio.to_thread(ended, DATA_DIR=str(tmp_path))

    assert code == 2
    assert f"DATA_DIR or STORE_URL: {path}: " in output
    assert "othing was changed" in output
    assert "Traceback" not in output
    assert path.read_bytes() == before


def make_rubbish(path: Path) -> bytes:
    path.write_bytes(b"\x5a" * 50_000)
    return path.read_bytes()


def make_newer(path: Path) -> bytes:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    return path.read_bytes()


def empty(path: Path) -> bytes:
    path.write_bytes(b"")
    path.with_name(f"{path.name}-wal").write_bytes(b"x" * 5000)
    return b""
