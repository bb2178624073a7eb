"""Imports run downwards only; who may import what, held over the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CONNECTOR = Path(__file__).resolve().parents[1]

ROOMS = {
    "mqtt": set(),
    "ocppj": set(),
    "store": set(),
    "bemcom": {"mqtt"},
    "security": set(),
    "sessions": {"ocppj", "mqtt"},
    "csms": {"sessions", "ocppj", "store", "security"},
    "datapoints": {"csms", "sessions", "ocppj", "store", "bemcom"},
    "openmqtt": {"datapoints", "csms", "sessions", "ocppj", "mqtt"},
    "web": {"datapoints", "csms", "sessions", "ocppj", "store", "security"},
    "station": {"sessions", "ocppj", "security", "store", "mqtt"},
    "cluster": {"sessions", "ocppj", "security", "store", "mqtt"},
}
"""Which rooms a room may import, beside itself and `errors`."""
ANYTHING = {"main", "cli", "settings", "server"}
"""The top of the house; nobody below imports them."""
OCPP_VERSIONS = {f"sessions/{name}.py" for name in ("v16", "v201", "v21")}
OUTSIDE = {
    "websockets": lambda path: path.startswith("sessions/"),
    "paho": lambda path: path.startswith(("mqtt/", "bemcom/")),
    "ocpp": lambda path: path.startswith("ocppj/") or path in OCPP_VERSIONS,
    "asyncio": lambda path: not path.startswith("ocppj/"),
}
"""Who may import a package that is not everybody's."""


def modules() -> list[str]:
    paths = (path.relative_to(CONNECTOR) for path in CONNECTOR.rglob("*.py"))
    return sorted(str(path) for path in paths if path.parts[0] != "tests")


def imports(path: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((CONNECTOR / path).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            assert node.module is not None
            if node.module == "connector":
                yield from (f"connector.{alias.name}" for alias in node.names)
            else:
                yield node.module


def room_of(name: str) -> str:
    return name.removesuffix(".py").replace("/", ".").split(".")[0]


def is_allowed(path: str, imported: str) -> bool:
    top, _, rest = imported.partition(".")
    if top != "connector":
        return OUTSIDE.get(top, lambda _: True)(path)
    here, there = room_of(path), room_of(rest)
    if here in ANYTHING or here == there or there in ("errors", "__version__"):
        return True
    return there in ROOMS.get(here, set())


@pytest.mark.parametrize("path", modules())
def test_imports_run_downwards(path: str) -> None:
    refused = [name for name in imports(path) if not is_allowed(path, name)]

    assert refused == [], f"{path} may not import {refused}"


def test_functional_blocks_do_not_import_each_other() -> None:
    shared = {"csms/central_system.py", "csms/station.py"}
    blocks = {
        "authorization",
        "availability",
        "certificates",
        "data_transfer",
        "diagnostics",
        "firmware",
        "local_lists",
        "metering",
        "provisioning",
        "remote_control",
        "reservations",
        "security_events",
        "smart_charging",
        "transactions",
    }
    refused = [
        (path, name)
        for path in modules()
        if path.startswith("csms/") and path not in shared and Path(path).stem in blocks
        for name in imports(path)
        if name.removeprefix("connector.csms.") in blocks - {Path(path).stem}
    ]

    assert refused == []


def test_only_settings_and_bemcom_read_the_environment() -> None:
    readers = {
        room_of(path)
        for path in modules()
        for node in ast.walk(ast.parse((CONNECTOR / path).read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    }

    assert readers <= {"settings", "bemcom"}


def test_no_module_is_named_like_a_dependency() -> None:
    names = {
        path.removesuffix("/__init__.py").removesuffix(".py") for path in modules()
    }
    taken = {"ocpp", "websockets", "paho", "docker", "alembic", "yaml", "jsonschema"}

    assert names.isdisjoint(taken)


@pytest.mark.parametrize(
    ("path", "imported"),
    [
        ("store/database.py", "connector.csms.facts"),
        ("csms/station.py", "connector.settings"),
        ("mqtt/client.py", "connector.bemcom"),
        ("csms/clock.py", "websockets"),
        ("sessions/engine.py", "ocpp.v16"),
        ("ocppj/frames.py", "asyncio"),
        ("datapoints/sensors.py", "paho.mqtt.client"),
    ],
)
def test_the_rule_refuses(path: str, imported: str) -> None:
    assert not is_allowed(path, imported)
