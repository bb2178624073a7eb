"""Every wrong setting is named: its value, what was expected and where it came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connector.errors import SettingsError
from connector.settings import load
from connector.settings.unbuilt import UNBUILT

_TEXT = "text of 1 to 255 characters without control characters"
_NO_PROFILE = "an OCPP charging profile with at least one chargingSchedulePeriod"

WRONG = [
    ("CONNECTOR_NAME", "a/b", "a name without"),
    ("CONNECTOR_NAME", "a+b", "a name without"),
    ("CONNECTOR_NAME", "a#b", "a name without"),
    ("CONNECTOR_NAME", "$a", "a name without"),
    ("CONNECTOR_NAME", "a\nb", "a name without"),
    ("CONNECTOR_NAME", "a\x7fb", "a name without"),
    ("MQTT_BROKER_HOST", "a b", "a host name or an address"),
    ("MQTT_BROKER_HOST", "mqtt://broker", "a host name or an address"),
    ("MQTT_BROKER_PORT", "0", "a port from 1 to 65535"),
    ("MQTT_BROKER_PORT", "65536", "a port from 1 to 65535"),
    ("MQTT_BROKER_PORT", "mqtt", "a port from 1 to 65535"),
    ("MQTT_BROKER_PORT", "1_883", "a port from 1 to 65535"),
    ("MQTT_BROKER_PORT", "18.5", "a port from 1 to 65535"),
    ("MQTT_TLS", "maybe", "TRUE or FALSE"),
    ("MQTT_TLS_CA", "nowhere.pem", "the path of a file that can be read"),
    ("MQTT_TLS_CERT", "nowhere.pem", "the path of a file that can be read"),
    ("MQTT_TLS_KEY", "nowhere.pem", "the path of a file that can be read"),
    ("SEND_RAW_MESSAGE_TO_DB", "2", "TRUE or FALSE"),
    ("DEBUG", "WAHR", "TRUE or FALSE"),
    ("OCPP_HOST", "ws://here", "a host name or an address"),
    ("OCPP_PORT", "90000", "a port from 0 (closes the plain port) to 65535"),
    ("OCPP_PORT", "-1", "a port from 0 (closes the plain port) to 65535"),
    ("OCPP_TLS_PORT", "0", "a port from 1 to 65535"),
    ("OCPP_TLS_PORT", "9000", "another port than OCPP_PORT"),
    ("OCPP_TLS_CERT", "nowhere.pem", "the path of a file that can be read"),
    ("OCPP_TLS_CERT", "file", "OCPP_TLS_PORT beside it"),
    ("OCPP_TLS_KEY", "file", "OCPP_TLS_CERT beside it"),
    ("OCPP_TLS_CLIENT_CA", "file", "OCPP_TLS_PORT beside it"),
    ("CRL_FILE", "file", "OCPP_TLS_CLIENT_CA beside it"),
    ("OPERATOR_NAME", "x" * 65, "text of 1 to 64 characters"),
    ("MIN_SECURITY_PROFILE", "4", "0, 1, 2 or 3"),
    ("MIN_SECURITY_PROFILE", "1.5", "0, 1, 2 or 3"),
    ("MIN_SECURITY_PROFILE", "2", "OCPP_TLS_PORT, or TRUSTED_PROXIES beside it"),
    ("MIN_SECURITY_PROFILE", "3", "OCPP_TLS_PORT and OCPP_TLS_CLIENT_CA beside it"),
    ("TRUSTED_PROXIES", "nginx", "addresses or networks such as 10.0.0.5"),
    ("TRUSTED_PROXIES", "10.0.0.1;10.0.0.2", "addresses or networks such as"),
    ("TRUSTED_PROXIES", "10.0.0.1, 0.0.0.0/0", "addresses or networks"),
    ("TRUSTED_PROXIES", "::/0", "addresses or networks"),
    ("DEFAULT_SUBPROTOCOL", "ocpp2.0", "ocpp2.1, ocpp2.0.1, ocpp1.6, or empty"),
    ("UNKNOWN_STATIONS", "ask", "pending, accept or reject"),
    ("STATIONS", "nowhere.yaml", "a JSON object, or the path of a YAML or JSON file"),
    ("UNKNOWN_TOKENS", "maybe", "accept, reject or ask"),
    ("TOKEN_ASK_TIMEOUT_S", "0", "seconds, more than 0 and up to 60"),
    ("TOKEN_ASK_TIMEOUT_S", "61", "seconds, more than 0 and up to 60"),
    ("TOKEN_ASK_DEFAULT", "ask", "accept or reject"),
    ("TOKENS", "[]", "an object by identity"),
    ("REMOTE_ID_TOKEN", "a" * 17, "1 to 16 characters"),
    ("REMOTE_ID_TOKEN", "a\tb", "1 to 16 characters"),
    ("HEARTBEAT_INTERVAL_S", "0", "seconds, more than 0"),
    ("HEARTBEAT_INTERVAL_S", "inf", "seconds, more than 0"),
    ("PING_INTERVAL_S", "-1", "seconds, 0 or more"),
    ("PING_INTERVAL_S", "nan", "seconds, 0 or more"),
    ("CALL_TIMEOUT_S", "30 s", "seconds, more than 0"),
    ("METER_INTERVAL_S", "1.5", "whole seconds, 0 or more"),
    ("MEASURANDS", "Power Active", "names of measurands"),
    ("MEASURANDS", "Énergie", "names of measurands"),
    ("LIMIT_MIN_INTERVAL_S", "ten", "seconds, 0 or more"),
    ("LIMIT_PERSIST_INTERVAL_S", "-0.1", "seconds, 0 or more"),
    ("LIMIT_HOLD_S", "1e999", "seconds, 0 or more"),
    ("LIMIT_FALLBACK", "4140", "none, or a limit with its unit"),
    ("LIMIT_FALLBACK", "-6A", "none, or a limit with its unit"),
    ("LIMIT_FALLBACK", "6kW", "none, or a limit with its unit"),
    ("LIMIT_FAILSAFE", "TRUE", "FALSE, or a LIMIT_HOLD_S and a LIMIT_FALLBACK"),
    ("LIMIT_FAILSAFE", "perhaps", "TRUE or FALSE"),
    ("STRICT_VALIDATION", "strict", "TRUE or FALSE"),
    ("OPEN_TREE", "open", "TRUE or FALSE"),
    ("HOME_ASSISTANT", "hass", "TRUE or FALSE"),
    *(
        ("HOME_ASSISTANT_PREFIX", text, "one or more levels of a topic")
        for text in ("a/#", "+", "/a", "a/", "a//b", "$SYS", "a\nb")
    ),
    ("DATA_DIR", "file", "the path of a folder"),
    ("DATA_DIR", "a\0b", "the path of a folder"),
    ("RECORD_DIR", "file", "the path of a folder"),
    ("HTTP_HOST", "a/b", "a host name or an address"),
    ("HTTP_PORT", "80 80", "a port from 0 (off) to 65535"),
    ("HTTP_PORT", "9000", "another port than OCPP_PORT"),
    *(
        ("HTTP_URL", text, "http://<host> or https://<host>")
        for text in (
            "example.com",
            "ftp://example.com",
            "http://",
            "http://a b",
            "http://a:99999",
            "http://a:x",
            "http://user:s3cret@a",
            "http://a/?b",
            "http://a/#b",
            "http://[::1",
        )
    ),
    ("MAX_UPLOAD_BYTES", "100 MiB", "a whole number, 0 (off) or more"),
    ("OCPP_CONFIG", "[]", "a JSON object"),
    ("OCPP_CONFIG", '{"execute_open": {}}', "a JSON object of commands, such as"),
    ("OCPP_CONFIG", "{execute_reset: {}}", "a JSON object (Expecting property name"),
    ("OCPP_CONFIG", "[" * 100_000, "a JSON object"),
    ("OCPP_PROFILE", "11000", "a JSON object"),
    ("OCPP_PROFILE", "{}", _NO_PROFILE),
    ("OCPP_PROFILE", '{"chargingSchedule": []}', _NO_PROFILE),
    (
        "OCPP_PROFILE",
        '{"chargingSchedule": {"chargingSchedulePeriod": [1]}}',
        "an OCPP charging profile whose chargingSchedulePeriod are objects",
    ),
    ("MAX_FRAME_BYTES", "1M", "a whole number, 0 (off) or more"),
    ("MAX_FRAMES_PER_S", "-1", "a number, 0 (off) or more"),
    ("HANDSHAKE_TIMEOUT_S", "never", "seconds, 0 or more"),
    ("MAX_CONNECTIONS_PER_ADDRESS", "1.5", "a whole number, 0 (off) or more"),
    ("MAX_PENDING_STATIONS", "-5", "a whole number, 0 (off) or more"),
]


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(environ)
    return caught.value.problems


@pytest.mark.parametrize(("name", "text", "expected"), WRONG)
def test_a_wrong_value_is_named(
    folder: Path, name: str, text: str, expected: str
) -> None:
    (folder / "file").touch()

    [problem] = problems({name: text})

    assert problem.startswith(name)
    assert f"expected {expected}" in problem
    assert "environment)" in problem
    assert name in ("STATIONS", "TOKENS") or repr(text)[:60] in problem
    assert "\n" not in problem
    assert len(problem) < 300


@pytest.mark.parametrize("name", [*UNBUILT, "PNC_POOL_URL", "PNC_ANYTHING"])
def test_what_is_not_built_is_refused(name: str) -> None:
    [problem] = problems({name: "1234"})

    assert problem.startswith(f"{name} is ")
    assert "this version does not have it yet" in problem


def test_a_wrong_token_of_the_api_is_not_shown() -> None:
    [problem] = problems({"API_TOKEN": "geheim mit Leerzeichen"})

    assert "geheim" not in problem
    assert "API_TOKEN is (hidden) (environment), expected 1 to 512 visible" in problem


@pytest.mark.parametrize("name", ["PNC_POOL_TOKEN"])
def test_a_secret_that_is_not_built_is_not_shown(name: str) -> None:
    [problem] = problems({name: "geheim"})

    assert "geheim" not in problem
    assert "(hidden)" in problem


def test_all_are_named_together(folder: Path) -> None:
    (folder / ".env").write_text("DEBUG=perhaps\nROLE=gateway\n")

    found = problems(
        {"OCPP_PORT": "x", "STATIONS": '{"A": {"phases": 2, "zero": "no"}, "/": {}}'}
    )

    assert len(found) == 6
    assert str(SettingsError(found)) == "\n".join(found)


def test_dotenv_is_named_as_the_origin(folder: Path) -> None:
    (folder / ".env").write_text("DEBUG=perhaps\n")

    [problem] = problems({})

    assert problem == f"DEBUG is 'perhaps' ({folder}/.env), expected TRUE or FALSE"


class TestSecrets:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("STORE_URL", "postgresql://me:geheim@db"),
            ("STORE_URL", "postgresql://me:geheim@db/"),
            ("STORE_URL", "postgresql://me:ge@heim@db/ocpp"),
            ("STORE_URL", "postgresql://me:1@geheim@db/ocpp"),
            ("STORE_URL", "postgresql://me:geheim@db/ocpp?geheim=1"),
            ("STORE_URL", "postgresql://me:geheim@db:port/ocpp"),
            ("STORE_URL", "mysql://me:geheim@db/ocpp"),
            ("STORE_URL", "sqlite://me:geheim@db/ocpp"),
            ("STORE_URL", "geheim"),
            ("STORE_URL", "sqlite:///"),
            ("MQTT_PASSWORD", "geheim"),
        ],
    )
    def test_they_are_hidden(self, name: str, text: str) -> None:
        [problem] = problems({name: text})

        assert "geheim" not in problem
        assert problem.startswith(f"{name} is (hidden) (environment), expected ")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("postgresql://me@db", "it names no database"),
            ("postgresql://me@db/a?ssl=1", "one of the options behind ? is unknown"),
            ("postgresql://me:a@b@db/a", "it has more than one @"),
            ("mysql://me@db/a", "this kind of database is not supported"),
            ("sqlite:///", "it names no file"),
            ("nonsense", "it is no URL of a database"),
        ],
    )
    def test_what_is_wrong_with_a_database_is_told(
        self, text: str, reason: str
    ) -> None:
        [problem] = problems({"STORE_URL": text})

        assert problem.endswith(f": {reason}")

    def test_a_file_that_is_not_there_is_named(self) -> None:
        [problem] = problems({"MQTT_USERNAME_FILE": "nowhere"})

        assert problem == (
            "MQTT_USERNAME_FILE is 'nowhere' (environment), expected the path of a "
            "file that can be read: No such file or directory"
        )

    def test_an_empty_file_is_named(self, folder: Path) -> None:
        (folder / "empty").write_text("\n")

        [problem] = problems({"MQTT_USERNAME_FILE": "empty"})

        assert (
            problem == "MQTT_USERNAME_FILE is 'empty' (environment): the file is empty"
        )

    def test_a_wrong_value_in_a_file_is_traced_to_it(self, folder: Path) -> None:
        (folder / "url").write_text("mysql://geheim")

        [problem] = problems({"STORE_URL_FILE": "url"})

        assert problem.startswith("STORE_URL is (hidden) (url), expected ")

    def test_two_at_once_are_one_too_many(self, folder: Path) -> None:
        (folder / "file").write_text("me")

        [problem] = problems({"MQTT_USERNAME": "me", "MQTT_USERNAME_FILE": "file"})

        assert problem.startswith("MQTT_USERNAME and MQTT_USERNAME_FILE are both set")


class TestWhatBelongsTogether:
    def test_tls_files_without_tls(self, folder: Path) -> None:
        (folder / "ca.pem").touch()

        [problem] = problems({"MQTT_TLS_CA": "ca.pem"})

        assert "expected MQTT_TLS=TRUE beside it" in problem

    def test_a_key_without_a_certificate(self, folder: Path) -> None:
        (folder / "key.pem").touch()

        [problem] = problems({"MQTT_TLS": "TRUE", "MQTT_TLS_KEY": "key.pem"})

        assert "expected MQTT_TLS_CERT beside it" in problem

    def test_http_on_the_port_of_the_stations(self) -> None:
        [problem] = problems({"OCPP_PORT": "8080"})

        assert problem == (
            "HTTP_PORT is '8080' (default), expected another port than OCPP_PORT"
        )

    def test_a_url_of_files_without_http(self) -> None:
        [problem] = problems({"HTTP_PORT": "0", "HTTP_URL": "https://a"})

        assert "expected nothing while HTTP_PORT is 0" in problem

    @pytest.mark.parametrize("entry", [{"limit_fallback": "none"}, {"limit_hold_s": 0}])
    def test_a_failsafe_that_a_station_takes_back(self, entry: object) -> None:
        [problem] = problems(
            {
                "LIMIT_FAILSAFE": "TRUE",
                "LIMIT_HOLD_S": "60",
                "LIMIT_FALLBACK": "6A",
                "STATIONS": json.dumps({"CP-7": entry}),
            }
        )

        assert "for station 'CP-7' too" in problem


class TestStations:
    @pytest.mark.parametrize(
        ("member", "value", "expected"),
        [
            ("name", 42, f"{_TEXT}, in quotes where it is a number"),
            ("name", "a\0b", "text of 1 to 255 characters without control"),
            ("note", True, "text"),
            ("serial_number", "", "text"),
            ("connectors", 0, "a whole number from 1 to 64"),
            ("connectors", 1.5, "a whole number from 1 to 64"),
            ("phases", 2, "1 or 3"),
            ("phases", True, "1 or 3"),
            ("voltage", 0, "volts, 1 to 1500"),
            ("voltage", "high", "volts, 1 to 1500"),
            ("min_current_a", -1, "amperes, 0 or more"),
            ("max_current_a", 0, "amperes, more than 0"),
            ("profile", "TxProfile", "an object"),
            ("limit_fallback", 6, "none, or a limit with its unit"),
            ("limit_hold_s", -1, "seconds, 0 or more"),
            ("zero", "pause", "profile or stop"),
            ("call_timeout_s", 0, "seconds, more than 0"),
            ("measurands", {}, "names of measurands"),
            ("measurands", [1], "names of measurands"),
            ("meter_interval_s", 0.5, "whole seconds, 0 or more"),
            ("strict_validation", "strict", "TRUE or FALSE"),
            ("ocpp_version", "2.0", "1.6, 2.0.1 or 2.1"),
            ("security_profile", 4, "0, 1, 2 or 3"),
            ("preset", "abb", "one of none, abb-terra-ac, abl, "),
            ("preset", 1, "one of none, abb-terra-ac, abl, "),
            ("quirks", 1, "an object or a list of names: no_boot_trigger, "),
            ("quirks", [1], "an object or a list of names: no_boot_trigger, "),
        ],
    )
    def test_a_wrong_member_is_named(
        self, member: str, value: object, expected: str
    ) -> None:
        [problem] = problems({"STATIONS": json.dumps({"CP-7": {member: value}})})

        assert problem.startswith(
            f"STATIONS: station 'CP-7': {member} is {value!r} (environment), "
            f"expected {expected}"
        )

    def test_what_is_text_is_not_told_to_be_in_quotes(self) -> None:
        text = json.dumps({"CP-7": {"name": "x" * 256}})

        [problem] = problems({"STATIONS": text})

        assert problem.endswith(f"expected {_TEXT}")

    @pytest.mark.parametrize(
        ("member", "value"),
        [("password", "geheim\n"), ("autostart_token", "geheim" * 4)],
    )
    def test_a_secret_member_is_hidden(self, member: str, value: str) -> None:
        text = json.dumps({"CP-7": {member: value}})

        [problem] = problems({"STATIONS": text})

        assert f"{member} is (hidden)" in problem

    @pytest.mark.parametrize(
        ("member", "value", "expected"),
        [
            ("purpose", "Tx", "TxProfile, TxDefaultProfile or ChargePointMaxProfile"),
            ("kind", "Recurring", "Absolute, Relative or Dynamic"),
            ("stack_level", -1, "a whole number, 0 or more"),
            ("unit", "kW", "W or A"),
        ],
    )
    def test_a_wrong_member_of_the_profile_is_named(
        self, member: str, value: object, expected: str
    ) -> None:
        text = json.dumps({"CP-7": {"profile": {member: value}}})

        [problem] = problems({"STATIONS": text})

        assert problem == (
            f"STATIONS: station 'CP-7': profile.{member} is {value!r} (environment), "
            f"expected {expected}"
        )

    def test_an_unknown_quirk_is_named_with_those_that_are_known(self) -> None:
        found = problems({"STATIONS": '{"A": {"quirks": {"slow": true}}}'})

        assert found == [
            "STATIONS: station 'A' (environment): there is no 'quirks.slow'; known "
            "are no_boot_trigger, skip_setup, meter_interval_min_s, poll_s, "
            "no_change_availability, vendor_limit, free_token_key, "
            "setup_while_pending"
        ]

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("no_boot_trigger", "maybe", "true or false"),
            ("no_change_availability", 1, "true or false"),
            ("skip_setup", 3, "true, false, or a list of configuration keys"),
            ("skip_setup", [], "true, false, or a list of configuration keys"),
            ("skip_setup", ["a" * 51], "true, false, or a list of configuration keys"),
            ("meter_interval_min_s", 0, "whole seconds from 1 to 86400, or false"),
            ("meter_interval_min_s", 1.5, "whole seconds from 1 to 86400, or false"),
            ("poll_s", True, "seconds from 1 to 86400, or 0 (never)"),
            ("poll_s", -1, "seconds from 1 to 86400, or 0 (never)"),
            ("poll_s", 1e400, "seconds from 1 to 86400, or 0 (never)"),
            ("free_token_key", 7, "a configuration key (1 to 50 characters), or false"),
            ("vendor_limit", "ABL", "an object with vendorId, messageId (optional)"),
            ("vendor_limit", {"data": "{limit_a}"}, "an object with vendorId and data"),
            ("vendor_limit", {"vendor": "A"}, "vendorId, messageId and data in it"),
            ("vendor_limit", {"vendorId": 1}, "a vendorId of 1 to 255 characters"),
            ("vendor_limit", {"data": "{limit_a"}, "data with either {limit_a} or"),
            ("vendor_limit", {"data": "{0}"}, "data with either {limit_a} or"),
            ("vendor_limit", {"data": "{limit_a.x}"}, "data with either {limit_a} or"),
            ("vendor_limit", {"data": "{limit_a}{limit_w}"}, "data with either"),
            ("vendor_limit", {"data": "{limit_a!r}"}, "data with either {limit_a} or"),
        ],
    )
    def test_a_wrong_quirk_is_named(
        self, name: str, value: object, expected: str
    ) -> None:
        text = json.dumps({"CP-7": {"quirks": {name: value}}})

        [problem] = problems({"STATIONS": text})

        assert problem.startswith(f"STATIONS: station 'CP-7': quirks.{name} is ")
        assert f"expected {expected}" in problem

    def test_a_list_of_quirks_means_true_which_not_every_one_can_be(self) -> None:
        [problem] = problems({"STATIONS": '{"A": {"quirks": ["poll_s"]}}'})

        assert "quirks.poll_s is True" in problem

    def test_an_unknown_member_is_named_with_a_guess(self) -> None:
        found = problems(
            {"STATIONS": '{"A": {"phase": 3, "xyz": 1, "profile": {"kinds": 1}}}'}
        )

        assert found == [
            "STATIONS: station 'A' (environment): there is no 'profile.kinds'; "
            "did you mean 'kind'?",
            "STATIONS: station 'A' (environment): there is no 'phase'; "
            "did you mean 'phases'?",
            "STATIONS: station 'A' (environment): there is no 'xyz'",
        ]

    def test_more_than_the_most(self) -> None:
        [problem] = problems(
            {"STATIONS": '{"A": {"min_current_a": 10, "max_current_a": 6}}'}
        )

        assert "expected not less than min_current_a, 10" in problem

    def test_an_entry_that_is_no_object(self) -> None:
        [problem] = problems({"STATIONS": '{"CP-7": true}'})

        assert problem == ("STATIONS: station 'CP-7' (environment): expected an object")

    @pytest.mark.parametrize(
        "identity", ["", "a/b", "a\\b", "a\tb", "a\x85", "\ufffe", "a" * 256, "é" * 128]
    )
    def test_what_no_url_can_hold_is_no_identity(self, identity: str) -> None:
        [problem] = problems({"STATIONS": json.dumps({identity: {}})})

        assert "expected an identity" in problem

    def test_broken_json_is_named_with_its_place_but_not_shown(self) -> None:
        [problem] = problems({"STATIONS": '{"A": {"password": "geheim",}}'})

        assert "line 1, column " in problem
        assert "geheim" not in problem

    def test_json_in_quotes_is_not_shown_either(self) -> None:
        [problem] = problems({"STATIONS": '\'{"A": {"password": "geheim"}}\''})

        assert "no JSON: Expecting value, line 1, column 1" in problem
        assert "geheim" not in problem

    @pytest.mark.parametrize(
        "text", ['{"A": {}, "A": {}}', '{"A": {"phases": 1, "phases": 3}}']
    )
    def test_a_name_that_is_there_twice(self, text: str) -> None:
        [problem] = problems({"STATIONS": text})

        assert "is there twice" in problem

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("A: {phases: 3\nB:\n", "line 2"),
            ("A:\n  phases: 3\nB: {}\nA: {}\n", "'A' is there twice, line 4"),
            ("A:\n\tphases: 3\n", "line 2"),
            ("[a, b]: {}\n", "a name must be text, line 1"),
            ("A: !!python/object:os.system {}\n", "line 1"),
            ("- A\n- B\n", "an object by identity"),
            ("just text", "an object by identity"),
            ("A: {}\n--- \nB: {}\n", "line 2"),
            ("A: &a [*a]\n", "recursive node, line 1"),
            ("A: \x00\n", "no YAML"),
        ],
    )
    def test_a_broken_yaml_file_is_named_with_the_line(
        self, folder: Path, text: str, expected: str
    ) -> None:
        (folder / "stations.yaml").write_text(text)

        [problem] = problems({"STATIONS": "stations.yaml"})

        assert "(stations.yaml, named in environment)" in problem
        assert expected in problem

    @pytest.mark.parametrize("content", [b"\xff\xfe", None])
    def test_a_file_that_cannot_be_read(
        self, folder: Path, content: bytes | None
    ) -> None:
        path = folder / "stations.yaml"
        _ = path.mkdir() if content is None else path.write_bytes(content)

        [problem] = problems({"STATIONS": "stations.yaml"})

        assert "expected a JSON object, or the path of" in problem

    def test_nesting_without_end_is_refused(self) -> None:
        [problem] = problems({"STATIONS": '{"A":' * 100_000})

        assert "nested too deeply" in problem


class TestTokens:
    @pytest.mark.parametrize(
        ("member", "value", "expected"),
        [
            ("status", "Known", "Accepted, Blocked, Expired, Invalid or ConcurrentTx"),
            ("expiry", "2026-12-31", "a time with its zone"),
            ("expiry", "2026-12-31T12:00:00", "a time with its zone"),
            ("expiry", "soon", "a time with its zone"),
            ("group", 1, "text"),
            ("note", 1, "text"),
            ("type", "two words", "any, Central, "),
            ("type", "NoAuthorization", "any, Central, "),
            ("language", "Deutsch", "a language such as de or en-GB"),
            ("max_active", 0, "a whole number, 1 or more"),
        ],
    )
    def test_a_wrong_member_is_named(
        self, member: str, value: object, expected: str
    ) -> None:
        [problem] = problems({"TOKENS": json.dumps({"04A2": {member: value}})})

        assert problem.startswith(
            f"TOKENS: token '04A2': {member} is {value!r} (environment), "
            f"expected {expected}"
        )

    def test_tokens_that_differ_in_case_alone_are_the_same(self) -> None:
        [problem] = problems({"TOKENS": '{"04a2": {}, "04A2": {}}'})

        assert "every token once: '04a2' and '04A2' are the same" in problem

    @pytest.mark.parametrize("token", ["", "a\nb", "a" * 256])
    def test_what_is_no_token(self, token: str) -> None:
        [problem] = problems({"TOKENS": json.dumps({token: {}})})

        assert "expected an id token" in problem
