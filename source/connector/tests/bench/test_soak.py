"""A minute of many stations, faults and commands: everything is accounted for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[4] / "bench"

pytestmark = [pytest.mark.repository, pytest.mark.broker, pytest.mark.slow]


def test_after_a_minute_of_it_nothing_is_missing() -> None:
    command = [sys.executable, str(BENCH / "soaking.py"), "--minutes", "1"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "Nothing is missing." in done.stdout
