"""What is set, from where, and what the rooms get of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.csms.options import (
    CsmsOptions,
    Fallback,
    FileOptions,
    LimitOptions,
    ProfileOptions,
    StationOptions,
    TokenOptions,
)
from connector.csms.presets import presets
from connector.csms.quirks import QUIRKS, Quirks, VendorLimit
from connector.errors import SettingsError
from connector.settings import load
from connector.settings.stations import QuirksEntry, StationEntry
from connector.settings.tokens import TokenEntry
from connector.settings.unbuilt import UNBUILT


def test_nothing_set_gives_the_defaults_of_the_options() -> None:
    settings = load({})

    assert settings.csms == CsmsOptions()
    assert settings.limits == LimitOptions()
    assert (settings.connector_name, settings.ocpp_port) == ("ocpp-connector", 9000)


def test_settings_do_not_change() -> None:
    settings = load({})

    with pytest.raises(ValueError, match="frozen"):
        settings.ocpp_port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("CONNECTOR_NAME", "my chargers", "my chargers"),
        ("MQTT_BROKER_HOST", "broker.example", "broker.example"),
        ("MQTT_BROKER_PORT", "8883", 8883),
        ("MQTT_TLS", "TRUE", True),
        ("DEBUG", "true", True),
        ("DEBUG", "False", False),
        ("DEBUG", "1", True),
        ("DEBUG", "off", False),
        ("SEND_RAW_MESSAGE_TO_DB", "TRUE", True),
        ("OCPP_HOST", "::1", "::1"),
        ("OCPP_PORT", " 9001 ", 9001),
        ("DEFAULT_SUBPROTOCOL", "", ""),
        ("RECORD_DIR", "data/recordings", Path("data/recordings")),
        ("RECORD_DIR", "", None),
        ("UNKNOWN_STATIONS", "ACCEPT", "accept"),
        ("UNKNOWN_TOKENS", "reject", "reject"),
        ("REMOTE_ID_TOKEN", "a" * 16, "a" * 16),
        ("HEARTBEAT_INTERVAL_S", "0.5", 0.5),
        ("PING_INTERVAL_S", "0", 0.0),
        ("CALL_TIMEOUT_S", "1e1", 10.0),
        ("METER_INTERVAL_S", "0", 0),
        ("MEASURANDS", "", ()),
        ("MEASURANDS", "Voltage, SoC,Voltage", ("Voltage", "SoC")),
        ("LIMIT_FALLBACK", "none", "none"),
        ("LIMIT_FALLBACK", "4140W", Fallback(4140, "W")),
        ("LIMIT_FALLBACK", "6.5 a", Fallback(6.5, "A")),
        ("LIMIT_FALLBACK", "0W", Fallback(0, "W")),
        ("OPEN_TREE", "yes", True),
        ("HOME_ASSISTANT", "on", True),
        ("HOME_ASSISTANT_PREFIX", "ha/discovery", "ha/discovery"),
        ("STRICT_VALIDATION", "TRUE", True),
        ("DATA_DIR", "elsewhere", Path("elsewhere")),
        ("STORE_URL", "sqlite:////tmp/a.db", "sqlite:////tmp/a.db"),
        ("STORE_URL", " postgres://u:p@db/a ", "postgres://u:p@db/a"),
        ("STORE_URL", "postgresql://u:%2F@[::1]:1/a", "postgresql://u:%2F@[::1]:1/a"),
        ("STORE_URL", "postgresql+asyncpg:///a", "postgresql+asyncpg:///a"),
        ("STORE_URL", "postgresql+psycopg://h/a", "postgresql+psycopg://h/a"),
        ("STORE_URL", "postgresql://h/a?sslmode=x", "postgresql://h/a?sslmode=x"),
        ("HTTP_HOST", "0.0.0.0", "0.0.0.0"),
        ("HTTP_PORT", "0", 0),
        ("HTTP_URL", " https://a.example:8443/b/ ", "https://a.example:8443/b"),
        ("HTTP_URL", "http://[2001:db8::1]:8080", "http://[2001:db8::1]:8080"),
        ("MAX_UPLOAD_BYTES", "0", 0),
        ("MAX_FRAME_BYTES", "0", 0),
        ("MAX_FRAMES_PER_S", "0", 0),
        ("MAX_CONNECTIONS_PER_ADDRESS", "5", 5),
        ("OCPP_CONFIG", '{"execute_reset": {}}', {"execute_reset": {}}),
    ],
)
def test_a_right_value_is_read(name: str, text: str, value: object) -> None:
    assert getattr(load({name: text}), name.lower()) == value


def test_a_profile_template_is_read() -> None:
    text = '{"chargingSchedule": {"chargingSchedulePeriod": [{"limit": null}]}}'

    profile = load({"OCPP_PROFILE": text}).ocpp_profile

    assert profile == {
        "chargingSchedule": {"chargingSchedulePeriod": [{"limit": None}]}
    }


def test_the_settings_of_files_reach_the_central_system() -> None:
    settings = load(
        {
            "DATA_DIR": "d",
            "HTTP_HOST": "0.0.0.0",
            "HTTP_URL": "https://a",
            "MAX_UPLOAD_BYTES": "5",
        }
    )

    assert settings.csms.files == FileOptions(Path("d"), "0.0.0.0", "https://a", 5)


def test_the_limit_settings_reach_the_limits() -> None:
    limits = load(
        {
            "LIMIT_MIN_INTERVAL_S": "1",
            "LIMIT_PERSIST_INTERVAL_S": "2",
            "LIMIT_HOLD_S": "3",
            "LIMIT_FALLBACK": "6A",
            "LIMIT_FAILSAFE": "TRUE",
        }
    ).csms.limits

    assert limits == LimitOptions(1, 2, 3, Fallback(6, "A"), failsafe=True)


@pytest.mark.parametrize("name", [*UNBUILT, "PNC_POOL_URL", "OCPP_PORT", "DEBUG"])
def test_an_empty_variable_is_not_set(name: str) -> None:
    assert load({name: "  "}) == load({})


@pytest.mark.parametrize("name", UNBUILT)
def test_the_default_of_what_is_not_built_may_be_set(name: str) -> None:
    assert load({name: UNBUILT[name]}) == load({})


@pytest.mark.parametrize("name", ["PATH", "SOMETHING_ELSE", "STATION_FOO", "debug"])
def test_unknown_names_are_ignored(name: str) -> None:
    assert load({name: "whatever"}) == load({})


class TestDotenv:
    def test_it_is_found_from_the_folder_upwards(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / ".env").write_text("OCPP_PORT=9001\n# a comment\nDEBUG='TRUE'\n")
        (folder / "a" / "b").mkdir(parents=True)
        monkeypatch.chdir(folder / "a" / "b")

        settings = load({})

        assert (settings.ocpp_port, settings.debug) == (9001, True)

    def test_the_environment_outranks_it(self, folder: Path) -> None:
        (folder / ".env").write_text("OCPP_PORT=9001\nDEBUG=TRUE\n")

        settings = load({"OCPP_PORT": "9002"})

        assert (settings.ocpp_port, settings.debug) == (9002, True)

    def test_an_empty_variable_of_the_environment_takes_it_back(
        self, folder: Path
    ) -> None:
        (folder / ".env").write_text("OPEN_TREE=TRUE\n")

        assert load({"OPEN_TREE": ""}).open_tree is False

    def test_a_name_without_a_value_is_not_set(self, folder: Path) -> None:
        (folder / ".env").write_text("DEBUG\nMEASURANDS\n")

        settings = load({})

        assert (settings.debug, settings.measurands) == (False, None)

    def test_a_byte_order_mark_is_no_part_of_the_first_name(self, folder: Path) -> None:
        (folder / ".env").write_text("DEBUG=TRUE\n", "utf-8-sig")

        assert load({}).debug is True

    def test_a_file_that_is_no_text_is_named(self, folder: Path) -> None:
        (folder / ".env").write_bytes(b"DEBUG=\xff\xfe\n")

        with pytest.raises(SettingsError, match=r"\.env cannot be read"):
            load({})


class TestSecretsInFiles:
    def test_the_file_holds_the_value(self, folder: Path) -> None:
        (folder / "secret").write_text("geheim\n")

        settings = load({"MQTT_USERNAME": "me", "MQTT_PASSWORD_FILE": "secret"})

        assert settings.mqtt_password == "geheim"

    def test_the_environment_outranks_a_file_named_in_dotenv(
        self, folder: Path
    ) -> None:
        (folder / "secret").write_text("from the file")
        (folder / ".env").write_text("MQTT_USERNAME_FILE=secret\n")

        assert load({"MQTT_USERNAME": "me"}).mqtt_username == "me"

    def test_a_file_named_in_the_environment_outranks_dotenv(
        self, folder: Path
    ) -> None:
        (folder / "secret").write_text("from the file")
        (folder / ".env").write_text("MQTT_USERNAME=me\n")

        loaded = load({"MQTT_USERNAME_FILE": "secret"})

        assert loaded.mqtt_username == "from the file"

    def test_secrets_are_not_shown(self) -> None:
        settings = load(
            {
                "MQTT_USERNAME": "me",
                "MQTT_PASSWORD": "geheim",
                "STORE_URL": "postgresql://me:geheim@db/ocpp",
            }
        )

        assert "geheim" not in f"{settings} {settings!r}"


class TestStations:
    def test_every_member_reaches_the_central_system(self) -> None:
        text = """{"CP-7": {
            "name": "North", "note": "n", "serial_number": "s", "connectors": 2,
            "phases": 3, "voltage": 240, "min_current_a": 6, "max_current_a": 32,
            "profile": {"purpose": "TxProfile", "kind": "Absolute",
                        "stack_level": 0, "unit": "A"},
            "limit_fallback": "6A", "limit_hold_s": 60, "zero": "stop",
            "call_timeout_s": 5, "measurands": ["SoC"], "meter_interval_s": 10,
            "strict_validation": true, "preset": "Alfen", "autostart_token": "me",
            "quirks": {"no_boot_trigger": true, "skip_setup": ["SoC"],
                       "meter_interval_min_s": "30", "poll_s": 60,
                       "no_change_availability": "FALSE", "free_token_key": "Key",
                       "vendor_limit": {"vendorId": "V", "data": "a={limit_a}"}}}}"""

        stations = load({"STATIONS": text}).csms.stations

        assert stations == {
            "CP-7": StationOptions(
                name="North",
                note="n",
                serial_number="s",
                connectors=2,
                phases=3,
                voltage=240,
                min_current_a=6,
                max_current_a=32,
                profile=ProfileOptions("TxProfile", "Absolute", 0, "A"),
                limit_fallback=Fallback(6, "A"),
                limit_hold_s=60,
                zero="stop",
                call_timeout_s=5,
                measurands=("SoC",),
                meter_interval_s=10,
                strict_validation=True,
                preset="alfen",
                autostart_token="me",
                quirks=Quirks(
                    no_boot_trigger=True,
                    skip_setup=("SoC",),
                    meter_interval_min_s=30,
                    poll_s=60,
                    no_change_availability=False,
                    vendor_limit=VendorLimit("V", "a={limit_a}"),
                    free_token_key="Key",
                ),
            )
        }

    def test_a_list_of_quirks_means_true(self) -> None:
        text = '{"CP-7": {"quirks": ["no_boot_trigger", "skip_setup"]}}'

        found = load({"STATIONS": text}).csms.stations["CP-7"].quirks

        assert found == Quirks(no_boot_trigger=True, skip_setup=True)

    def test_no_preset_is_one_word(self) -> None:
        stations = load({"STATIONS": '{"CP-7": {"preset": "none"}}'}).csms.stations

        assert stations["CP-7"].preset == "none"

    def test_the_quirks_are_those_of_the_table(self) -> None:
        assert list(QuirksEntry.model_fields) == list(QUIRKS)
        assert list(Quirks.__dataclass_fields__) == list(QUIRKS)

    @pytest.mark.parametrize("name", list(presets()))
    def test_a_preset_holds_what_could_stand_in_stations(self, name: str) -> None:
        preset = presets()[name]

        entry = StationEntry.model_validate(preset.members)

        assert entry.options() == preset.options

    def test_the_members_are_those_of_the_options(self) -> None:
        built = {
            name
            for name, field in StationEntry.model_fields.items()
            if field.description
        }

        assert built == set(StationOptions.__dataclass_fields__)
        assert set(TokenEntry.model_fields) == set(TokenOptions.__dataclass_fields__)

    @pytest.mark.parametrize("entry", ["{}", "null", '{"phases": null}'])
    def test_an_entry_may_say_nothing(self, entry: str) -> None:
        stations = load({"STATIONS": f'{{"CP-7": {entry}}}'}).csms.stations

        assert stations == {"CP-7": StationOptions()}

    @pytest.mark.parametrize(
        "member",
        [
            {"ocpp_version": None},
            {"quirks": []},
            {"quirks": {}},
            {"password": None},
        ],
    )
    def test_the_default_of_what_is_not_built_may_be_set(
        self, folder: Path, member: dict[str, Any]
    ) -> None:
        import json

        text = json.dumps({"CP-7": member})

        assert load({"STATIONS": text}).csms.stations == {"CP-7": StationOptions()}

    def test_a_yaml_file_is_read(self, folder: Path) -> None:
        (folder / "stations.yaml").write_text(
            "# ours\n"
            "0042:\n"
            "  name: North wall\n"
            "  ocpp_version: 1.6\n"
            "  voltage: 231.5\n"
            "12e5: {limit_fallback: 6A, measurands: [SoC, Voltage]}\n"
            "2026-01-01:\n"
        )

        stations = load({"STATIONS": "stations.yaml"}).csms.stations

        assert stations == {
            "0042": StationOptions(
                name="North wall", ocpp_version="1.6", voltage=231.5
            ),
            "12e5": StationOptions(
                limit_fallback=Fallback(6, "A"), measurands=("SoC", "Voltage")
            ),
            "2026-01-01": StationOptions(),
        }

    def test_stations_may_share_what_they_have_in_common(self, folder: Path) -> None:
        (folder / "stations.yaml").write_text(
            "A: &both {phases: 3, voltage: 240}\nB:\n  <<: *both\n  voltage: 230\n"
        )

        stations = load({"STATIONS": "stations.yaml"}).csms.stations

        assert stations["B"] == StationOptions(phases=3, voltage=230)

    def test_a_json_file_is_read(self, folder: Path) -> None:
        (folder / "stations.json").write_text('{"A": {"phases": 1}}')

        stations = load({"STATIONS": "stations.json"}).csms.stations

        assert stations == {"A": StationOptions(phases=1)}

    def test_an_empty_file_names_nobody(self, folder: Path) -> None:
        (folder / "stations.yaml").write_text("# nobody yet\n")

        assert load({"STATIONS": "stations.yaml"}).csms.stations == {}

    @pytest.mark.parametrize(
        "identity", ["CP 7", "a" * 255, "Ä", "CP-7+#$%", "\U0001f600", "."]
    )
    def test_an_identity_may_hold_what_a_url_can(self, identity: str) -> None:
        import json

        text = json.dumps({identity: {}})

        assert list(load({"STATIONS": text}).csms.stations) == [identity]


class TestTokens:
    def test_every_member_reaches_the_central_system(self, folder: Path) -> None:
        (folder / "tokens.yml").write_text(
            "0042:\n"
            "04A2B3C4:\n"
            "  status: blocked\n"
            "  expiry: 2026-12-31T23:59:59+01:00\n"
            "  group: family\n"
            "  note: Alice\n"
            "  type: iso14443\n"
            "  language: de\n"
            "  max_active: 2\n"
        )

        tokens = load({"TOKENS": "tokens.yml"}).csms.tokens

        assert tokens == {
            "0042": TokenOptions(),
            "04A2B3C4": TokenOptions(
                "Blocked",
                "2026-12-31T22:59:59Z",
                "family",
                "Alice",
                "ISO14443",
                "de",
                2,
            ),
        }


@pytest.mark.repository
class TestTheShippedFile:
    @pytest.fixture
    def lines(self) -> list[str]:
        text = (Path(__file__).resolve().parents[4] / ".env").read_text("utf-8")
        return text.splitlines()

    def test_it_opens_the_tree_and_changes_nothing_else(
        self, folder: Path, lines: list[str]
    ) -> None:
        (folder / ".env").write_text("\n".join(lines))

        shipped = load({})
        (folder / ".env").unlink()

        assert shipped == load({"OPEN_TREE": "TRUE"})

    def test_what_it_suggests_can_be_used(self, folder: Path, lines: list[str]) -> None:
        suggested = [line[1:] for line in lines if line[:1] == "#" and line[1:2] != " "]
        (folder / ".env").write_text("\n".join(suggested))

        settings = load({})
        (folder / ".env").unlink()

        assert len(suggested) > 5
        assert settings.csms.stations == {
            "CP-7": StationOptions(name="North wall", phases=3)
        }
        assert settings.model_copy(update={"stations": {}}) == load({})
