"""The compose stack of the repository, beside whatever else runs on the engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.models.containers import Container

from connector.tests.ports import free_port

ROOT = Path(__file__).resolve().parents[4]
OUR_USER = 4711
"""A user id that no image knows, without a home."""
_OVERRIDE = """\
services:
  ocpp-connector:
    environment:
      STATIONS: '{"CP-7": {"name": "North wall", "phases": 3}}'
      LIMIT_MIN_INTERVAL_S: 0
"""


def engine_environment() -> dict[str, str]:
    """What the engine's clients need: no BuildKit where there is none."""
    # An argument that is not set is another one than an empty one, which compose makes
    # of it: all layers, and the tests in them, would be made twice.
    environ = {"PIP_INDEX_URL": "", "PIP_EXTRA_INDEX_URL": "", **os.environ}
    if _fails("docker", "buildx", "version"):
        environ |= {"DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"}
    return environ


def compose_command() -> list[str]:
    """`docker compose` or `docker-compose`, whichever is there."""
    if not _fails("docker", "compose", "version"):
        return ["docker", "compose"]
    assert shutil.which("docker-compose"), "neither docker compose nor docker-compose"
    return ["docker-compose"]


def run(
    *command: str, environ: dict[str, str], check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run in the repository's top folder; what came of it, texts included."""
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    failed = check and done.returncode != 0
    assert not failed, f"{command}:\n{done.stdout}{done.stderr}"
    return done


def _fails(*command: str) -> bool:
    if not shutil.which(command[0]):
        return True
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


class Stack:
    """Broker and connector in containers, on free ports, under a name of its own."""

    def __init__(self, folder: Path) -> None:
        self.name = f"ocpp-test-{uuid.uuid4().hex[:8]}"
        self.ocpp_port, self.mqtt_port = free_port(), free_port()
        self.http_port = free_port()
        override = folder / "override.yml"
        override.write_text(_OVERRIDE)
        self._environ = engine_environment() | {
            "COMPOSE_PROJECT_NAME": self.name,
            "CONNECTOR_NAME": self.name,
            "OCPP_PORT": str(self.ocpp_port),
            "HTTP_PORT": str(self.http_port),
            "MQTT_PORT_PUBLISHED": str(self.mqtt_port),
            "USER_ID": str(OUR_USER),
            "GROUP_ID": str(OUR_USER),
        }
        files = ["--file", str(ROOT / "docker-compose.yml"), "--file", str(override)]
        self._compose = [*compose_command(), *files]

    def compose(self, *arguments: str) -> None:
        """Run compose on this stack."""
        run(*self._compose, *arguments, environ=self._environ)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Build it, start it, and leave nothing behind."""
        try:
            self.compose("up", "--build", "--detach")
            yield
        finally:
            self.compose("down", "--volumes", "--rmi", "local")

    def connector(self, client: docker.DockerClient) -> Container:
        """The connector's container."""
        return client.containers.get(self.name)
