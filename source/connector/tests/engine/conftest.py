"""The image once, the stack once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from connector.tests.engine.stack import Stack, engine_environment, run
from connector.tests.system.listener import Listener


@pytest.fixture(scope="session")
def client() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture(scope="session")
def image() -> str:
    """The tag that `build_docker_image.sh` gives."""
    done = run("./build_docker_image.sh", environ=engine_environment())
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="session")
def stack(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Broker and connector, started by compose (the image's layers are there)."""
    folder: Path = tmp_path_factory.mktemp("stack")
    stack = Stack(folder)
    with stack.running():
        yield stack


@pytest.fixture
def listener(stack: Stack) -> Iterator[Listener]:
    listener = Listener(stack.mqtt_port)
    listener.until(f"{stack.name}/bridge/state", lambda state: state == "online", 60)
    yield listener
    listener.close()
