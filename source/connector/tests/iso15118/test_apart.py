"""What `v2g/` is made of stays apart from the connector."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from connector.tests.iso15118.environment import ROOT
from connector.tests.test_imports import imports, modules

pytestmark = pytest.mark.repository

V2G = ROOT / "v2g"


def requirements(name: str) -> dict[str, Requirement]:
    lines = (V2G / name).read_text("utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(each.name): each for each in found}


def test_the_connector_imports_neither_it_nor_its_stack() -> None:
    for path in modules():
        tops = {name.split(".")[0] for name in imports(path)}
        assert not tops & {"v2g", "iso15118"}, path


def test_it_imports_nothing_of_the_connector() -> None:
    for file in V2G.glob("*.py"):
        assert not _imported(file) & {"connector"}, file


def _imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
    return found


def test_what_it_needs_is_locked() -> None:
    locked = requirements("requirements.txt")

    for name, wanted in requirements("requirements.in").items():
        [pin] = locked[name].specifier
        assert pin.operator == "=="
        assert wanted.specifier.contains(pin.version), name


def test_no_certificate_and_no_key_is_kept() -> None:
    kept = {path.suffix for path in V2G.rglob("*") if path.is_file()}

    assert not kept & {".pem", ".der", ".key", ".p12", ".csr"}
