"""The files of the Home Assistant add-on, held against the supervisor's rules.

The rules are those of ``supervisor/addons/validate.py`` and ``options.py`` of
home-assistant/supervisor, as data: what must be there, what may be, and its form.
"""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.main import __version__
from connector.settings import load
from connector.settings.add_on import of_add_on
from connector.settings.model import Settings

pytestmark = pytest.mark.repository

ROOT = Path(__file__).resolve().parents[4]
FOLDER = ROOT / "home-assistant" / "ocpp_connector"
REQUIRED = {"name", "version", "slug", "description", "arch"}
FORMS: dict[str, str] = {
    "slug": r"[-_.A-Za-z0-9]+",
    "startup": r"initialize|system|services|application|once",
    "boot": r"auto|manual|manual_only",
    "version": r"\d+(\.\d+)+",
    "homeassistant": r"\d{4}\.\d+\.\d+",
    "webui": r"(?:https?|\[PROTO:\w+\]):\/\/\[HOST\]:\[PORT:\d+\].*",
    "watchdog": r"(?:https?|\[PROTO:\w+\]|tcp):\/\/\[HOST\]:(\[PORT:\d+\]|\d+).*",
}
OTHERS = {"map", "ports", "ports_description", "services", "environment"} | {
    "name",
    "description",
    "arch",
    "timeout",
    "options",
    "schema",
}
ARCHITECTURES = {"amd64", "aarch64"}
_RANGE = r"(\((\d+(\.\d+)?)?,(\d+(\.\d+)?)?\))?"
ELEMENT = re.compile(
    rf"(bool|email|url|port|(str|password|int|float){_RANGE}"
    r"|match\(.*\)|list\(.+\)|device(\(subsystem=[a-z]+\))?)\??"
)
EXAMPLES = {"int": 2, "float": 16.0, "bool": True, "port": 1883, "password": "p" * 16}
"""A value of each kind, by its first word."""


def config() -> dict[str, Any]:
    return dict(yaml.safe_load((FOLDER / "config.yaml").read_text("utf-8")))


def elements(schema: dict[str, Any]) -> list[tuple[str, str]]:
    """Every option and member of rows, with its form."""
    found = []
    for name, form in schema.items():
        [row] = form if isinstance(form, list) else [form]
        found += elements(row) if isinstance(row, dict) else [(name, row)]
    return found


def example(name: str, form: Any) -> Any:
    if isinstance(form, list):
        [row] = form
        return [{member: example(member, each) for member, each in row.items()}]
    kind = re.split(r"[(?]", form)[0]
    if kind == "list":
        return re.split(r"[(|)]", form)[1]
    named = {"limit_fallback": "6A", "mqtt_broker_host": "broker"}
    return named.get(name) or EXAMPLES.get(kind, "NAME")


def size_of(image: Path) -> tuple[int, int]:
    head = image.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def test_what_must_be_there_is_and_has_its_form() -> None:
    found = config()

    assert found.keys() >= REQUIRED
    assert found.keys() <= FORMS.keys() | OTHERS
    wrong = {n for n, form in FORMS.items() if not re.fullmatch(form, found[n])}
    assert wrong == set()
    assert set(found["arch"]) <= ARCHITECTURES
    assert found["services"] == ["mqtt:need"]
    assert [each["type"] for each in found["map"]] == ["ssl"]
    assert 10 <= found["timeout"] <= 300
    assert {type(value) for value in found["environment"].values()} == {str}


def test_ports_are_those_of_the_image_and_are_explained() -> None:
    found = config()

    assert found["ports"] == {"9000/tcp": 9000, "8080/tcp": 8080, "9443/tcp": None}
    assert found["ports"].keys() == found["ports_description"].keys()
    exposed = re.search(
        r"^EXPOSE (.*)$", (ROOT / "source/Dockerfile").read_text(), re.M
    )
    assert exposed is not None
    assert set(exposed[1].split()) == {"9000", "8080"}


def test_its_version_is_ours() -> None:
    assert config()["version"] == __version__


def test_it_is_made_of_the_image_of_its_version() -> None:
    lines = (FOLDER / "Dockerfile").read_text().splitlines()
    build = (ROOT / "build_docker_image.sh").read_text()

    assert "FROM bemcom/ocpp-connector:${BUILD_VERSION}" in lines
    assert "ARG BUILD_VERSION" in lines
    assert "bemcom/ocpp-connector:$version" in build


def test_options_have_forms_and_defaults() -> None:
    found = config()
    schema, options = found["schema"], found["options"]
    needed = {n for n, f in schema.items() if not str(f).endswith("?")}

    assert [e for e in elements(schema) if not ELEMENT.fullmatch(e[1])] == []
    assert options.keys() == needed
    assert options["stations"] == options["more"] == []


def test_options_are_settings_with_their_defaults() -> None:
    found = config()
    names = found["schema"].keys() - {"more"}
    fields = Settings.model_fields
    plain = {n: v for n, v in found["options"].items() if v != [] and n != "more"}
    defaults = load({name.upper(): str(value) for name, value in plain.items()})

    assert names <= fields.keys()
    assert {name.lower() for name in found["environment"]} <= fields.keys()
    assert {n: getattr(defaults, n) for n in plain} == {
        n: getattr(load({}), n) for n in plain
    }


def test_every_option_can_be_used(tmp_path: Path) -> None:
    schema = config()["schema"]
    given = {name: example(name, form) for name, form in schema.items()}
    given["more"] = [{"name": "CALL_TIMEOUT_S", "value": "7"}]
    path = tmp_path / "options.json"
    path.write_text(json.dumps(given))
    texts, problems = of_add_on({"SUPERVISOR_TOKEN": "x"}, path, "nobody.invalid")
    found = load(texts)

    assert problems == []
    assert texts.keys() == {n.upper() for n in schema if n != "more"} | {
        "CALL_TIMEOUT_S"
    }
    assert found.stations["NAME"].connectors == 2
    assert found.call_timeout_s == 7


def test_every_option_and_port_is_said_in_words() -> None:
    found = config()
    said = yaml.safe_load((FOLDER / "translations" / "en.yaml").read_text("utf-8"))

    assert said["configuration"].keys() == found["schema"].keys()
    assert all(about["name"] for about in said["configuration"].values())
    assert said["network"].keys() == found["ports"].keys()


def test_the_repository_is_one_of_add_ons() -> None:
    found = yaml.safe_load((ROOT / "repository.yaml").read_text("utf-8"))

    assert found["name"]
    assert found.keys() <= {"name", "url", "maintainer"}


def test_pictures_and_texts_are_there() -> None:
    assert size_of(FOLDER / "icon.png") == (128, 128)
    assert size_of(FOLDER / "logo.png") == (250, 100)
    assert (FOLDER / "DOCS.md").read_text("utf-8").startswith("# OCPP connector")
    assert (FOLDER / "CHANGELOG.md").resolve() == ROOT / "CHANGELOG.md"
