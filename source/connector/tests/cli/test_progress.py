"""How far something long has come: for people alone, and never on stdout."""

from __future__ import annotations

import io
import sys

import pytest

from connector.cli.progress import bytes_counted, counting, steps, waiting
from connector.cli.terminal import Terminal


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def drawn(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the work shows on a terminal."""
    found = Screen()
    # Not in a fixture: pytest sets the error output when a test begins.
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setenv("TERM", "xterm")
    assert work(terminal) == ["a", "b"]
    return found.getvalue()


def work(terminal: Terminal) -> list[str]:
    with counting(terminal, "importing [x]", 3) as told:
        told(2)
    with bytes_counted(terminal, "exporting") as told:
        told(1000)
    with waiting(terminal, "copying"):
        pass
    return [name for name, _ in steps(terminal, "looking at", [("a", 1), ("b", 2)])]


@pytest.mark.parametrize(
    "text", ["importing [x]", "2/3", "exporting", "copying", "looking at b"]
)
def test_on_a_terminal_it_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    assert text in drawn(Terminal(), monkeypatch)

    assert capsys.readouterr().out == ""


def test_programs_are_told_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drawn(Terminal(as_json=True), monkeypatch) == ""

    assert capsys.readouterr().out == ""


def test_files_are_told_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert work(Terminal()) == ["a", "b"]

    assert capsys.readouterr() == ("", "")
