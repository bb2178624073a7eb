"""A connector's API that answers as told, and a command line in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connector.cli import app
from connector.tests.cli.api import Api

TOKEN = "t0ken-of-the-api"
_NAMES = (
    "API_TOKEN",
    "API_TOKEN_FILE",
    "DATA_DIR",
    "HTTP_HOST",
    "HTTP_PORT",
    "OCPP_CONNECTOR_URL",
)


@dataclass
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What is on stdout, which is JSON and nothing else."""
        return json.loads(self.out)


Command = Callable[..., Ended]


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without settings."""
    monkeypatch.chdir(tmp_path)
    for name in _NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command line; its code and output."""

    def run(*words: str) -> Ended:
        capsys.readouterr()
        code = app.main(words)
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return run


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """An API, which the environment names."""
    with Api(TOKEN) as found:
        monkeypatch.setenv("OCPP_CONNECTOR_URL", found.url)
        monkeypatch.setenv("API_TOKEN", TOKEN)
        yield found
