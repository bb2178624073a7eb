"""Troubleshooting by symptom: what it quotes is what the connector says."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from connector.datapoints.catalogue import COMMANDS, SENSORS
from connector.datapoints.outcomes import OutcomeName

ROOT = Path(__file__).resolve().parents[4]
PAGE = ROOT / "docs" / "how-to" / "troubleshooting.md"
_FILLED_IN = re.compile(
    r"\.\.|[A-Z_]+=\S+|\d+|\b(?:Invalid|ConcurrentTx)$|(?<=the station )is(?= not)"
)
"""What stands in a message for something else each time."""

pytestmark = pytest.mark.repository


@cache
def said() -> str:
    """Every text of the code."""
    paths = [*(ROOT / "source/connector").rglob("*.py"), *ROOT.glob("scripts/*.py")]
    texts = [
        node.value
        for path in paths
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return "\n".join(texts)


def symptoms() -> list[str]:
    """What stands in the first column of the tables, in quotes."""
    text = PAGE.read_text("utf-8") if PAGE.exists() else ""
    rows = re.findall(r"^\| (.+?) \|", text, re.MULTILINE)
    return [quoted for row in rows for quoted in re.findall(r"`([^`]+)`", row)]


def messages() -> list[str]:
    """Those that are sentences."""
    return [text for text in symptoms() if text.count(" ") > 1]


def parts(message: str) -> list[str]:
    found = (part.strip(" :,") for part in _FILLED_IN.split(message))
    return [part for part in found if len(part) > 3]


def test_messages_are_found() -> None:
    assert len(messages()) > 10


@pytest.mark.parametrize("message", messages())
def test_a_message_that_is_quoted_is_said(message: str) -> None:
    assert parts(message)
    for part in parts(message):
        assert part in said(), part


def test_names_that_are_quoted_exist() -> None:
    names = {text for text in symptoms() if re.fullmatch(r"[a-z]+(_[a-z]+)*", text)}
    outcomes = {outcome.value for outcome in OutcomeName}

    assert names - SENSORS.keys() - COMMANDS.keys() - outcomes == {"null"}
