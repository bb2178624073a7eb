"""What is printed on a terminal, into a pipe, and until somebody interrupts."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from connector.cli.exits import Exit
from connector.cli.shapes import Column, flattened, text_of
from connector.tests.cli.api import Api, Asked
from connector.tests.cli.conftest import TOKEN, Command
from connector.tests.system.process import SOURCE

WORDS = [sys.executable, "-m", "connector.cli.app"]
_INTERRUPTIBLE = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("connector.cli.app", run_name="__main__", alter_sys=True)
"""
"""Whoever runs the tests in the background has SIGINT ignored, in children too."""


def environment(**more: str) -> dict[str, str]:
    return {"PYTHONPATH": str(SOURCE), "TERM": "xterm-256color"} | more


def on_screen(*words: str, **more: str) -> bytes:
    """What a command writes to a terminal of 60 columns."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*WORDS, *words],
        env=environment(COLUMNS="60", **more),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        found = b""
        while part := _read(ours):
            found += part
        process.wait(30)
    os.close(ours)
    return found


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:
        # Linux says so at the end of a terminal.
        return b""


def test_a_terminal_has_emphasis_and_lines_that_fit() -> None:
    found = on_screen("config", "show")

    assert b"\x1b[1m" in found
    plain = re.sub(rb"\x1b\[[0-9;]*m", b"", found)
    assert max(map(len, plain.splitlines())) <= 60


def test_no_color_is_honoured() -> None:
    assert b"\x1b" not in on_screen("config", "show", NO_COLOR="1")


def test_json_has_none_even_on_a_terminal() -> None:
    assert b"\x1b" not in on_screen("config", "show", "--json")


def test_in_a_pipe_no_line_is_cut(api: Api, command: Command) -> None:
    item = {"station": "CP-7", "name": "x" * 500}
    api.answer("GET", "/stations", {"items": [item], "next": None})

    done = command("stations", "list")

    assert "x" * 500 in done.out
    assert "\x1b" not in done.out


def interrupted(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """What it wrote until Ctrl-C ended it, pressed until it does.

    Python may see a signal only after the system call that it came just before.
    """
    for _ in range(20):
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("Ctrl-C does not end it")


def test_an_interrupt_ends_a_command_that_waits(api: Api, nowhere: Path) -> None:
    asked, over = threading.Event(), threading.Event()

    def wait(_: Asked) -> None:
        asked.set()
        over.wait(20)

    api.answer("POST", "/stations/CP-7/calls", wait)
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            _INTERRUPTIBLE,
            "send",
            "CP-7",
            "Reset",
            "--url",
            api.url,
        ],
        env=environment(API_TOKEN=TOKEN),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert asked.wait(20)
        out, err = interrupted(process)
    over.set()

    # One more that comes while Python ends is what ends it.
    assert process.returncode in (Exit.INTERRUPTED, -signal.SIGINT)
    assert (out, err) == (b"", b"")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (7400.0, "7400"),
        (12345678.9, "12345678.9"),
        (0.1, "0.1"),
        (["a", 1, None], "a, 1, "),
        ([{"a": 1}], '[{"a": 1}]'),
        ({}, "{}"),
        ("ä", "ä"),
    ],
)
def test_values_are_written_for_people(value: object, text: str) -> None:
    assert text_of(value) == text


def test_members_that_are_missing_are_empty() -> None:
    assert Column("X", "boot.vendor").shown({"boot": None}) == ""
    assert Column("X", "boot.vendor").shown({}) == ""


def test_an_object_is_flattened() -> None:
    item = {"a": {"b": 1}, "c": [{"d": 2}, {"d": 3}], "e": [1, 2], "f": {}}

    assert list(flattened(item)) == [
        ("a.b", 1),
        ("c.1.d", 2),
        ("c.2.d", 3),
        ("e", [1, 2]),
        ("f", {}),
    ]
