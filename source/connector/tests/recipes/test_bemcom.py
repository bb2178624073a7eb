"""BEMCom from nothing to a schedule: its compose file, and what its services would say."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.main import __version__
from connector.tests.broker import Broker
from connector.tests.recipes.house import EXAMPLES, ROOT, STATION, House, house

pytestmark = [pytest.mark.broker, pytest.mark.repository]

FOLDER = EXAMPLES / "bemcom"
PAGE = ROOT / "docs" / "how-to" / "bemcom.md"
NAME = "ocpp-connector"
ACTUATOR = f"{STATION}__1__power_limit"
SENSORS = (
    f"{STATION}__0__connected",
    f"{STATION}__1__status",
    f"{STATION}__1__Power.Active.Import",
    ACTUATOR,
    f"{ACTUATOR}__result",
)
TOKEN = "a-token-of-a-user"

Json = dict[str, Any]


def services() -> dict[str, Json]:
    text = (FOLDER / "docker-compose.yml").read_text("utf-8")
    return dict(yaml.safe_load(text)["services"])


def value_topic(number: int) -> str:
    return f"{NAME}/messages/{number}/value"


def datapoint_map() -> Json:
    """What the API service makes of the datapoints that were selected."""
    sensors = {key: value_topic(number) for number, key in enumerate(SENSORS, 1)}
    return {"sensor": sensors, "actuator": {value_topic(99): ACTUATOR}}


def to_milliseconds() -> int:
    return time.time_ns() // 1_000_000


class ApiService(HTTPServer):
    """Takes one request as the API service does, and keeps it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[tuple[str, str, Json]] = []


class _Taking(BaseHTTPRequestHandler):
    server: ApiService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(
            (self.path, self.headers["Authorization"], json.loads(body))
        )
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be silent."""


@contextmanager
def api_service() -> Iterator[ApiService]:
    service = ApiService()
    thread = threading.Thread(target=service.serve_forever)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        thread.join()
        service.server_close()


def posted() -> tuple[str, str, Json]:
    """What the script of the recipe posts."""
    with api_service() as service:
        address = f"http://127.0.0.1:{service.server_port}"
        subprocess.run(
            [FOLDER / "schedule.sh", "99"],
            check=True,
            env={"PATH": "/usr/bin:/bin", "TOKEN": TOKEN, "API": address},
        )
    [found] = service.taken
    return found


async def control(home: House, value: float | None) -> Json:
    """Write as the controller does; the outcome."""
    result = datapoint_map()["sensor"][f"{ACTUATOR}__result"]
    home.listener.last.pop(result, None)
    home.listener.publish(
        value_topic(99), {"value": value, "timestamp": to_milliseconds()}
    )
    outcome: Json = json.loads((await home.until(result))["value"])
    return outcome


def test_the_application_is_whole() -> None:
    found = services()
    ours = found[NAME]

    assert ours["image"] == f"bemcom/ocpp-connector:{__version__}"
    assert {name for name, each in found.items() if each["container_name"] != name} == (
        set()
    )
    assert ours["environment"]["CONNECTOR_NAME"] == NAME
    for each in ("django-api", "python-controller", NAME):
        assert found[each]["environment"]["MQTT_BROKER_HOST"] in found
        assert found[each]["depends_on"] == ["mqtt-broker"]
    assert found["django-api"]["environment"]["ACTIVATE_CONTROL_EXTENSION"] == "TRUE"


def test_the_page_names_what_is_to_be_selected() -> None:
    text = PAGE.read_text("utf-8")

    assert {key for key in SENSORS if f"`{key}`" not in text} == set()


def test_the_schedule_reaches_the_api_service() -> None:
    path, authorization, body = posted()
    steps = body["schedule"]

    assert (path, authorization) == ("/datapoint/99/schedule/", f"Bearer {TOKEN}")
    assert [step["value"] for step in steps] == [4140, 11000, None]
    assert [step["to_timestamp"] for step in steps[:-1]] == [
        step["from_timestamp"] for step in steps[1:]
    ]
    assert steps[0]["to_timestamp"] - body["timestamp"] == 3_600_000


async def test_a_schedule_becomes_limits_of_the_station(
    broker: Broker, tmp_path: Path
) -> None:
    settings = services()[NAME]["environment"]
    given = {k: v for k, v in settings.items() if not k.startswith("MQTT_")}
    _, _, schedule = posted()
    async with house(broker, tmp_path, **given, OPEN_TREE="FALSE") as home:
        await home.plug_in()
        available = await home.until(
            f"{NAME}/available_datapoints",
            lambda it: f"{STATION}__1__status" in it["sensor"],
        )
        assert ACTUATOR in available["actuator"]
        home.listener.publish(f"{NAME}/datapoint_map", datapoint_map(), retain=True)
        limit = datapoint_map()["sensor"][ACTUATOR]
        await home.until(datapoint_map()["sensor"][f"{STATION}__1__status"])
        for step in schedule["schedule"]:
            outcome = await control(home, step["value"])
            assert outcome["outcome"] == "accepted", outcome
            await home.until(limit, lambda it, step=step: it["value"] == step["value"])
        sent = [a for a, _ in home.stations[STATION].received]
        assert sent.count("SetChargingProfile") == 2
        assert "ClearChargingProfile" in sent
