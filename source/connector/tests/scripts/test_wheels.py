"""The image can be built for other machines: nothing it installs is compiled."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from connector.tests.scripts.conftest import LOCAL

pytestmark = [pytest.mark.repository, pytest.mark.slow]

SCRIPT = LOCAL.with_name("wheels.sh")


@pytest.fixture(scope="module", autouse=True)
def index() -> None:
    """A package index; where there is none, skipped with the reason."""
    ask = [sys.executable, "-m", "pip", "index", "versions", "pip"]
    asked = subprocess.run(ask, capture_output=True, text=True, check=False)
    if asked.returncode == 0:
        return
    reason = f"no package index to ask: {asked.stderr.strip()[-300:]}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def test_everything_has_a_wheel_for_arm64() -> None:
    done = subprocess.run(
        [SCRIPT, "aarch64"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("aarch64: a wheel of everything")


def test_what_has_no_wheel_is_named() -> None:
    done = subprocess.run([SCRIPT, "vax"], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "No matching distribution found for " in done.stderr
