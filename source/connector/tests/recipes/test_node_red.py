"""The flow for Node-RED, run by Node-RED without its editor."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connector.tests.broker import Broker
from connector.tests.recipes.house import EXAMPLES, PLACE, ROOT, STATION, House, house

pytestmark = [pytest.mark.broker, pytest.mark.node_red, pytest.mark.repository]

FILE = EXAMPLES / "node-red" / "flow.json"
GRID = "house/grid_power"
SETTINGS = """module.exports = {
    flowFile: "flow.json", credentialSecret: false, disableEditor: true,
    httpAdminRoot: false, httpNodeRoot: false, diagnostics: {enabled: false},
    telemetry: {enabled: false, updateNotification: false},
    logging: {console: {level: "info"}},
};
"""


@cache
def node_red() -> str:
    """The program; where it is not to be had, skipped with the reason."""
    script = ROOT / "scripts" / "node_red.sh"
    made = subprocess.run([script], check=False, capture_output=True, text=True)
    if made.returncode == 0:
        return made.stdout.strip()
    reason = f"no Node-RED to be had: {made.stderr.strip()[-300:]}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def nodes() -> list[dict[str, Any]]:
    return list(json.loads(FILE.read_text("utf-8")))


@contextmanager
def running(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Node-RED with the flow, whose broker is ours."""
    folder.mkdir()
    flow = [
        each | ({"broker": "127.0.0.1", "port": str(port)} if "port" in each else {})
        for each in nodes()
    ]
    (folder / "flow.json").write_text(json.dumps(flow))
    (folder / "settings.js").write_text(SETTINGS)
    command = ["node", node_red(), "--userDir", folder, "--port", "0"]
    started = subprocess.Popen(
        [*command, "--settings", folder / "settings.js"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield started
    finally:
        started.terminate()
        started.communicate()


def until_said(process: subprocess.Popen[str], words: str) -> str:
    """The first line with these words."""
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        heard.append(line)
        if words in line:
            return line
    raise AssertionError("".join(heard))


async def until_limit(home: House, watts: float) -> None:
    await home.until(f"{PLACE}power_limit", lambda it: it == watts)


def test_every_node_of_the_flow_is_reached() -> None:
    found = {node["id"]: node for node in nodes()}
    wired = {to for node in nodes() for out in node.get("wires", []) for to in out}
    starts = {each for each, node in found.items() if node["type"] == "mqtt in"}
    parts = {each for each, node in found.items() if "wires" in node}

    assert wired | starts == parts
    assert {node["broker"] for node in nodes() if node["type"].startswith("mqtt ")} == {
        "ocpp-broker"
    }


async def test_the_car_follows_the_sun(broker: Broker, tmp_path: Path) -> None:
    async with house(broker, tmp_path) as home:
        await home.plug_in()
        await home.charge(power_w=5000)
        await home.until(f"{PLACE}Power.Active.Import", lambda it: it == 5000)
        with running(tmp_path / "node-red", broker.port) as process:
            until_said(process, "Connected to broker")
            home.listener.publish(GRID, -1500, retain=True)
            await until_limit(home, 6500)
            home.listener.publish(GRID, -20000, retain=True)
            await until_limit(home, 11000)
            home.listener.publish(GRID, 9000, retain=True)
            await until_limit(home, 0)


async def test_a_refused_limit_is_told(broker: Broker, tmp_path: Path) -> None:
    async with house(broker, tmp_path) as home:
        await home.plug_in()
        await home.charge(power_w=5000)
        answers = home.stations[STATION].answers
        answers["SetChargingProfile"] = lambda _: {"status": "Rejected"}
        with running(tmp_path / "node-red", broker.port) as process:
            until_said(process, "Connected to broker")
            home.listener.publish(GRID, -1500, retain=True)
            await home.until(f"{PLACE}power_limit/result")
            until_said(process, "Refused limit")
