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


@pytest.fixture
def screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Screen:
    # After capsys, which has an error output of its own.
    found = Screen()
    monkeypatch.setattr(sys, "stderr", found)
    # Whatever the tests run in: a terminal that can be drawn on.
    monkeypatch.setenv("TERM", "xterm")
    return found


def work(terminal: Terminal) -> list[str]:
    with counting(terminal, "importing [x]", 3) as told:
        told(2)
    with bytes_counted(terminal, "exporting") as told:
        told(1000)
    with waiting(terminal, "copying"):
        pass
    return [name for name, _ in steps(terminal, "looking at", [("a", 1), ("b", 2)])]


def test_on_a_terminal_it_shows(
    screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    assert work(Terminal()) == ["a", "b"]

    said = screen.getvalue()
    assert all(
        text in said for text in ("importing [x]", "2/3", "exporting", "copying")
    )
    assert "looking at b" in said
    assert capsys.readouterr().out == ""


def test_programs_are_told_nothing(
    screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    assert work(Terminal(as_json=True)) == ["a", "b"]

    assert screen.getvalue() == ""
    assert capsys.readouterr().out == ""


def test_files_are_told_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert work(Terminal()) == ["a", "b"]

    assert capsys.readouterr() == ("", "")
