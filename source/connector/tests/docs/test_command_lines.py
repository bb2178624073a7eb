"""What the documents have people type is there: commands, options, settings, topics."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from connector.cli.program import NAME, program
from connector.datapoints.catalogue import COMMANDS, SENSORS
from connector.settings.model import Settings
from connector.settings.station_side import StationSettings

ROOT = Path(__file__).resolve().parents[4]
PAGES = [*ROOT.glob("README.md"), *ROOT.glob("docs/**/*.md")]
SHELL = {"sh", "bash"}
USAGE_ERROR = typer.BadParameter.__bases__[0]
OF_THE_SHELL = {"--install-completion", "--show-completion"}
"""Options that act while they are read: on the shell of who runs the tests."""
OPERATORS = {"|", "||", "&", "&&", ";", ">", ">>", "<", "2>", ">&", "("}
SECRETS = {"MQTT_USERNAME", "MQTT_PASSWORD", "STORE_URL", "API_TOKEN"}
OF_OTHERS = {
    "ADMIN_PASSWORD",
    "DOCKER_BUILDKIT",
    "GROUP_ID",
    "INFLUX_TOKEN",
    "MQTT_PORT_PUBLISHED",
    "OCPP_CONNECTOR_URL",
    "POSTGRES_PASSWORD",
    "SSL_CERT_FILE",
    "USER_ID",
}
"""Variables of compose files, engines, shells and other programs."""
BRIDGE = {"info", "health", "pending", "state", "request", "response", "ask", "#"}

pytestmark = pytest.mark.repository


def blocks(page: Path) -> Iterator[str]:
    """What is to be typed, without the indentation of lists."""
    text = page.read_text("utf-8")
    for indent, language, body in re.findall(
        r"^( *)```(\w*)[^\n]*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL
    ):
        if language in SHELL:
            yield re.sub(rf"^{indent}", "", body, flags=re.MULTILINE)


def words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return list(lexer)


def lines(block: str) -> Iterator[str]:
    """Each command, with what its quotes and backslashes go on with."""
    begun = ""
    for line in block.replace("\\\n", " ").splitlines():
        begun = f"{begun}\n{line}" if begun else line
        try:
            words(begun)
        except ValueError:  # a quote is open
            continue
        yield begun
        begun = ""


def calls(page: Path) -> Iterator[list[str]]:
    """The arguments of each call of our command."""
    for block in blocks(page):
        for line in lines(block):
            yield from _calls(words(line))


def _calls(typed: list[str]) -> Iterator[list[str]]:
    for at, word in enumerate(typed):
        is_last = NAME not in (each.rpartition("/")[2] for each in typed[at + 1 :])
        if word.rpartition("/")[2] == NAME and is_last and _is_called(typed[:at]):
            rest = typed[at + 1 :]
            ends = [n for n, each in enumerate(rest) if each in OPERATORS]
            yield rest[: ends[0]] if ends else rest


def _is_called(before: list[str]) -> bool:
    """Whether it is a command there, and no name of a container or a folder."""
    told = before[before[-1] in OPERATORS :] if before else []
    return (
        not told
        or told[-1] in OPERATORS
        or all("=" in word for word in told)
        or (told[:2] == ["docker", "exec"] and NAME in told)
    )


def problem(arguments: list[str]) -> str | None:
    """Why a call is refused before it does anything; None: it is understood."""
    command: Any = program()
    rest = [word for word in arguments if word not in OF_THE_SHELL]
    while hasattr(command, "commands") and rest and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    if hasattr(command, "commands") and rest and rest[0][0] != "-":
        return f"no such command: {rest[0]}"
    try:
        command.make_context(NAME, rest)
    except (typer.Exit, SystemExit):
        return None
    except USAGE_ERROR as refusal:
        return str(refusal)
    return None


ALL_CALLS = [
    pytest.param(call, id=f"{page.stem}: {' '.join(call)}"[:90])
    for page in PAGES
    for call in calls(page)
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_shell_understands_what_is_to_be_typed(page: Path) -> None:
    for block in blocks(page):
        read = subprocess.run(
            ["bash", "-n"], input=block, text=True, check=False, capture_output=True
        )
        assert read.returncode == 0, (read.stderr, block)


def test_calls_are_found() -> None:
    assert len(ALL_CALLS) > 100


@pytest.mark.parametrize("arguments", ALL_CALLS)
def test_our_command_understands_what_is_to_be_typed(arguments: list[str]) -> None:
    assert problem(arguments) is None


@pytest.mark.parametrize(
    "arguments", [["limits"], ["stations", "list", "--alll"], ["send", "CP-7"]]
)
def test_what_is_mistyped_is_seen(arguments: list[str]) -> None:
    assert problem(arguments)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_settings_that_are_named_are_settings(page: Path) -> None:
    known = {name.upper() for name in Settings.model_fields}
    known |= {name.upper() for name in StationSettings.model_fields}
    known |= {f"{name}_FILE" for name in SECRETS | {"STATION_PASSWORD"}} | OF_OTHERS
    text = page.read_text("utf-8")
    named = set(re.findall(r"(?<![\w$%./-])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)=", text))

    assert named - known == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_topics_that_are_named_are_topics(page: Path) -> None:
    typed = " ".join(blocks(page))
    names = re.findall(
        r"ocpp-connector/stations/[^/\s'\"]+/[0-9]+/([\w.-]+)(?:/(set|result))?", typed
    )

    for name, kind in names:
        assert name in (COMMANDS if kind else SENSORS), name
    assert set(re.findall(r"ocpp-connector/bridge/([\w#]+)", typed)) <= BRIDGE
