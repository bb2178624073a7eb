"""The lock files name what `pyproject.toml` asks for, in versions that fit."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SOURCE = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((SOURCE / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def locked(name: str) -> dict[str, Requirement]:
    lines = (SOURCE / name).read_text("utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(each.name): each for each in found}


RUNTIME = locked("requirements.txt")
TESTS = RUNTIME | locked("requirements-test.txt")


def is_met(text: str, lock: dict[str, Requirement]) -> bool:
    wanted = Requirement(text)
    held = lock.get(canonicalize_name(wanted.name))
    if held is None:
        return False
    [pin] = held.specifier
    return pin.operator == "==" and wanted.specifier.contains(pin.version)


@pytest.mark.parametrize("text", PROJECT["dependencies"])
def test_what_runs_is_locked(text: str) -> None:
    assert is_met(text, RUNTIME)


@pytest.mark.parametrize(
    "text",
    [each for each in EXTRAS["test"] + EXTRAS["dev"] if "ocpp-connector" not in each],
)
def test_what_tests_is_locked(text: str) -> None:
    assert is_met(text, TESTS)


def test_everything_locked_is_pinned() -> None:
    assert all(
        [pin.operator for pin in held.specifier] == ["=="] for held in TESTS.values()
    )
