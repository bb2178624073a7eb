"""A real Home Assistant in a process of its own, set up as a new user sets it up."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import pytest
import yaml
from websockets.asyncio.client import ClientConnection, connect

from connector.tests.ports import free_port

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[3]
_START_TIMEOUT_S = 60
_LOOKS_EACH_S = 0.05
_UNTIL_S = 60
_CLIENT = "http://127.0.0.1/"
_CONFIGURATION = """\
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
onboarding:
config:
websocket_api:
recorder:
energy:
automation: !include automations.yaml
input_number:
  grid_power: {{name: Grid power, min: -20000, max: 20000}}
  electricity_price: {{name: Electricity price, min: -1, max: 5, step: 0.01}}
template:
  - sensor:
      - {{name: Grid power, state: "{{{{ states('input_number.grid_power') }}}}"}}
      - {{name: Electricity price,
          state: "{{{{ states('input_number.electricity_price') }}}}"}}
command_line:
  - notify: {{name: notify, command: "cat > {folder}/notified"}}
logger:
  default: warning
"""
_OF_THIS_PLACE = re.compile(
    r"libturbojpeg|zlib_ng|Skipping pip|haffmpeg"
    # A machine that is busy.
    r"|Updating state for \S+ .*took |is taking over|took longer than"
    # It clears a device's topic for each entity that goes, and wonders at its own words.
    r"|No device components to cleanup for (?!probe)|logging too frequently"
)
"""What it complains of because it runs in a bare environment, not because of us."""
_PLATFORMS: dict[str, Json] = {
    "binary_sensor": {"state_topic": "load"},
    "button": {"command_topic": "load"},
    "event": {"state_topic": "load", "event_types": ["load"]},
    "number": {"command_topic": "load"},
    "select": {"command_topic": "load", "options": ["1"]},
    "sensor": {"state_topic": "load"},
    "switch": {"command_topic": "load"},
    "text": {"command_topic": "load"},
}


@cache
def python() -> str:
    """The Python of its environment; where there is none, skipped with the reason."""
    script = ROOT / "scripts" / "home_assistant.sh"
    made = subprocess.run([script], check=False, capture_output=True, text=True)
    if made.returncode == 0:
        return made.stdout.strip()
    _absent(f"no Home Assistant to be had: {made.stderr.strip()[-300:]}")


@cache
def program() -> list[str | Path]:
    """The command of a release that knows device messages."""
    script = "import homeassistant.const as c; print(c.__version__)"
    told = subprocess.run(
        [python(), "-c", script], check=True, capture_output=True, text=True
    )
    year, month = map(int, told.stdout.split(".")[:2])
    if (year, month) < (2025, 10):
        _absent(f"Home Assistant {told.stdout.strip()} is too old: no Python 3.13")
    # Not from its own folder: a folder of ours there is named like a module.
    return [python(), "-P", Path(__file__).with_name("run_home_assistant.py")]


def _absent(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


class HomeAssistant:
    """One with its configuration in ``folder``; speaks to it as its page does."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.states: dict[str, Json] = {}
        self.log_path = folder / "hass.log"
        self._folder = folder / "config"
        self._folder.mkdir()
        (self._folder / "automations.yaml").write_text("[]")
        text = _CONFIGURATION.format(port=self.port, folder=self._folder)
        (self._folder / "configuration.yaml").write_text(text)
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""
        self._refresh = ""
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._changed: asyncio.Condition
        self._numbers = count(1)
        self.has_platforms = False

    # -- life

    def start(self) -> None:
        """Start it and wait until its page is served."""
        self.has_platforms = False
        command = [*program(), "-c", str(self._folder), "--skip-pip"]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._listens():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(_LOOKS_EACH_S)  # it needs the processor more than we do

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.05)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """End it as its users do, and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)
            self._process = None

    def log(self) -> str:
        """All that it wrote."""
        return self.log_path.read_text(errors="replace")

    def complaints(self) -> list[str]:
        """Its warnings and errors, but for those of a bare environment."""
        lines = [
            line
            for line in self.log().splitlines()
            if re.match(r"\S+ \S+ (WARNING|ERROR|CRITICAL) ", _plain(line))
        ]
        found = [line for line in lines if not _OF_THIS_PLACE.search(line)]
        if self.has_platforms:
            return found
        # It was started anew and loads them: what it fails to take it is told again.
        return [line for line in found if "_from_discovery when" not in line]

    # -- the first steps of a new user

    def onboard(self) -> None:
        """Make the owner, and log in."""
        made = self._post(
            "/api/onboarding/users",
            {
                "client_id": _CLIENT,
                "name": "Owner",
                "username": "owner",
                "password": "secret-of-a-test",
                "language": "en",
            },
        )
        tokens = self._log_in("authorization_code", code=made["auth_code"])
        self._refresh = tokens["refresh_token"]

    def log_in_again(self) -> None:
        """A token for a further start."""
        self._log_in("refresh_token", refresh_token=self._refresh)

    def _log_in(self, grant_type: str, **given: str) -> Json:
        form = {"grant_type": grant_type, "client_id": _CLIENT, **given}
        body = "&".join(f"{name}={quote(v, '')}" for name, v in form.items())
        request = urllib.request.Request(self._url("/auth/token"), body.encode())
        tokens: Json = _answer(request)
        self._token = tokens["access_token"]
        return tokens

    def add_mqtt(self, port: int, **more: Any) -> Json:
        """Set up the integration MQTT by its form; gives its last step."""
        flow = self._post(
            "/api/config/config_entries/flow",
            {"handler": "mqtt", "show_advanced_options": False},
        )
        step = self._post(
            f"/api/config/config_entries/flow/{flow['flow_id']}",
            {"broker": "127.0.0.1", "port": port, **more},
        )
        assert step["type"] == "create_entry", step
        return step

    # -- its page

    async def attend(self) -> None:
        """Read all states, and every change from now on."""
        self._changed = asyncio.Condition()
        self._socket = await connect(
            f"ws://127.0.0.1:{self.port}/api/websocket", max_size=None
        )
        await self._socket.recv()
        await self._socket.send(
            json.dumps({"type": "auth", "access_token": self._token})
        )
        assert json.loads(await self._socket.recv())["type"] == "auth_ok"
        self._reader = asyncio.create_task(self._read(self._socket))
        await self.ask("subscribe_events", event_type="state_changed")
        found = await self.ask("get_states")
        self.states = {state["entity_id"]: state for state in found} | self.states

    async def leave(self) -> None:
        """Close the page."""
        if self._socket is not None and self._reader is not None:
            await self._socket.close()
            await self._reader
            self._socket = None
            self.states = {}

    async def _read(self, page: ClientConnection) -> None:
        async for frame in page:
            message = json.loads(frame)
            if message["type"] == "result":
                self._answers.pop(message["id"]).set_result(message)
            elif message["type"] == "event":
                await self._note(message["event"]["data"])

    async def _note(self, data: Json) -> None:
        async with self._changed:
            if data["new_state"] is None:
                self.states.pop(data["entity_id"], None)
            else:
                self.states[data["entity_id"]] = data["new_state"]
            self._changed.notify_all()

    async def ask(self, kind: str, **more: Any) -> Any:
        """One command of the WebSocket interface; its result."""
        assert self._socket is not None
        number = next(self._numbers)
        future = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "type": kind, **more}))
        message = await asyncio.wait_for(future, _UNTIL_S)
        assert message["success"], message
        return message["result"]

    async def do(self, action: str, entity_id: str, **data: Any) -> None:
        """Perform an action on an entity, as a page or an automation does."""
        domain, _, service = action.partition(".")
        await self.ask(
            "call_service",
            domain=domain,
            service=service,
            service_data=data,
            target={"entity_id": entity_id},
        )

    async def until(
        self, entity_id: str, test: str | Callable[[Json], bool] | None
    ) -> Json:
        """The entity once it has this state, or passes; None: once it is gone."""

        def holds() -> bool:
            state = self.states.get(entity_id)
            if test is None or state is None:
                return test is None and state is None
            return state["state"] == test if isinstance(test, str) else test(state)

        await self._until(holds, lambda: (entity_id, self.states.get(entity_id)))
        return self.states.get(entity_id, {})

    async def until_any(self, test: Callable[[Json], bool]) -> None:
        """Wait until a state passes."""
        await self._until(
            lambda: any(map(test, self.states.values())), lambda: list(self.states)
        )

    async def _until(
        self, holds: Callable[[], bool], about: Callable[[], object]
    ) -> None:
        try:
            async with asyncio.timeout(_UNTIL_S), self._changed:
                await self._changed.wait_for(holds)
        except TimeoutError:
            raise AssertionError(about()) from None

    async def entities(self) -> dict[str, Json]:
        """Its registry of entities of MQTT, by unique id."""
        found = await self.ask("config/entity_registry/list")
        return {e["unique_id"]: e for e in found if e["platform"] == "mqtt"}

    async def devices(self) -> dict[str, Json]:
        """Its registry of devices of MQTT, by our identifier."""
        found = await self.ask("config/device_registry/list")
        return {
            value: device
            for device in found
            for domain, value in device["identifiers"]
            if domain == "mqtt"
        }

    async def automate(self, *automations: str) -> None:
        """Have these automations, each as its YAML, and no others."""
        found = [yaml.safe_load(text) for text in automations]
        for automation in found:
            automation["id"] = automation["alias"]
        path = self._folder / "automations.yaml"
        await asyncio.to_thread(path.write_text, yaml.safe_dump(found))
        await self.ask("call_service", domain="automation", service="reload")

    @property
    def notified(self) -> Path:
        """Where the last message to its user is, once there was one."""
        return self._folder / "notified"

    async def load_platforms(self) -> None:
        """Have it load the code of all kinds of entities, one after the other.

        While it loads one it may take an entity of another wrongly: a validator that
        they share is made anew then.
        """
        self.has_platforms = True
        for platform, about in _PLATFORMS.items():
            topic, entity = f"homeassistant/{platform}/load/config", f"{platform}.load"
            payload = json.dumps({"name": "Load", "unique_id": platform, **about})
            for text, test in ((payload, lambda _: True), ("", None)):
                await self.ask(
                    "call_service",
                    domain="mqtt",
                    service="publish",
                    service_data={"topic": topic, "payload": text, "retain": True},
                )
                await self.until(entity, test)

    # -- its HTTP interface

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def _post(self, path: str, body: Json) -> Json:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = json.dumps(body).encode()
        return _answer(urllib.request.Request(self._url(path), data, headers))


def _answer(request: urllib.request.Request) -> Json:
    try:
        with urllib.request.urlopen(request, timeout=_UNTIL_S) as answer:
            found: Json = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        raise AssertionError((request.full_url, error.code, error.read())) from error


def _plain(line: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", line)
