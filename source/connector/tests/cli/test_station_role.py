"""`ROLE=station`: settings as variables, a file that says how it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.errors import SettingsError
from connector.settings.station_side import is_station, load_station
from connector.tests.cli.central import CentralThread
from connector.tests.cli.test_station import SOURCE

MAIN = [sys.executable, "-W", "error", str(SOURCE / "connector/main.py")]
HEALTH = [sys.executable, str(SOURCE / "healthcheck.py")]
DEADLINE_S = 30.0


@pytest.fixture
def central(tmp_path: Path) -> Iterator[CentralThread]:
    with CentralThread(tmp_path / "central").running() as found:
        yield found


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> None:
    (tmp_path / "central").mkdir()


def healthy(folder: Path) -> tuple[int, str]:
    environment = {"ROLE": "station", "DATA_DIR": str(folder)}
    done = subprocess.run(
        HEALTH,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )
    return done.returncode, done.stdout


def test_a_station_lives_says_so_and_ends_well(
    central: CentralThread, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    environment = {
        "ROLE": "station",
        "STATION_URL": central.url,
        "STATION_ID": "ROLE1",
        "DATA_DIR": str(folder),
    }
    process = subprocess.Popen(
        MAIN,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )
    end = time.monotonic() + DEADLINE_S
    while not (folder / "station.health").exists() or not central.told(
        "ROLE1", "status"
    ):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    code, shown = healthy(folder)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=DEADLINE_S)

    assert code == 0
    assert json.loads(shown)["stations"] == 1
    assert process.returncode == 0, err
    assert (folder / "station" / "state.json").exists()
    assert healthy(folder)[0] == 1


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("STATION_URL", "http://x", "STATION_URL 'http://x': expected ws://host:port"),
        ("STATION_COUNT", "0", "STATION_COUNT is '0' (environment), expected a whole"),
        ("STATION_OCPP_VERSION", "3", "expected some of 1.6, 2.0.1, 2.1, with commas"),
        ("STATION_SECURITY_PROFILE", "3", "expected STATION_TLS_CERT and STATION_TLS_"),
        ("STATION_CONFIG", "none.yaml", "STATION_CONFIG is 'none.yaml'"),
        ("STATION_PASSWORD_FILE", "none", "STATION_PASSWORD_FILE is 'none'"),
        (
            "ROLE",
            "gateway",
            "ROLE is 'gateway' (environment), expected connector or st",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    tmp_path: Path, name: str, value: str, problem: str
) -> None:
    environment = {"ROLE": "station", "DATA_DIR": str(tmp_path), name: value}
    done = subprocess.run(
        MAIN,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=DEADLINE_S,
    )

    assert done.returncode == 2
    assert problem in done.stderr


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("s3cret\n")
    found = load_station({"STATION_PASSWORD_FILE": str(file)})

    assert found.station_password == "s3cret"
    assert "s3cret" not in repr(found)


def test_the_role_is_a_word_in_any_case() -> None:
    assert is_station({"ROLE": "Station"})
    assert not is_station({"ROLE": "connector"})
    assert not is_station({})


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_station({"STATION_COUNT": "x", "STATION_EVSES": "99"})

    assert len(caught.value.problems) == 2
