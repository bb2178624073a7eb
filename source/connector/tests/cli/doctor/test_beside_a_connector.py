"""What `doctor` says of the ports, clock and limits of a connector that runs."""

from __future__ import annotations

import resource
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.cli.doctor import certificates, open_files, ports
from connector.cli.doctor.findings import Finding
from connector.cli.doctor.scene import Scene, read_settings
from connector.tests.cli.api import Api
from connector.tests.cli.conftest import Command
from connector.tests.cli.doctor.issuing import Authority
from connector.tests.cli.doctor.serving import serving
from connector.tests.cli.doctor.test_stations import ABOUT
from connector.tests.ports import free_port

ROOT = Authority("Root")
ELSEWHERE = "127.0.0.2"
"""Another address of any machine with Linux; nothing listens there by itself."""


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A scene with settings, and with a connector of these settings that runs."""

    def make(**settings: str) -> Scene:
        given = {"HTTP_PORT": "0", "OCPP_PORT": str(free_port()), **settings}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        scene = Scene()
        read_settings(scene)
        assert scene.settings is not None, scene.wrong
        broker = {"name": scene.settings.connector_name}
        scene.about = {**ABOUT, "broker": {**ABOUT["broker"], **broker}}
        return scene

    return make


def worst(found: list[Finding], name: str) -> Finding:
    return max(
        (each for each in found if each.name.startswith(name)),
        key=lambda each: each.verdict,
    )


@contextmanager
def listening(host: str) -> Iterator[int]:
    with socket.create_server((host, 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("host", "verdict", "told"),
    [
        ("", "ok", "reached at"),
        ("127.0.0.1", "warn", "not reached at"),
    ],
)
def test_a_port_is_tried_from_another_address(
    beside: Any,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    verdict: str,
    told: str,
) -> None:
    monkeypatch.setattr(ports, "other_address", lambda: ELSEWHERE)
    with listening(host) as port:
        found = list(ports.look(beside(OCPP_PORT=str(port))))

    last = [each for each in found if each.name == f"OCPP_PORT {port}"][-1]
    assert last.verdict.word == verdict
    assert f"{told} {ELSEWHERE}" in last.found
    assert last.advice


def test_a_port_for_this_machine_alone_is_pointed_out(beside: Any) -> None:
    with listening("127.0.0.1") as port:
        found = list(ports.look(beside(OCPP_HOST="127.0.0.1", OCPP_PORT=str(port))))

    told = worst(found, "OCPP_PORT")
    assert (told.verdict.word, "OCPP_HOST" in told.advice) == ("warn", True)


def test_a_connector_that_does_not_listen_where_it_should_is_bad(beside: Any) -> None:
    told = worst(list(ports.look(beside())), "OCPP_PORT")

    assert (told.verdict.word, "restart" in told.advice) == ("bad", True)


# -- TLS as it is served


def served(scene_of: Any, port: int, pair: tuple[Path, Path]) -> Finding:
    """What is said of the port, where these files are set."""
    files = {"OCPP_TLS_CERT": str(pair[0]), "OCPP_TLS_KEY": str(pair[1])}
    scene = scene_of(OCPP_TLS_PORT=str(port), **files)
    return worst(list(certificates.look(scene)), f"OCPP_TLS_PORT {port}")


def test_a_port_that_shows_what_is_in_the_file_is_fine(
    beside: Any, tmp_path: Path
) -> None:
    pair = ROOT.issue(tmp_path)
    with serving(pair) as port:
        told = served(beside, port, pair)

    assert (told.verdict.word, str(pair[0]) in told.found) == ("ok", True)


def test_a_port_that_shows_an_older_certificate_is_pointed_out(
    beside: Any, tmp_path: Path
) -> None:
    with serving(ROOT.issue(tmp_path)) as port:
        told = served(beside, port, ROOT.issue(tmp_path))

    assert (told.verdict.word, "none of the files" in told.found) == ("warn", True)


def test_a_port_that_only_knows_old_tls_is_bad(beside: Any, tmp_path: Path) -> None:
    pair = ROOT.issue(tmp_path)
    with serving(pair, newest=ssl.TLSVersion.TLSv1_1) as port:
        told = served(beside, port, pair)

    assert (told.verdict.word, "no version of TLS" in told.found) == ("bad", True)


def test_a_port_where_nobody_speaks_tls_is_bad(beside: Any, tmp_path: Path) -> None:
    told = served(beside, free_port(), ROOT.issue(tmp_path))

    assert (told.verdict.word, "Connection refused" in told.found) == ("bad", True)


# -- clock and files


@pytest.mark.parametrize(
    ("off", "is_told"), [(timedelta(), False), (timedelta(hours=1), True)]
)
def test_clocks_that_differ_are_bad(
    api: Api, command: Command, off: timedelta, is_told: bool
) -> None:
    now = f"{datetime.now(UTC) + off:%Y-%m-%dT%H:%M:%SZ}"
    api.answer("GET", "/connector", ABOUT | {"now": now})

    found = [
        each
        for each in command("doctor", "--json").json
        if (each["area"], each["check"], each["verdict"])
        == ("clock", "connector", "bad")
    ]

    assert bool(found) is is_told
    assert all("differs" in each["found"] for each in found)


def test_the_limit_is_that_of_the_process_that_listens(beside: Any) -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    with listening("127.0.0.1") as port:
        scene = beside(HTTP_PORT=str(port))
        [told] = open_files.look(scene)

    assert told.found.startswith(f"{soft} may be open")
