"""`ocpp-connector station`: lines, scenarios, signals, and what is wrong with options."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from connector.tests.cli.central import CentralThread
from connector.tests.cli.conftest import Command

SOURCE = Path(__file__).resolve().parents[3]
PROGRAM = [sys.executable, "-W", "error", "-m", "connector.cli.app", "station"]
DEADLINE_S = 30.0


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentralThread]:
    with CentralThread(tmp_path_factory.mktemp("central")).running() as found:
        yield found


def started(*words: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(SOURCE)} | environment,
    )


def piped(text: str, *words: str, **environment: str) -> tuple[int, str, str]:
    process = started(*words, **environment)
    out, err = process.communicate(text, timeout=DEADLINE_S)
    return process.returncode, out, err


def test_lines_from_a_pipe_are_done_and_answered(central: CentralThread) -> None:
    lines = "plug 1\nswipe TAG7\nwait 10 Charging\nstop 1\nunplug 1\nstatus\n"
    code, out, err = piped(lines, "--url", central.url, "--id", "L1")

    assert (code, err) == (0, "")
    ok = "L1: ok"
    assert out.splitlines()[:5] == [ok, f"{ok} presented=TAG7", ok, ok, ok]
    assert out.splitlines()[5:] == ["L1: 2.1, Accepted", "  EVSE 1: Available"]
    assert central.told("L1", "transaction_active")[-1] is False


def test_wrong_lines_are_named_and_the_rest_is_done(central: CentralThread) -> None:
    lines = "dance\nplug x\nunplug 1\n# nothing\n\nplug 1\n"
    code, out, _ = piped(lines, "--url", central.url, "--id", "L2")
    dance, plug, unplug, done = out.splitlines()

    assert code == 1
    assert dance.startswith("error: 'dance': unknown command, expected one of plug")
    assert plug == "error: plug: where is 'x', expected a whole number from 1 to 64"
    assert unplug == "L2: error: EVSE 1: no vehicle is plugged in"
    assert done == "L2: ok"


def test_answers_are_json_lines_where_asked_for(central: CentralThread) -> None:
    lines = "@L3-2 plug 1\nstatus\n@L3-9 plug 1\nhelp\nquit\nplug 1\n"
    words = ("--url", central.url, "--id", "L3", "--count", "2", "--json")
    code, out, _ = piped(lines, *words, "--ocpp-version", "1.6")
    answers: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]

    assert code == 1
    assert answers[0] == {"line": "@L3-2 plug 1", "station": "L3-2", "ok": True}
    plugged = {a["station"]: a["evses"][0]["plugged"] for a in answers[1:3]}
    assert plugged == {"L3-1": False, "L3-2": True}
    assert answers[1]["version"] == "1.6"
    assert answers[3]["error"] == "'L3-9' is none of the stations here"
    assert any(line.startswith("swipe TAG") for line in answers[4]["help"])
    assert len(answers) == 5


def test_lines_may_stand_in_a_file(central: CentralThread, tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text("plug 1\nstatus")
    with path.open() as file:
        done = subprocess.run(
            [*PROGRAM, "--url", central.url, "--id", "L4"],
            check=False,
            stdin=file,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            env=os.environ | {"PYTHONPATH": str(SOURCE)},
        )

    assert done.returncode == 0
    assert "EVSE 1: Preparing, battery 40.0 %" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("auto", [[], ["--auto", "--away", "3"]])
def test_a_signal_ends_it_in_order(
    central: CentralThread, number: signal.Signals, auto: list[str]
) -> None:
    identity = f"S{number}{len(auto)}"
    process = started("--url", central.url, "--id", identity, *auto)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("status\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith(identity)
    process.send_signal(number)
    _, err = process.communicate(timeout=DEADLINE_S)

    assert (process.returncode, err) == (0, "")


def test_frames_are_shown_without_secrets(central: CentralThread) -> None:
    words = ("--url", central.url, "--id", "F1", "--frames", "--ocpp-version", "1.6")
    code, _, err = piped("quit\n", *words, STATION_PASSWORD="s3cret-s3cret-s3cret")

    assert code == 0
    assert 'F1 > [2,"' in err
    assert '"BootNotification",{"chargePointVendor":"Simulated"' in err
    assert "s3cret" not in err


# -- scenarios


def test_scenarios_say_tap_and_write_junit(
    command: Command, central: CentralThread, tmp_path: Path
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "name: own\nsteps:\n  - do: {plug: 1}\n"
        "  - expect: {state: {where: 1, status: Charging}, within_s: 0.1}\n"
    )
    junit = tmp_path / "results.xml"
    ended = command(
        *("station", "--url", central.url, "--id", "T1", "--ocpp-version", "1.6"),
        *("--scenario", "cold-boot", "--scenario", str(own), "--junit", str(junit)),
    )
    lines = ended.out.splitlines()

    assert ended.code == 1
    assert lines[:4] == [
        "TAP version 14",
        "1..2",
        "ok 1 - cold boot (T1, 1.6)",
        "not ok 2 - own (T1, 1.6)",
    ]
    expected = "status is 'Preparing', expected 'Charging', within 0.1 s"
    assert f'  message: "{expected}"' in lines
    assert ET.parse(junit).getroot().find(".//failure") is not None


def test_scenarios_run_at_many_stations_as_json(
    command: Command, central: CentralThread
) -> None:
    ended = command(
        *("station", "--url", central.url, "--id", "M", "--count", "5", "--json"),
        *("--scenario", "cold-boot"),
    )
    found = [json.loads(line) for line in ended.out.splitlines()]

    assert ended.code == 0
    assert {each["station"] for each in found} == {f"M-{n}" for n in range(1, 6)}
    assert {(each["outcome"], each["version"]) for each in found} == {("passed", "2.1")}


def test_who_is_at_the_central_system_is_told_what_to_do(
    command: Command, central: CentralThread
) -> None:
    ended = command(
        *("station", "--url", central.url, "--id", "H1", "--ocpp-version", "1.6"),
        *("--scenario", "firmware-update", "--patience", "0", "--within", "1"),
    )

    assert ended.code == 1
    assert "let the central system send H1: UpdateFirmware" in ended.err
    assert "UpdateFirmware was not received" in ended.out


# -- what is wrong


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            ["--ocpp-version", "3"],
            "--ocpp-version '3': expected one of 2.1, 2.0.1, 1.6",
        ),
        (["--url", "http://x"], "--url 'http://x': expected ws://host:port or wss://"),
        (["--url", "ws://u:s3cret@x"], "--url: expected no password in it"),
        (["--url", "ws://x:99999"], "--url 'ws://x:99999': expected ws://host:port"),
        (["--security-profile", "3"], "--security-profile 3: expected --tls-cert and"),
        (["--security-profile", "1"], "--security-profile 1: expected a password"),
        (["--tls-key", "k.pem"], "--tls-cert and --tls-key: expected both or none"),
        (["--password-file", "none"], "--password-file none: No such file"),
        (["--password", "p", "--password-file", "f"], "expected one of them"),
        (["--config", "none.yaml"], "none.yaml: No such file or directory"),
        (["--scenario", "dance"], "scenario 'dance': expected the path of a file, or"),
        (["--scenario", "all", "--set", "x"], "--set 'x': expected name=value"),
        (["--quirks", "odd"], "quirks 'odd': expected one of biapower, conne"),
        (["--hardware-mqtt", "h:x"], "--hardware-mqtt 'h:x': expected host or host:p"),
        (["--hardware-mqtt", "h", "--auto"], "--auto: expected simulated hardware"),
        (["--hardware-mqtt", "h", "--hardware-compat", "x"], "--hardware-mqtt: "),
        (["--hardware-mqtt", "h", "--scenario", "all"], "expected simulated hardware"),
        (["--hardware-compat", "tux-evse"], "--hardware-compat: expected --hardware-m"),
        (["--auto", "--scenario", "all"], "--auto: expected no --scenario"),
        (["--id", ""], "--id '': expected an identity"),
        (["--count", "10001"], "--count"),
        (["--evses", "0"], "--evses"),
    ],
)
def test_what_cannot_be_used_is_named(
    command: Command, words: list[str], problem: str
) -> None:
    ended = command("station", *words)

    assert ended.code == 2
    assert problem in ended.err
    assert "s3cret" not in ended.err


def test_a_folder_is_for_one_process(central: CentralThread, tmp_path: Path) -> None:
    words = ("--url", central.url, "--id", "LOCK1", "--folder", str(tmp_path))
    first = started(*words)
    assert first.stdin is not None and first.stdout is not None
    first.stdin.write("wait 0\n")
    first.stdin.flush()
    assert first.stdout.readline() == "LOCK1: ok\n"
    code, _, err = piped("wait 0\n", *words)
    first.communicate("quit\n", timeout=DEADLINE_S)

    assert code == 2
    assert f"--folder {tmp_path}: process {first.pid} has it" in err
    assert piped("wait 0\n", *words)[0] == 0


MINE = "name: mine\nversions: [{}]\nsteps:\n  - do: {{plug: 1}}\n"


def test_a_scenario_is_run_in_the_version_that_it_is_for(
    central: CentralThread, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE.format("ocpp1.6"))
    words = ("--url", central.url, "--id", "MINE1", "--scenario", str(path))
    code, out, _ = piped("", *words)

    assert code == 0
    assert out.splitlines()[2:] == ["ok 1 - mine (MINE1, 1.6)"]


def test_nothing_but_skipped_scenarios_is_no_success(
    central: CentralThread, tmp_path: Path
) -> None:
    path, junit = tmp_path / "mine.yaml", tmp_path / "found.xml"
    path.write_text(MINE.format("ocpp1.6"))
    words = ("--url", central.url, "--scenario", str(path), "--junit", str(junit))
    code, out, err = piped("", *words, "--ocpp-version", "2.1")

    assert code == 1
    assert "# SKIP not for ocpp2.1, but for ocpp1.6" in out
    assert err.startswith("nothing was tested: not for ocpp2.1")
    assert f'file="{path}"' in junit.read_text()


def test_who_names_the_station_needs_no_name_in_the_file(
    central: CentralThread, tmp_path: Path
) -> None:
    path = tmp_path / "cp.yaml"
    path.write_text("evses: [{}, {}]\n")
    words = ("--url", central.url, "--id", "NAMED1", "--config", str(path))
    code, out, _ = piped("status\n", *words)

    assert code == 0
    assert out.startswith("NAMED1: 2.1")


def test_a_file_and_evses_do_not_go_together(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "cp.yaml"
    path.write_text("identity: CP9\nevses: [{}, {}]\n")
    ended = command("station", "--config", str(path), "--evses", "2")

    assert ended.code == 2
    assert "--evses: --config says how many there are" in ended.err


def test_a_file_says_what_the_station_is(
    central: CentralThread, tmp_path: Path
) -> None:
    path = tmp_path / "cp.yaml"
    path.write_text(
        "identity: FILE1\nevses: [{}, {}]\n"
        f"connection: {{url: '{central.url}', versions: ['1.6']}}\n"
    )
    code, out, _ = piped("status\n", "--config", str(path))

    assert code == 0
    assert out.splitlines() == [
        "FILE1: 1.6, Accepted",
        "  EVSE 1: Available",
        "  EVSE 2: Available",
    ]
