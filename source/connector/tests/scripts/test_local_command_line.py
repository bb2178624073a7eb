"""What people type behind `run.sh`, and what they read."""

from __future__ import annotations

from types import ModuleType

import pytest

pytestmark = pytest.mark.repository


@pytest.fixture
def started(local: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    calls: list[bool] = []

    def start(*, demo: bool) -> int:
        calls.append(demo)
        return 0

    monkeypatch.setattr(local, "start", start)
    return calls


def typed(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr("sys.argv", ["run.sh", *words])


def test_setup_starts_nothing_and_names_the_command(
    local: ModuleType,
    started: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed(monkeypatch, "--setup")

    assert local.main() == 0
    assert started == []
    assert ".venv/bin/ocpp-connector" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "demo"), [([], False), (["--demo"], True)])
def test_else_it_starts(
    local: ModuleType,
    started: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    demo: bool,
) -> None:
    typed(monkeypatch, *words)

    assert local.main() == 0
    assert started == [demo]
