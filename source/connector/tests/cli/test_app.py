"""What an operator types."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from connector.cli import app
from connector.main import __version__

SCRIPT = Path(app.__file__).resolve().parents[2] / "ocpp-connector"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []

    def run() -> int:
        calls.append("run")
        return 7

    monkeypatch.setattr(app, "run", run)
    return calls


@pytest.mark.parametrize("arguments", [[], ["run"]])
def test_it_runs_and_gives_the_exit_code(runs: list[str], arguments: list[str]) -> None:
    assert app.main(arguments) == 7
    assert runs == ["run"]


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_is_given(
    runs: list[str], arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        app.main(arguments)

    assert end.value.code == 0
    assert "usage: ocpp-connector" in capsys.readouterr().out
    assert runs == []


def test_the_version_is_given(
    runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        app.main(["--version"])

    assert end.value.code == 0
    assert capsys.readouterr().out == f"ocpp-connector {__version__}\n"


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


@pytest.mark.parametrize("arguments", [["fly"], ["run", "now"], ["--fast"]])
def test_what_is_not_known_is_refused_with_2(
    runs: list[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        app.main(arguments)

    assert end.value.code == 2
    assert runs == []
