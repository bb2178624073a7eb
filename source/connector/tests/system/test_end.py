"""How the connector ends: what it cannot use is named, a signal ends it orderly."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.security.ca import StationAuthority
from connector.tests.ports import free_port
from connector.tests.system.process import SOURCE

DEADLINE_S = 30


def server_files(folder: Path) -> dict[str, str]:
    """Settings of a certificate that can be used."""
    authority = StationAuthority(folder / "pki")
    now = datetime.now(UTC)
    paths = authority.keep_server(authority.issue_server(["localhost"], now))
    return dict(zip(("OCPP_TLS_CERT", "OCPP_TLS_KEY"), map(str, paths), strict=True))


def ended(**settings: str) -> tuple[int, str]:
    """The exit code and the output of a connector that cannot run."""
    environment = {
        "PATH": os.environ["PATH"],
        "MQTT_BROKER_PORT": str(free_port()),
        "OCPP_HOST": "127.0.0.1",
        "OCPP_PORT": str(free_port()),
        "HTTP_PORT": "0",
        **settings,
    }
    done = subprocess.run(
        [sys.executable, "connector/main.py"],
        cwd=SOURCE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["OCPP_PORT", "OCPP_TLS_PORT"])
def test_a_port_in_use_is_told_once_with_what_to_change(
    tmp_path: Path, name: str
) -> None:
    certificate = server_files(tmp_path) if name == "OCPP_TLS_PORT" else {}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, output = ended(**certificate, DATA_DIR=str(tmp_path), **{name: port})
    [told] = [line for line in output.splitlines() if port in line]
    assert code == 2
    assert f" ERROR   the connector ends: {name}={port}: another program" in told
    assert f"set {name} to a free one" in told
    assert_plain(output)


def assert_plain(output: str) -> None:
    """It reads like a mistake of whoever set it, not like one of ours."""
    assert "Traceback" not in output
    assert "unexpected" not in output
    assert output.count(" ERROR ") == 1
    # The MQTT thread may still tell of the broker that is not there.
    own = [line for line in output.splitlines() if " no broker at " not in line]
    assert " ERROR " in own[-1]


@pytest.mark.parametrize("folder", ["/dev/null/x", "/proc/nothing"])
def test_a_folder_that_cannot_be_used_is_named(folder: str) -> None:
    code, output = ended(DATA_DIR=folder)
    assert code == 2
    assert "DATA_DIR" in output
    assert folder in output
    assert_plain(output)


def test_an_address_that_is_none_is_named(tmp_path: Path) -> None:
    code, output = ended(OCPP_HOST="300.1.1.1", DATA_DIR=str(tmp_path))
    assert code == 2
    assert "300.1.1.1" in output
    assert_plain(output)


@pytest.mark.parametrize(
    ("certificate", "words"),
    [("rubbish", "server.pem cannot be used"), ("", "server.pem cannot be used")],
)
def test_a_certificate_that_cannot_be_used_is_exit_code_2_with_its_name(
    tmp_path: Path, certificate: str, words: str
) -> None:
    path = tmp_path / "server.pem"
    path.write_text(certificate)
    port = str(free_port())
    code, output = ended(
        OCPP_PORT="0",
        OCPP_TLS_PORT=port,
        OCPP_TLS_CERT=str(path),
        DATA_DIR=str(tmp_path / "data"),
    )
    assert code == 2
    assert f"OCPP_TLS_PORT: the certificate {tmp_path}" in output
    assert words in output
    assert "Traceback" not in output
