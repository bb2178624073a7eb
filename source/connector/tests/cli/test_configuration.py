"""`ocpp-connector config`: what holds, where it was said, and no secret of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.cli.exits import Exit
from connector.settings.loading import load
from connector.settings.model import Settings
from connector.settings.shown import example
from connector.tests.cli.conftest import Command

SECRET = "hunter2-hunter2"


@pytest.fixture
def dotenv(nowhere: Path) -> Path:
    path = nowhere / ".env"
    path.write_text(
        "OCPP_PORT=9001\n"
        "LIMIT_FALLBACK=4140W\n"
        "MQTT_USERNAME=me\n"
        f"MQTT_PASSWORD={SECRET}\n"
        f"API_TOKEN={SECRET}\n"
        'STATIONS={"CP-7": {"name": "North wall"}, "CP-8": {}}\n'
        'TOKENS={"04A2B3C4": {}}\n'
    )
    return path


def test_settings_are_shown_with_where_they_are_from(
    dotenv: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCPP_HOST", "127.0.0.1")

    found = {each["name"]: each for each in command("config", "show", "--json").json}

    assert set(found) == {name.upper() for name in Settings.model_fields}
    assert found["OCPP_PORT"]["value"] == "9001"
    assert found["OCPP_PORT"]["origin"] == str(dotenv)
    assert found["OCPP_HOST"]["origin"] == "environment"
    assert found["CALL_TIMEOUT_S"]["value"] == "30"
    assert found["CALL_TIMEOUT_S"]["origin"] == "default"
    assert found["LIMIT_FALLBACK"]["value"] == "4140W"
    assert found["STATIONS"]["value"] == "CP-7, CP-8"
    assert found["TOKENS"]["value"] == "1 tokens"
    assert found["STORE_URL"]["value"] is None
    assert found["STORE_URL"]["means"] == "SQLite in DATA_DIR"


def test_no_secret_is_shown(dotenv: Path, command: Command) -> None:
    table = command("config", "show")
    programs = command("config", "show", "--json")

    for done in (table, programs):
        assert done.code == Exit.DONE
        assert SECRET not in done.out + done.err
        assert "04A2B3C4" not in done.out + done.err
    assert "(hidden)" in table.out


def test_settings_that_fit_are_said_to_and_no_more(
    dotenv: Path, command: Command
) -> None:
    done = command("config", "check")

    assert (done.code, done.err) == (Exit.DONE, "")
    assert done.out.startswith(
        "the settings fit; neither database nor broker was asked"
    )


@pytest.mark.parametrize("name", ["check", "show"])
def test_wrong_ones_are_named_with_2(
    dotenv: Path, command: Command, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("OCPP_PORT", "x")
    monkeypatch.setenv("API_TOKEN", "two words")

    done = command("config", name)

    assert (done.code, done.out) == (Exit.USAGE, "")
    assert "OCPP_PORT is 'x' (environment), expected a port" in done.err
    assert "API_TOKEN is (hidden)" in done.err


def test_names_that_are_no_settings_are_pointed_out(
    dotenv: Path, command: Command
) -> None:
    with dotenv.open("a") as file:
        file.write("OCCP_PORT=9002\nUSER_ID=1000\nMQTT_PASSWORD_FILE=\n")

    done = command("config", "check", "--json")

    line = f"OCCP_PORT ({dotenv}) is no setting and is ignored; did you mean OCPP_PORT?"
    assert done.code == Exit.DONE
    assert done.json == {"ok": True, "ignored": [line]}
    assert done.err == f"{line}\n"


def test_the_example_names_every_setting_and_changes_none(
    nowhere: Path, command: Command
) -> None:
    done = command("config", "example")

    names = [name for line in done.out.splitlines() if (name := line.partition("=")[0])]
    assert {f"#{name.upper()}" for name in Settings.model_fields} <= set(names)
    (nowhere / ".env").write_text(done.out)
    assert load({}) == Settings()


def test_the_example_without_its_marks_says_the_defaults(nowhere: Path) -> None:
    lines = example().splitlines()
    settings = [line[1:] for line in lines if line.startswith("#") and line[1] != " "]
    # Of this one, which is not set by default, empty means something.
    settings.remove("MEASURANDS=")
    (nowhere / ".env").write_text("\n".join(settings))

    assert load({}) == Settings()
