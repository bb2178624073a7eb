"""What an operator types: the command without commands, help, versions, completion."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connector.cli import app, running
from connector.cli.page import every_command
from connector.main import __version__
from connector.tests.cli.conftest import Command

SCRIPT = Path(app.__file__).resolve().parents[2] / "ocpp-connector"
SOURCE = SCRIPT.parent
COMMANDS = dict(every_command())


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []

    def run() -> int:
        calls.append("run")
        return 7

    monkeypatch.setattr(running, "run", run)
    return calls


def modules_of(code: str, *wanted: str) -> str:
    """Which of the modules are loaded after some code ran."""
    script = f"import sys\n{code}\nprint([n for n in {wanted!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("arguments", [[], ["run"]])
def test_it_runs_and_gives_the_exit_code(runs: list[str], arguments: list[str]) -> None:
    assert app.main(arguments) == 7
    assert runs == ["run"]


def test_who_types_no_command_is_told_what_runs(
    runs: list[str], command: Command
) -> None:
    assert "this is the connector itself" in command().err
    assert command("run").err == ""
    assert runs == ["run", "run"]


def main_py(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The file that the image starts, in a folder where nothing is set."""
    return subprocess.run(
        [sys.executable, SOURCE / "connector" / "main.py", *words],
        cwd=folder,
        env={"OCPP_PORT": "not a port"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("words", [["--version"], ["ocpp-connector", "--version"]])
def test_words_behind_the_main_file_are_a_command_line(
    tmp_path: Path, words: list[str]
) -> None:
    done = main_py(tmp_path, *words)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"ocpp-connector {__version__}\n"


def test_words_behind_the_main_file_that_nobody_knows_are_refused(
    tmp_path: Path,
) -> None:
    done = main_py(tmp_path, "fly")

    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command 'fly'" in done.stderr


@pytest.mark.parametrize("words", [[], ["run"], ["ocpp-connector", "run"]])
def test_the_main_file_alone_is_the_connector(tmp_path: Path, words: list[str]) -> None:
    done = main_py(tmp_path, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("OCPP_PORT is 'not a port' (environment)")


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_is_given(runs: list[str], arguments: list[str], command: Command) -> None:
    done = command(*arguments)

    assert done.code == 0
    assert "Usage: ocpp-connector" in done.out
    assert runs == []


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_help_with_an_example(path: str, command: Command) -> None:
    done = command(*path.split(), "--help")

    assert done.code == 0
    assert f"Example: ocpp-connector {path}" in done.out


@pytest.mark.parametrize("path", [path for path in COMMANDS if path != "run"])
def test_every_command_can_print_json(path: str) -> None:
    assert any("--json" in parameter.opts for parameter in COMMANDS[path].params)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_and_argument_says_what_it_is(path: str) -> None:
    unsaid = [p.name for p in COMMANDS[path].params if not getattr(p, "help", "")]

    assert unsaid == []


@pytest.mark.parametrize("path", COMMANDS)
def test_no_example_holds_a_token(path: str) -> None:
    assert "--token" not in str(COMMANDS[path].epilog)


def test_the_version_is_given(runs: list[str], command: Command) -> None:
    done = command("--version")

    assert (done.code, done.out) == (0, f"ocpp-connector {__version__}\n")


def test_the_script_runs_what_is_beside_it_from_anywhere(tmp_path: Path) -> None:
    link = tmp_path / "ocpp-connector"
    link.symlink_to(SCRIPT)
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"

    done = subprocess.run(
        [link, "--version"],
        cwd=tmp_path,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == (f"ocpp-connector {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments", [["fly"], ["run", "now"], ["--fast"], ["stations", "list", "--fast"]]
)
def test_what_is_not_known_is_refused_with_2(
    runs: list[str], arguments: list[str], command: Command
) -> None:
    done = command(*arguments)

    assert done.code == 2
    assert done.out == ""
    assert runs == []


@pytest.mark.parametrize("group", ["stations", "tokens", "transactions", "config"])
def test_a_group_without_a_command_shows_its_help(group: str, command: Command) -> None:
    done = command(group)

    assert done.code == 2
    assert f"Usage: ocpp-connector {group}" in done.out + done.err


def test_the_connector_itself_loads_nothing_of_the_commands() -> None:
    code = (
        "from connector.cli import app, running\n"
        "import connector.main as main\n"
        "main.main = lambda: 0\n"
        "assert app.main([]) == 0 and app.main(['run']) == 0"
    )

    assert modules_of(code, "typer", "rich", "connector.cli.program") == "[]"


def test_main_loads_nothing_of_the_commands() -> None:
    wanted = ("typer", "rich", "httpx", "connector.cli")

    assert modules_of("import connector.main", *wanted) == "[]"


def test_a_command_loads_nothing_of_the_connector() -> None:
    code = (
        "from connector.cli import app\n"
        "assert app.main(['stations', 'list', '--url', 'http://127.0.0.1:1']) == 3"
    )
    wanted = ("connector.main", "connector.csms", "sqlalchemy", "websockets", "ocpp")

    assert modules_of(code, *wanted) == "[]"


def test_a_shell_that_completes_starts_no_connector(
    runs: list[str], monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.setenv("_OCPP_CONNECTOR_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "ocpp-connector ")
    monkeypatch.setenv("COMP_CWORD", "1")

    done = command()

    assert runs == []
    assert "transactions" in done.out.split()


def test_completion_goes_on_within_a_group(
    monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.setenv("_OCPP_CONNECTOR_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "ocpp-connector stations ad")
    monkeypatch.setenv("COMP_CWORD", "2")

    assert command().out.split() == ["add", "adopt"]


def test_an_interrupt_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("connector.settings.loading.load", interrupt)

    done = command("config", "check")

    assert (done.code, done.out) == (130, "")


def test_whoever_stops_reading_gets_no_traceback() -> None:
    words = [sys.executable, "-m", "connector.cli.app", "config", "example"]
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        words, cwd=SOURCE, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (141, b"")
