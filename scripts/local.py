"""What `run.sh` starts: the connector, and a broker and stations where needed.

Everything that is started here is stopped here, in the order stations, connector,
broker; a signal to this process is one to all of them. A broker that ends is started
again, since the connector goes on without one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from connector.settings import Settings, SettingsError, load
from local_processes import CannotStart, Children, say

TOP = Path(__file__).resolve().parent.parent
SOURCE = TOP / "source"

CONNECTOR = [sys.executable, str(SOURCE / "connector" / "main.py")]
COMMAND = Path(".venv", "bin", "ocpp-connector")
_DESCRIPTION = (
    "Start the connector until Ctrl-C, and a Mosquitto of its own where no broker "
    "answers on this machine."
)
_IMAGE = "eclipse-mosquitto:2"
_START_TIMEOUT_S = 30
_PAUSES_S: tuple[float, ...] = (1, 2, 5, 10, 30, 60)
"""Before each new start of a broker; after the last one it is given up."""
_STEADY_S = 60
"""A broker that ran for so long has all its starts again."""
_BROKER_CONFIG = """\
listener {port}{address}
allow_anonymous true
set_tcp_nodelay true
log_type error
log_type warning
"""
_DEMO_STATIONS = ("DEMO-1", "DEMO-2")
_NO_BROKER = """\
no MQTT broker answers at {host}:{port}, and none could be started. One of these helps:
  - install Mosquitto, for example: apt install mosquitto
  - let this script do it: run it as root, or with sudo that asks for no password
  - start a Docker engine: the image {image} is used then
or set MQTT_BROKER_HOST and MQTT_BROKER_PORT to a broker that runs"""
_BROKER_LOST = """\
the broker ended {times} times, the last time with exit code {code}, and is not started
again; what it said is above. One of these helps:
  - start a broker at {host}:{port} yourself, then this again
  - set MQTT_BROKER_HOST and MQTT_BROKER_PORT to a broker that runs"""
_HINTS = """
Two simulated stations charge: vehicles come and stay for some minutes. In another
terminal:

  watch    mosquitto_sub {broker} -v -t '{station}/#'
  limit    mosquitto_pub {broker} -t '{station}/1/power_limit/set' -m 4140
  pause    mosquitto_pub {broker} -t '{station}/1/power_limit/set' -m 0
  release  mosquitto_pub {broker} -t '{station}/1/power_limit/set' -m null
  stop     mosquitto_pub {broker} -t '{station}/1/charge/set' -m false

What became of a command is published at .../<command>/result. Ctrl-C ends everything.
{clients}"""
_CLIENTS = """
(mosquitto_sub and mosquitto_pub are not on this machine: they are in the package
mosquitto-clients. Any other MQTT client does as well.)"""


def demo_environment() -> dict[str, str]:
    """The settings of the demonstration: its own data, its stations, quick values."""
    stations = ", ".join(f'"{name}": {{"phases": 3}}' for name in _DEMO_STATIONS)
    quick = {"METER_INTERVAL_S": "5", "LIMIT_MIN_INTERVAL_S": "2"}
    return {
        **{name: os.environ.get(name) or value for name, value in quick.items()},
        "DATA_DIR": str(TOP / "data" / "demo"),
        "OPEN_TREE": "TRUE",
        "STATIONS": f"{{{stations}}}",
    }


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def own_address(host: str) -> str | None:
    """The address of ours that `host` means; None: it is another machine's."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return None
    for family, kind, _, _, address in sorted(found):
        with contextlib.suppress(OSError), socket.socket(family, kind) as probe:
            probe.bind((address[0], 0))  # only an address of our own can be bound
            return str(address[0])
    return None


def find_mosquitto() -> str | None:
    """The binary; Debian has it where only root's path leads."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which("mosquitto", path=path)


def install_mosquitto() -> None:
    """From the distribution's packages, where we may."""
    script = (
        ". scripts/common.sh && install_packages mosquitto mosquitto-clients"
        " && disable_service mosquitto"
    )
    bash = shutil.which("bash") or "/bin/bash"
    subprocess.run([bash, "-c", script, "run.sh"], cwd=TOP, check=False)


def find_engine() -> str | None:
    """A container engine that answers."""
    for path in filter(None, map(shutil.which, ("docker", "podman"))):
        answer = subprocess.run([path, "info"], capture_output=True, check=False)
        if answer.returncode == 0:
            return path
    return None


class BrokerPlan(NamedTuple):
    """How a broker is started, and as whom (None: as we are)."""

    command: list[str]
    user: str | None = None


def broker_user() -> str | None:
    """Whom a Mosquitto started by root is to be.

    It would change by itself, but a process that changes its user forgets that it was
    to die with its parent.
    """
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("mosquitto", "nobody") if name in known), None)


def plan_broker(settings: Settings, folder: Path) -> BrokerPlan | None:
    """How a broker is started where the settings want one.

    None: one answers already, or it is another machine's.

    Raises:
        CannotStart: there is no way to have one.
    """
    host, port = settings.mqtt_broker_host, settings.mqtt_broker_port
    if answers(host, port):
        return None
    address = own_address(host)
    if address is None:
        say(f"no broker answers at {host}:{port}; the connector will keep trying")
        return None
    if settings.mqtt_tls:
        raise CannotStart(f"no broker answers at {host}:{port}, and ours has no TLS")
    if find_mosquitto() is None:
        install_mosquitto()
    config = folder / "mosquitto.conf"
    if (binary := find_mosquitto()) is not None:
        config.write_text(_BROKER_CONFIG.format(port=port, address=f" {address}"))
        return BrokerPlan([binary, "-c", str(config)], broker_user())
    if (engine := find_engine()) is None:
        raise CannotStart(_NO_BROKER.format(host=host, port=port, image=_IMAGE))
    config.write_text(_BROKER_CONFIG.format(port=1883, address=""))
    published = f"[{address}]" if ":" in address else address
    return BrokerPlan(
        [
            *(engine, "run", "--rm", "--init", "--publish", f"{published}:{port}:1883"),
            *("--volume", f"{config}:/mosquitto/config/mosquitto.conf:ro", _IMAGE),
        ]
    )


async def listening(name: str, host: str, port: int, children: Children) -> None:
    """Wait until `port` answers.

    Raises:
        CannotStart: it does not in time, or one of the processes ended.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _START_TIMEOUT_S
    while not await loop.run_in_executor(None, answers, host, port):
        if any(process.returncode is not None for process in children.running.values()):
            raise CannotStart(f"the {name} ended while it started")
        if loop.time() > deadline:
            raise CannotStart(f"the {name} does not answer at {host}:{port}")
        await asyncio.sleep(0.1)


async def keep_broker(
    children: Children, settings: Settings, broker: BrokerPlan
) -> None:
    """Start ours again whenever it ends, until another one answers in its place.

    Raises:
        CannotStart: it ended too often.
    """
    host, port = settings.mqtt_broker_host, settings.mqtt_broker_port
    loop = asyncio.get_running_loop()
    ends = 0
    while True:
        started = loop.time()
        code = await children.running["broker"].wait()
        ends = 1 if loop.time() - started > _STEADY_S else ends + 1
        if ends > len(_PAUSES_S):
            raise CannotStart(
                _BROKER_LOST.format(times=ends, code=code, host=host, port=port)
            )
        pause_s = _PAUSES_S[ends - 1]
        say(f"the broker ended (exit code {code}); a new start follows in {pause_s} s")
        await asyncio.sleep(pause_s)
        if await loop.run_in_executor(None, answers, host, port):
            say(f"another broker answers at {host}:{port}: it is used from now on")
            return
        await children.start("broker", *broker.command, user=broker.user)


async def first_end(
    children: Children, settings: Settings, broker: BrokerPlan | None
) -> tuple[str, int]:
    """Name and exit code of the first that ends for good.

    Raises:
        CannotStart: the broker ended too often.
    """
    ending = asyncio.create_task(children.first_end())
    tasks: set[asyncio.Task[object]] = {ending}
    if broker is not None:
        tasks.add(asyncio.create_task(keep_broker(children, settings, broker)))
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        return await ending
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def start_demo(children: Children, settings: Settings) -> None:
    """The simulated stations, and what to type."""
    host = settings.ocpp_host or "127.0.0.1"
    await listening("connector", host, settings.ocpp_port, children)
    await children.start(
        "stations",
        sys.executable, "-m", "connector.cli.app", "station",
        "--url", f"ws://{host}:{settings.ocpp_port}",
        "--id", "DEMO", "--count", str(len(_DEMO_STATIONS)), "--id-tag", "DEMO-CARD",
        "--auto", "--stay", "240", "--away", "20",
    )  # fmt: skip
    broker = f"-h {settings.mqtt_broker_host} -p {settings.mqtt_broker_port}"
    print(
        _HINTS.format(
            broker=broker,
            station=f"{settings.connector_name}/stations/{_DEMO_STATIONS[0]}",
            clients="" if shutil.which("mosquitto_sub") else _CLIENTS,
        ),
        flush=True,
    )


async def run(
    children: Children, settings: Settings, broker: BrokerPlan | None, *, demo: bool
) -> int:
    """Start what is needed, wait until connector or stations end; the exit code."""
    if broker is not None:
        host, port = settings.mqtt_broker_host, settings.mqtt_broker_port
        await children.start("broker", *broker.command, user=broker.user)
        await listening("broker", host, port, children)
        say(f"started a Mosquitto of our own on {host}:{port}")
    await children.start("connector", *CONNECTOR)
    if demo:
        await start_demo(children, settings)
    name, code = await first_end(children, settings, broker)
    say(f"the {name} ended (exit code {code})")
    return code or (0 if name == "connector" else 1)


async def supervise(
    settings: Settings, broker: BrokerPlan | None, *, demo: bool
) -> int:
    """Everything until a signal, or until one of the processes ends; the exit code."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    children = Children()
    running = asyncio.create_task(run(children, settings, broker, demo=demo))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for task in (running, stopped):
        task.cancel()
    await asyncio.wait({running, stopped})
    codes = await children.stop()
    return codes.get("connector", 0) if running.cancelled() else running.result()


def start(*, demo: bool) -> int:
    """Start what is needed and nothing else; the exit code.

    Raises:
        CannotStart: something is missing.
        SettingsError: the settings cannot be used.
    """
    if demo:
        os.environ.update(demo_environment())
    settings = load()
    if demo and answers("127.0.0.1", settings.ocpp_port):
        raise CannotStart(
            f"port {settings.ocpp_port} is in use: set OCPP_PORT to a free one"
        )
    with tempfile.TemporaryDirectory(prefix="ocpp-connector-") as name:
        Path(name).chmod(0o755)  # Mosquitto, started as root, becomes another user
        broker = plan_broker(settings, Path(name))
        if broker is None and not demo:
            Path(name).rmdir()
            os.execv(CONNECTOR[0], CONNECTOR)  # noqa: S606 - nobody to look after
        return asyncio.run(supervise(settings, broker, demo=demo))


def main() -> int:
    """The command line of `run.sh`."""
    parser = argparse.ArgumentParser("run.sh", description=_DESCRIPTION)
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--demo", action="store_true", help="with two simulated stations that charge"
    )
    what.add_argument(
        "--setup",
        action="store_true",
        help="start nothing: only make .venv, with the command in it",
    )
    given = parser.parse_args()
    if given.setup:
        say(f"the command is {COMMAND}")
        return 0
    try:
        return start(demo=given.demo)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except CannotStart as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
