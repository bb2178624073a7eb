"""What `run.sh` starts it also ends, whichever way it is ended itself.

A stand-in for the connector tells through files what happened to it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.tests.ports import free_port
from connector.tests.scripts.conftest import LOCAL

pytestmark = [pytest.mark.broker, pytest.mark.repository]

SOURCE = LOCAL.parent.parent / "source"
TIMEOUT_S = 20

STAND_IN = """
import os, pathlib, signal, sys
def end(*_):
    pathlib.Path("ended").write_text("orderly")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGINT, end)
pathlib.Path("started.part").write_text(str(os.getpid()))
os.rename("started.part", "started")
while True:
    signal.pause()
"""
LAUNCHER = """
import importlib.util, os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import local_processes
spec = importlib.util.spec_from_file_location("local", sys.argv[1])
local = importlib.util.module_from_spec(spec)
sys.modules["local"] = local
spec.loader.exec_module(local)
local.CONNECTOR = [sys.executable, sys.argv[2]]
local_processes._STOP_TIMEOUT_S = float(sys.argv[3])
local._PAUSES_S = (0, 0)
sys.argv[1:] = []
sys.exit(local.main())
"""


def wait_until(holds: Callable[[], bool]) -> None:
    """Processes of others cannot be waited for, only looked at."""
    deadline = time.monotonic() + TIMEOUT_S
    while not holds():
        assert time.monotonic() < deadline
        os.sched_yield()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Run:
    """`scripts/local.py` with a stand-in for the connector."""

    def __init__(
        self,
        folder: Path,
        stand_in: str = STAND_IN,
        stop_timeout_s: float = TIMEOUT_S,
        **settings: str,
    ) -> None:
        self.folder = folder
        self.broker_port = int(settings.pop("MQTT_BROKER_PORT", free_port()))
        (folder / "stand_in.py").write_text(stand_in)
        (folder / "launcher.py").write_text(LAUNCHER)
        arguments = [str(LOCAL), str(folder / "stand_in.py"), str(stop_timeout_s)]
        with (folder / "said").open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "launcher.py", *arguments],
                cwd=folder,
                env={
                    **os.environ,
                    "PYTHONPATH": str(SOURCE),
                    "MQTT_BROKER_PORT": str(self.broker_port),
                    **settings,
                },
                stderr=said,
                start_new_session=True,
            )

    def until_started(self) -> int:
        """Wait for the stand-in; its process id."""
        wait_until((self.folder / "started").exists)
        return int((self.folder / "started").read_text())

    def end(self) -> tuple[int, str]:
        """Wait for the end; exit code and what was said."""
        code = self.process.wait(TIMEOUT_S)
        return code, (self.folder / "said").read_text()

    def ended_orderly(self) -> bool:
        return (self.folder / "ended").exists()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(*arguments: Any, **settings: str) -> Run:
        runs.append(Run(tmp_path, *arguments, **settings))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            os.killpg(run.process.pid, signal.SIGKILL)
            run.process.wait(TIMEOUT_S)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_connector_and_broker(
    start: Callable[..., Run], how: signal.Signals
) -> None:
    run = start()
    pid = run.until_started()
    assert listens(run.broker_port)

    os.killpg(run.process.pid, how)  # as the terminal does on Ctrl-C
    code, said = run.end()

    assert code == 0, said
    assert "started a Mosquitto of our own" in said
    assert run.ended_orderly()
    assert not is_running(pid)
    assert not listens(run.broker_port)


def test_a_kill_ends_them_too(start: Callable[..., Run]) -> None:
    run = start()
    pid = run.until_started()

    run.process.kill()
    run.end()

    wait_until(lambda: not is_running(pid) and not listens(run.broker_port))
    assert run.ended_orderly()


def test_the_connectors_exit_code_is_ours(start: Callable[..., Run]) -> None:
    run = start("import sys; sys.exit(3)")

    code, said = run.end()

    assert code == 3
    assert "the connector ended (exit code 3)" in said
    assert not listens(run.broker_port)


def children_of(pid: int) -> set[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return {int(each) for each in found.split()}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_broker_that_ends_is_started_again_while_the_connector_goes_on(
    start: Callable[..., Run], how: signal.Signals
) -> None:
    run = start()
    pid = run.until_started()
    [broker] = children_of(run.process.pid) - {pid}

    os.kill(broker, how)

    wait_until(lambda: bool(children_of(run.process.pid) - {pid, broker}))
    wait_until(lambda: listens(run.broker_port))
    assert is_running(pid)
    assert not run.ended_orderly()
    run.process.terminate()
    code, said = run.end()
    assert code == 0, said
    assert "the broker ended (exit code" in said
    assert run.ended_orderly()
    assert not listens(run.broker_port)


def test_a_connector_that_does_not_end_is_killed(start: Callable[..., Run]) -> None:
    run = start(STAND_IN.replace("sys.exit(0)", "return"), 0.1)
    pid = run.until_started()

    run.process.terminate()
    code, said = run.end()

    assert code == 256 - signal.SIGKILL
    assert "the connector did not end within 0.1 s: killed" in said
    assert not is_running(pid)
    assert not listens(run.broker_port)


def test_where_a_broker_answers_the_connector_takes_our_place(
    start: Callable[..., Run],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as broker:
        run = start(MQTT_BROKER_PORT=str(broker.getsockname()[1]))

        assert run.until_started() == run.process.pid
        run.process.terminate()
        code, said = run.end()

    assert (code, said) == (0, "")
    assert run.ended_orderly()


def test_wrong_settings_are_named_before_anything_starts(
    start: Callable[..., Run],
) -> None:
    run = start(OCPP_PORT="x", DEBUG="perhaps")

    code, said = run.end()

    assert code == 2
    assert "OCPP_PORT is 'x'" in said
    assert "DEBUG is 'perhaps'" in said
    assert not listens(run.broker_port)
