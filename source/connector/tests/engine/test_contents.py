"""The image's bill of materials names what is in the image, no more and no less."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import docker
import pytest
from packaging.utils import canonicalize_name

from connector.main import __version__
from connector.tests.engine.inside import in_image
from connector.tests.engine.stack import ROOT

pytestmark = [
    pytest.mark.engine,
    pytest.mark.repository,
    pytest.mark.slow,
    pytest.mark.xdist_group("engine"),
]

INSIDE = "/usr/share/doc/ocpp-connector/sbom.cdx.json"
BESIDE = ROOT / "build" / f"ocpp-connector-{__version__}.cdx.json"
VENDOR = "connector/web/dashboard/assets/vendor"
Bill = dict[str, Any]


@pytest.fixture(scope="module")
def bill(client: docker.DockerClient, image: str) -> Bill:
    code, text = in_image(client, image, "cat", INSIDE)
    assert code == 0, text
    bill: Bill = json.loads(text)
    return bill


def named(bill: Bill, kind: str) -> dict[str, str]:
    """Names and versions of the parts of a kind of package."""
    found = [
        each
        for each in bill["components"]
        if each.get("purl", "").startswith(f"pkg:{kind}/")
    ]
    return {each["name"]: each["version"] for each in found}


def test_it_lies_beside_the_image_too(bill: Bill) -> None:
    assert json.loads(BESIDE.read_text("utf-8")) == bill


def test_it_is_what_its_schema_asks_for(bill: Bill) -> None:
    script = ROOT / "scripts" / "sbom.sh"
    done = subprocess.run([script, BESIDE], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_what_its_schema_does_not_ask_for_is_told(
    bill: Bill, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wrong = tmp_path_factory.mktemp("wrong") / "sbom.cdx.json"
    wrong.write_text(json.dumps({**bill, "components": [{"name": "no type"}]}))

    script = ROOT / "scripts" / "sbom.sh"
    done = subprocess.run([script, wrong], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "'type' is a required property" in done.stderr


def test_it_is_of_this_version(bill: Bill) -> None:
    root = bill["metadata"]["component"]

    assert (root["name"], root["version"]) == ("ocpp-connector", __version__)


def test_python_packages_are_those_that_are_installed(
    client: docker.DockerClient, image: str, bill: Bill
) -> None:
    script = (
        "import json; from importlib.metadata import distributions; "
        "print(json.dumps({each.name: each.version for each in distributions()}))"
    )
    code, text = in_image(client, image, "python", "-c", script)

    found = {canonicalize_name(name): each for name, each in json.loads(text).items()}
    listed = named(bill, "pypi").items()
    assert code == 0
    assert {canonicalize_name(name): each for name, each in listed} == found


def test_every_python_package_has_licence_hash_and_address(bill: Bill) -> None:
    names = named(bill, "pypi")
    found = [each for each in bill["components"] if each["name"] in names]

    assert all(each["licenses"] for each in found)
    assert {each["hashes"][0]["alg"] for each in found} == {"SHA-256"}
    assert all(each["purl"].endswith(f"@{each['version']}") for each in found)


def test_debian_packages_are_those_that_are_installed(
    client: docker.DockerClient, image: str, bill: Bill
) -> None:
    words = ("dpkg-query", "--show", "--showformat=${Package} ${Version}\n")
    code, text = in_image(client, image, *words)

    assert code == 0
    assert named(bill, "deb") == dict(line.split() for line in text.splitlines())


def test_the_interpreter_is_the_one_that_runs(
    client: docker.DockerClient, image: str, bill: Bill
) -> None:
    code, text = in_image(client, image, "python", "--version")

    assert code == 0
    assert text == f"Python {named(bill, 'generic')['python']}"


def test_files_of_the_dashboard_are_those_that_are_served(
    client: docker.DockerClient, image: str, bill: Bill
) -> None:
    listed = {
        file["name"]: file["hashes"][0]["content"]
        for each in bill["components"]
        if each.get("purl", "").startswith("pkg:npm/")
        for file in each["components"]
    }
    shell = f"cd {VENDOR} && sha256sum $(ls | grep -v vendor.json)"
    code, text = in_image(client, image, "sh", "-c", shell)

    lines = [line.split() for line in text.splitlines()]
    assert code == 0, text
    assert listed == {name: content for content, name in lines}


def test_what_is_compiled_into_wheels_is_named(bill: Bill) -> None:
    [found] = [each for each in bill["components"] if each["name"] == "cryptography"]

    assert "openssl" in {each["name"] for each in found["components"]}
