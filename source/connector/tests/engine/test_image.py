"""The image: what it is made of, and that a failing test fails its build."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import docker
import pytest

from connector.main import __version__
from connector.tests.engine.inside import A_USER, in_image
from connector.tests.engine.stack import ROOT, engine_environment, run
from connector.tests.test_lock import PROJECT

pytestmark = [
    pytest.mark.engine,
    pytest.mark.repository,
    pytest.mark.slow,
    pytest.mark.xdist_group("engine"),
]


@pytest.fixture
def config(client: docker.DockerClient, image: str) -> dict[str, Any]:
    config: dict[str, Any] = client.images.get(image).attrs["Config"]
    return config


def test_the_tag_holds_the_version(image: str) -> None:
    assert image == f"bemcom/ocpp-connector:{__version__}"


def test_labels_say_what_it_is(config: dict[str, Any]) -> None:
    prefix = "org.opencontainers.image."
    labels = {key.removeprefix(prefix): each for key, each in config["Labels"].items()}

    assert labels["title"] == "OCPP connector"
    assert labels["description"] == PROJECT["description"]
    assert labels["licenses"] == PROJECT["license"]
    assert labels["version"] == __version__
    assert labels["base.name"] == "docker.io/library/python:3.13-slim"
    assert re.fullmatch(r"[0-9a-f]{40}(-modified)?", labels["revision"])


def test_signals_reach_python_and_health_is_asked_without_a_shell(
    config: dict[str, Any],
) -> None:
    assert config["Entrypoint"] == ["python", "connector/main.py"]
    assert config["Healthcheck"]["Test"] == ["CMD", "python", "healthcheck.py"]


def test_the_command_is_on_the_path(client: docker.DockerClient, image: str) -> None:
    version = f"ocpp-connector {__version__}"
    assert in_image(client, image, "ocpp-connector", "--version") == (0, version)


@pytest.mark.parametrize("words", [["--version"], ["ocpp-connector", "--version"]])
def test_what_is_given_to_the_image_is_a_command_line(
    client: docker.DockerClient, image: str, words: list[str]
) -> None:
    output = client.containers.run(image, words, user=A_USER, remove=True)

    assert output.decode().strip() == f"ocpp-connector {__version__}"


def test_the_command_reads_the_settings_of_the_image(
    client: docker.DockerClient, image: str
) -> None:
    words = ("ocpp-connector", "config", "show", "--json")
    code, output = in_image(client, image, *words, OCPP_PORT="9001")

    found = {each["name"]: each["value"] for each in json.loads(output)}
    assert code == 0
    assert (found["DATA_DIR"], found["OCPP_PORT"]) == ("/data", "9001")


def test_it_is_nobody_special(config: dict[str, Any]) -> None:
    assert config["User"] == "1000:1000"


def test_neither_compiler_nor_tests_are_left_inside(
    client: docker.DockerClient, image: str
) -> None:
    script = (
        "import importlib.util, os, shutil; "
        "print([n for n in ('cc', 'gcc', 'make') if shutil.which(n)], "
        "[n for n in ('pytest', 'pip', 'docker') if importlib.util.find_spec(n)], "
        "os.path.exists('connector/tests'))"
    )

    assert in_image(client, image, "python", "-c", script) == (0, "[] [] False")


def test_any_user_can_keep_data(client: docker.DockerClient, image: str) -> None:
    script = "import os; open('/data/x', 'w').close(); print(os.getuid())"

    assert in_image(client, image, "python", "-c", script) == (0, "4711")


def test_wrong_settings_end_it_with_2(client: docker.DockerClient, image: str) -> None:
    code, output = in_image(client, image, OCPP_PORT="x")

    assert code == 2
    assert "OCPP_PORT is 'x' (environment)" in output


def test_it_can_be_a_station(client: docker.DockerClient, image: str) -> None:
    code, output = in_image(client, image, ROLE="station", STATION_COUNT="x")
    words = ("ocpp-connector", "station", "--scenario", "none")
    _, shipped = in_image(client, image, *words)

    assert code == 2
    assert "STATION_COUNT is 'x' (environment)" in output
    assert "cold-boot" in shipped


def test_a_failing_test_fails_the_build(tmp_path: Path, image: str) -> None:
    source = tmp_path / "source"
    shutil.copytree(
        ROOT / "source", source, ignore=shutil.ignore_patterns("tests", ".*_cache")
    )
    shutil.copy(ROOT / "source" / ".dockerignore", source)
    (source / "connector" / "tests").mkdir()
    (source / "connector" / "tests" / "test_red.py").write_text(
        "def test_red():\n    assert 1 == 2\n"
    )

    done = run(
        *("docker", "build", "--force-rm", "--build-arg", "PIP_INDEX_URL"),
        *("--build-arg", "PIP_EXTRA_INDEX_URL", str(source)),
        environ=engine_environment(),
        check=False,
    )

    assert "1 failed" in done.stdout
    assert done.returncode != 0
