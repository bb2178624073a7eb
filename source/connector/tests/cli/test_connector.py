"""The command line and a connector that runs, each a process of its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connector.cli.exits import Exit
from connector.tests.broker import Broker
from connector.tests.system.process import SOURCE, ConnectorProcess
from connector.tests.system.station import RawStation

pytestmark = [pytest.mark.broker, pytest.mark.slow]

START = {
    "connectorId": 1,
    "idTag": "04A2B3C4",
    "meterStart": 1000,
    "timestamp": "2026-01-31T12:00:00Z",
}


@dataclass
class Done:
    """How a command of a shell ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What is on stdout."""
        return json.loads(self.out)


class Shell:
    """Commands typed where the connector was started."""

    def __init__(self, connector: ConnectorProcess, folder: Path) -> None:
        self._environment = {
            "PYTHONPATH": str(SOURCE),
            "PYTHONWARNINGS": "error",
            "HTTP_PORT": str(connector.http_port),
            "DATA_DIR": str(folder),
        }
        self._folder = folder

    def run(self, *words: str) -> Done:
        """Run one; it ends by itself."""
        done = subprocess.run(
            [sys.executable, "-m", "connector.cli.app", *words],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    async def __call__(self, *words: str) -> Done:
        """Run one beside a station."""
        return await asyncio.to_thread(self.run, *words)


@pytest.fixture
def connector(broker: Broker, tmp_path: Path) -> Iterator[ConnectorProcess]:
    process = ConnectorProcess(broker.port, tmp_path)
    process.until_healthy()
    yield process
    process.stop()
    assert "Traceback" not in process.log(), process.log()


@pytest.fixture
def shell(connector: ConnectorProcess, tmp_path: Path) -> Shell:
    return Shell(connector, tmp_path)


async def test_a_station_is_adopted_limited_and_sent_calls(
    connector: ConnectorProcess, shell: Shell
) -> None:
    station = await RawStation.open(connector.ocpp_port, "CP%201")
    assert (await station.boot())["status"] == "Pending"

    [waiting] = (await shell("stations", "list", "--pending", "--json")).json
    assert (waiting["station"], waiting["boot"]["vendor"]) == ("CP 1", "ACME")
    assert (await shell("stations", "adopt", "CP 1")).code == Exit.DONE
    assert (await station.boot())["status"] == "Accepted"
    await station.status("Available")

    limit = await shell("limit", "CP 1", "1", "4.14kW", "--json")
    assert (limit.code, limit.json["outcome"]) == (Exit.DONE, "accepted")
    sent = await station.until_received("SetChargingProfile")
    schedule = sent["csChargingProfiles"]["chargingSchedule"]
    assert schedule["chargingSchedulePeriod"][0]["limit"] == 4140

    station.answers["Reset"] = lambda _: {"status": "Rejected"}
    reset = await shell("send", "CP 1", "Reset", '{"type": "Soft"}')
    assert (reset.code, reset.out.splitlines()[0]) == (Exit.NO, "rejected: Rejected")
    wrong = await shell("command", "CP 1", "0", "reset", "sideways")
    assert (wrong.code, wrong.out[:8]) == (Exit.USAGE, "invalid:")
    assert (await shell("send", "CP 2", "Reset")).code == Exit.NOT_FOUND

    changed = await shell("stations", "set", "CP 1", "--option", "name=Wall")
    assert changed.code == Exit.DONE
    shown = (await shell("stations", "show", "CP 1", "--json")).json
    assert (shown["name"], shown["connected"]) == ("Wall", True)
    misfit = await shell("stations", "set", "CP 1", "--option", "phases=2")
    assert (misfit.code, misfit.err) == (Exit.USAGE, "phases is 2, expected 1 or 3\n")
    await station.close()


async def test_what_a_station_does_not_answer_is_told(
    connector: ConnectorProcess, shell: Shell
) -> None:
    assert (await shell("stations", "add", "CP1")).code == Exit.DONE
    gone = await shell("send", "CP1", "ClearCache", "--json")
    assert (gone.code, gone.json["outcome"]) == (Exit.SILENT, "disconnected")
    kept = await shell("limit", "CP1", "16A")
    assert (kept.code, "kept" in kept.out) == (Exit.SILENT, True)

    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    station.answers["ClearCache"] = lambda _: None
    late = await shell("send", "CP1", "ClearCache", "--timeout", "0.2", "--json")
    assert (late.code, late.json["outcome"]) == (Exit.SILENT, "timeout")
    assert (await shell("stations", "forget", "CP1")).code == Exit.DONE
    assert (await shell("stations", "show", "CP1")).code == Exit.NOT_FOUND
    await station.websocket.wait_closed()
    await station.close()


async def test_tokens_decide_and_transactions_are_told(
    connector: ConnectorProcess, shell: Shell, tmp_path: Path
) -> None:
    assert (await shell("stations", "add", "CP1")).code == Exit.DONE
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    unknown = await station.call("Authorize", {"idTag": "stranger"})
    assert unknown["idTagInfo"]["status"] == "Accepted"
    (tmp_path / "t.csv").write_text("id,status,note\n04A2B3C4,,Ann\nBAD,Blocked,\n")
    imported = await shell("tokens", "import", "t.csv")
    assert imported.out == "2 of 2 tokens are registered\n"
    blocked = await station.call("Authorize", {"idTag": "bad"})
    assert blocked["idTagInfo"]["status"] == "Blocked"
    assert (await shell("tokens", "delete", "BAD")).code == Exit.DONE
    [known] = (await shell("tokens", "list", "--json")).json
    assert (known["id"], known["note"]) == ("04A2B3C4", "Ann")
    assert (await shell("tokens", "show", "BAD")).code == Exit.NOT_FOUND

    await station.call("StartTransaction", START)
    [running] = (await shell("transactions", "list", "--active", "--json")).json
    assert (running["token"], running["stop"]) == ("04A2B3C4", None)
    closed = await shell("transactions", "close", running["key"])
    assert closed.code == Exit.DONE
    exported = await shell("transactions", "export", "--output", "e.csv")
    assert exported.code == Exit.DONE
    of_store = await shell("transactions", "export", "--direct")
    assert of_store.out == (tmp_path / "e.csv").read_bytes().decode().replace("\r", "")
    assert f"{running['key']},1,CP1,1,04A2B3C4" in of_store.out
    await station.close()


def test_a_wrong_token_is_refused_and_none_is_shown(
    connector: ConnectorProcess, shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "wrong").write_text("wrong-token")

    done = shell.run("stations", "list", "--token-file", "wrong")

    token = (tmp_path / "api.token").read_text().strip()
    assert (done.code, done.out) == (Exit.UNAUTHORIZED, "")
    assert token not in done.err
    assert "wrong-token" not in done.err


async def test_a_station_is_given_a_certificate_and_another_password(
    connector: ConnectorProcess, shell: Shell, tmp_path: Path
) -> None:
    assert (await shell("stations", "add", "CP1")).code == Exit.DONE
    set_here = await shell("stations", "password", "CP1", "--generate", "--json")
    [shown] = [(await shell("stations", "show", "CP1", "--json")).json]
    assert shown["has_password"]
    assert set_here.json["password"] not in json.dumps(shown)

    issued = await shell("pki", "issue", "CP1", "--output-dir", "keys", "--json")
    assert issued.code == Exit.DONE
    assert (tmp_path / "keys" / "CP1.key").stat().st_mode & 0o777 == 0o600
    [listed] = (await shell("pki", "list", "--json")).json
    assert listed["serial"] == issued.json["serial"]
    revoked = await shell("pki", "revoke", listed["serial"])
    assert revoked.code == Exit.DONE
    direct = (await shell("pki", "list", "--direct", "--json")).json
    assert direct[0]["revoked"] is not None
    away = await shell("stations", "password", "CP1", "--rotate", "--json")
    assert (away.code, away.json["outcome"]) == (Exit.SILENT, "disconnected")


async def test_a_backup_is_made_while_it_runs_and_restored_when_it_does_not(
    connector: ConnectorProcess, shell: Shell
) -> None:
    assert (await shell("tokens", "set", "KEPT")).code == Exit.DONE
    made = await shell("store", "backup")
    assert made.code == Exit.DONE
    assert (await shell("tokens", "set", "LATER")).code == Exit.DONE
    [backup] = (await shell("store", "info", "--json")).json["backups"]
    assert backup["file"] == made.out.strip()

    running = await shell("store", "restore", backup["file"], "--force")
    assert (running.code, "stop it first" in running.err) == (Exit.TROUBLE, True)
    await asyncio.to_thread(connector.stop)
    assert (await shell("store", "restore", backup["file"])).code == Exit.TROUBLE
    done = await shell("store", "restore", backup["file"], "--force")
    assert done.code == Exit.DONE, done.err
    assert (await shell("store", "check")).code == Exit.DONE

    assert (await shell("tokens", "list")).code == Exit.UNREACHABLE
    await asyncio.to_thread(connector.start)
    await asyncio.to_thread(connector.until_healthy)
    [token] = (await shell("tokens", "list", "--json")).json
    assert token["id"] == "KEPT"
