"""`doctor`: with a connector and without, and how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.cli.doctor.checks import CHECKS
from connector.cli.doctor.findings import EXITS, Area, Verdict, worst
from connector.cli.exits import Exit
from connector.tests.broker import Broker
from connector.tests.cli.conftest import Command
from connector.tests.cli.doctor.conftest import Doctor, Visit
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation

A = Area("a")


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([], Exit.DONE),
        ([A.ok("x", "y")], Exit.DONE),
        ([A.ok("x", "y"), A.warn("x", "y", "z")], Exit.NO),
        ([A.bad("x", "y", "z"), A.warn("x", "y", "z")], Exit.TROUBLE),
    ],
)
def test_it_ends_as_the_worst_that_was_found(findings: list, code: Exit) -> None:
    assert EXITS[worst(findings)] is code


def test_every_verdict_has_an_exit_code() -> None:
    assert set(EXITS) == set(Verdict)


def test_everything_is_looked_at_without_a_connector(doctor: Doctor) -> None:
    visit = doctor()

    assert {each["area"] for each in visit.ended.json} == {name for name, _ in CHECKS}
    assert visit.verdict("broker", "connection") == "bad"
    assert visit.ended.code == Exit.TROUBLE
    assert all(each["advice"] for each in visit.ended.json if each["verdict"] != "ok")


def test_settings_that_are_wrong_are_named_and_what_else_there_is_looked_at(
    doctor: Doctor,
) -> None:
    visit = doctor(OCPP_PORT="many", LIMIT_HOLD_S="-1")

    found = [each["found"] for each in visit.ended.json if each["check"] == "value"]
    assert [text.split()[0] for text in found] == ["OCPP_PORT", "LIMIT_HOLD_S"]
    assert visit.of("clock")
    assert visit.ended.code == Exit.TROUBLE


def test_a_name_that_is_no_setting_is_pointed_out(
    doctor: Doctor, nowhere: Path
) -> None:
    (nowhere / ".env").write_text("OCCP_PORT=9000\n")

    assert "OCCP_PORT" in doctor().of("settings", "name")["found"]


def test_only_problems_are_shown_where_that_is_wanted(
    command: Command, doctor: Doctor
) -> None:
    doctor()

    done = command("doctor", "--problems")

    assert "bad   broker: connection" in done.out
    assert "ok    " not in done.out
    assert "-> start it" in done.out
    assert done.err.endswith("1 bad\n")


# -- beside a connector that runs


@pytest.fixture
def connector(broker: Broker, tmp_path: Path) -> Iterator[ConnectorProcess]:
    process = ConnectorProcess(broker.port, tmp_path, MQTT_USERNAME="me")
    process.until_healthy()
    yield process
    process.stop()


def beside(connector: ConnectorProcess, broker: Broker, doctor: Doctor) -> Visit:
    return doctor(
        CONNECTOR_NAME="ocpp",
        OPEN_TREE="TRUE",
        MQTT_BROKER_PORT=str(broker.port),
        OCPP_HOST="127.0.0.1",
        OCPP_PORT=str(connector.ocpp_port),
        HTTP_PORT=str(connector.http_port),
        DATA_DIR=str(connector.log_path.parent),
    )


@pytest.mark.broker
@pytest.mark.slow
async def test_a_connector_that_runs_is_asked(
    broker: Broker, connector: ConnectorProcess, doctor: Doctor
) -> None:
    station = await RawStation.open(connector.ocpp_port, "CP-1")
    await station.boot()
    visit = await asyncio.to_thread(beside, connector, broker, doctor)
    await station.close()

    assert visit.verdict("broker", "ocpp") == "ok"
    assert visit.verdict("broker", "connector") == "ok"
    assert visit.verdict("ports", f"OCPP_PORT {connector.ocpp_port}") == "ok"
    assert visit.verdict("store", "schema") == "ok"
    waits = visit.of("stations", "CP-1")
    assert (waits["verdict"], "stations adopt CP-1" in waits["advice"]) == (
        "warn",
        True,
    )
    assert "ocpp1.6" in waits["found"]
    token = (connector.log_path.parent / "api.token").read_text().strip()
    assert token not in visit.ended.out + visit.ended.err


@pytest.mark.broker
@pytest.mark.slow
def test_another_connector_of_the_same_name_is_noticed(
    broker: Broker, connector: ConnectorProcess, doctor: Doctor
) -> None:
    visit = doctor(CONNECTOR_NAME="ocpp", MQTT_BROKER_PORT=str(broker.port))

    other = visit.of("broker", "ocpp")
    found = [
        each for each in visit.ended.json if each["found"].startswith("another connec")
    ]
    assert other
    assert [each["verdict"] for each in found] == ["warn"]
    assert "CONNECTOR_NAME" in found[0]["advice"]


@pytest.mark.broker
@pytest.mark.slow
def test_a_visit_throws_nobody_out_and_leaves_nothing(
    broker: Broker, connector: ConnectorProcess, doctor: Doctor
) -> None:
    beside(connector, broker, doctor)

    assert connector.health()["broker"] == "connected"
    assert "connection to the broker is lost" not in connector.log()
    assert "unknown bridge request" not in connector.log()


def test_secrets_are_never_shown(doctor: Doctor) -> None:
    secrets = {
        "MQTT_USERNAME": "user",
        "MQTT_PASSWORD": "secret-of-the-broker",
        "API_TOKEN": "secret of the api",
        "STORE_URL": "postgresql://u:secret-of-the-store@127.0.0.1:1/x",
        "STATIONS": json.dumps({"CP": {"password": "secret-of-a-station"}}),
    }

    visit = doctor(**secrets)
    usable = doctor(**secrets | {"API_TOKEN": "secret-of-the-api"})

    for each in (visit, usable):
        said = each.ended.out + each.ended.err
        assert "secret-of" not in said
        assert "secret of" not in said
