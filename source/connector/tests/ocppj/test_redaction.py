from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from time import monotonic
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.ocppj.redaction import (
    BLANK,
    blank,
    excerpt,
    redact,
    secrets_in,
    shorten,
)
from connector.ocppj.schemas import FOLDERS
from connector.station.device_model.tables import ROWS
from connector.station.device_model.tables.keys16 import KEYS

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"


def shown(text: str) -> str:
    found = redact(text)
    return found if isinstance(found, str) else orjson.dumps(found).decode()


def test_a_frame_without_secrets_is_shown_whole() -> None:
    frame = [2, "1", "Authorize", {"idTag": "AABBCC"}]

    assert redact(orjson.dumps(frame).decode()) == frame


@pytest.mark.parametrize(
    "key", ["AuthorizationKey", "authorizationkey", "WifiPassword"]
)
def test_a_secret_key_that_is_set_is_blank(key: str) -> None:
    text = f'[2,"1","ChangeConfiguration",{{"key":"{key}","value":"s3cret"}}]'

    assert redact(text) == [
        2,
        "1",
        "ChangeConfiguration",
        {"key": key, "value": BLANK},
    ]


def test_a_secret_key_in_an_answer_is_blank_and_its_neighbours_are_shown() -> None:
    text = (
        '[3,"1",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,'
        '"value":"s3cret"},{"key":"HeartbeatInterval","value":"300"}]}]'
    )

    assert redact(text)[2]["configurationKey"] == [
        {"key": "AuthorizationKey", "readonly": False, "value": BLANK},
        {"key": "HeartbeatInterval", "value": "300"},
    ]


def test_a_secret_variable_of_2x_is_blank() -> None:
    value = {"attributeValue": "s3cret", "variable": {"name": "BasicAuthPassword"}}

    assert blank(value)["attributeValue"] == BLANK


@pytest.mark.parametrize("value", ['"s3cret"', "53", '["s3cret"]', '{"a":"s3cret"}'])
def test_a_member_named_as_a_secret_is_blank_whatever_it_is(value: str) -> None:
    for name in ("password", "apnPassword", "PRIVATEKEY", "clientSecret"):
        assert redact(f'[2,"1","X",{{"{name}":{value}}}]')[3] == {name: BLANK}


def test_a_private_key_is_blank_wherever_it_is() -> None:
    text = orjson.dumps([2, "1", "X", {"data": f"before {KEY} after"}]).decode()

    assert redact(text)[3] == {"data": f"before {BLANK} after"}
    assert redact(f"no frame: {KEY}") == f"no frame: {BLANK}"
    cut = KEY[:40]
    assert redact(f"no frame: {cut}") == f"no frame: {BLANK}"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("ftp://me:s3cret@host/x", "ftp://***@host/x"),
        ("ftp://me:s3@cret@host/x", "ftp://***@host/x"),
        ("https://host/x?mail=a@b", "https://host/x?mail=a@b"),
        ("a ftp://u:p@h and ftp://u:q@i", "a ftp://***@h and ftp://***@i"),
    ],
)
def test_credentials_in_a_url_are_blank(url: str, safe: str) -> None:
    assert redact(f'[2,"1","GetDiagnostics",{{"location":"{url}"}}]')[3] == {
        "location": safe
    }
    assert redact(f"cannot reach {url}") == f"cannot reach {safe}"


def test_credentials_whose_host_is_cut_off_are_blank() -> None:
    assert redact('[2,"1","X",{"location":"ftp://me:s3cret') == (
        f'[2,"1","X",{{"location":"ftp://{BLANK}'
    )


@pytest.mark.parametrize(
    "text",
    [
        "password=s3cret",
        "Password: 's3cret'",
        'the {"clientSecret": "s3cret"} and more',
        "a=1&api_key=s3cret&b=2",
        "WLAN_PSK = s3cret, done",
        'AuthorizationKey="s3 s3cret"',
        r"{\"password\":\"s3cret\"}",
    ],
)
def test_what_is_assigned_to_a_secret_s_name_is_blank(text: str) -> None:
    assert "s3cret" not in blank(f"see {text}")
    assert BLANK in blank(f"see {text}")


@pytest.mark.parametrize(
    "text",
    ["the password is wrong", "keys: a, b", "12:30 token", "idToken: 04A2B3C4", "=:"],
)
def test_text_that_assigns_nothing_to_one_is_shown(text: str) -> None:
    assert blank(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "idToken",
        "key",
        "AuthorizeRemoteTxRequests",
        "MasterPassGroupId",
        "MasterPass",
        "ConnectorPhaseRotation",
        "WebSocketPingInterval",
        "PINS",
        "PWMDuty",
        "PinTemperature",
        "bypass",
        "ByPass",
        "by-pass",
        "compass",
        "mapping",
        "passive",
        "pass_through",
        "pinned",
    ],
)
def test_what_is_no_name_of_a_secret_is_shown(name: str) -> None:
    assert blank({name: "x"}) == {name: "x"}


def test_credentials_are_found_behind_the_escapes_of_json() -> None:
    for url in (r"ftp:\/\/me:s3cret@host", r"ftp\u003a//me:s3cret@host"):
        text = f'[2,"1","GetDiagnostics",{{"location":"{url}"}}]'
        assert redact(text)[3] == {"location": "ftp://***@host"}
        assert "s3cret" not in excerpt(text)
    text = r'[2,"1","X",{"key":"\u0041uthorizationKey","value":"s3cret"}]'
    assert redact(text)[3]["value"] == BLANK


def test_a_secret_within_a_text_that_is_json_is_blank() -> None:
    inner = '{"password": "s3cret", "user": "me"}'
    text = orjson.dumps([2, "1", "DataTransfer", {"data": inner}]).decode()

    assert orjson.loads(redact(text)[3]["data"]) == {"password": BLANK, "user": "me"}


def test_a_deep_text_that_is_json_is_not_followed_to_its_end() -> None:
    inner = "[" * 1000 + '"password"' + "]" * 1000
    text = orjson.dumps([2, "1", "DataTransfer", {"data": inner}]).decode()

    assert redact(text)[3] == {"data": "2010 characters"}


@pytest.mark.parametrize(
    "start", ['[2,"1","X",{"a":"\\u0041","b":', '[2,"1","X",{"b":']
)
def test_a_frame_that_is_nested_without_end_is_not_shown(start: str) -> None:
    text = start + "[" * 900 + "]" * 900 + "}]"
    assert redact(text) == f"{len(text)} characters, nested deeper than 32"


def test_a_frame_that_is_cut_shows_no_secret() -> None:
    text = '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"s3cre'

    assert "s3cre" not in shown(text)
    assert "s3cre" not in excerpt(text)


def test_an_id_token_is_shortened() -> None:
    assert shorten("AABBCCDD") == "AABB***"
    assert shorten("AABB") == BLANK
    assert shorten("") == BLANK


def test_an_excerpt_is_one_short_line_without_secrets() -> None:
    assert excerpt("a\r\nb") == "'a  b'"
    assert excerpt("x" * 200) == f"'{'x' * 120}'.. (200 characters)"
    assert excerpt("abc", 2) == "'ab'.. (3 characters)"
    assert excerpt(b"\x00\x01") == "2 bytes"
    assert excerpt('{"password":"s3cret"}') == "21 characters"
    assert excerpt(KEY) == f"{len(KEY)} characters"
    assert "\x1b" not in excerpt("\x1b[31m")


@pytest.mark.parametrize("slash", ["/", "\\/"])
def test_a_one_time_name_of_a_file_is_blank(slash: str) -> None:
    name = "Ab1-_" * 5
    url = f"http://192.0.2.1:8080/files/{name}/fw.bin".replace("/", slash)

    found = redact(f'[2,"1","UpdateFirmware",{{"location":"{url}"}}]')

    assert found[3] == {"location": f"http://192.0.2.1:8080/files/{BLANK}/fw.bin"}
    assert name not in excerpt(f'[2,"1","UpdateFirmware",{{"location":"{url}"}}')


# -- names of whole words, and names that need another one


@pytest.mark.parametrize(
    "name",
    [
        "pass",
        "PASS",
        "pw",
        "pwd",
        "pin",
        "AdminPin",
        "AdminPW",
        "adminpw",
        "adminPIN",
        "AdminPINCode",
        "WebUIPin",
        "WiFiPW",
        "wifi_pw",
        "wifi-pass",
        "USER_PIN",
        "newPin",
        "pinNew",
        "pin2",
        "VPN/Key",
        "VPNCtrlr/Key",
    ],
)
def test_a_word_that_stands_for_itself_names_a_secret(name: str) -> None:
    assert blank({name: "s3cret"}) == {name: BLANK}
    assert blank({"key": name, "value": "s3cret"})["value"] == BLANK
    assert blank(f"a {name}=s3cret;b") == f"a {name}={BLANK};b"


@pytest.mark.parametrize(
    "value",
    [
        {"Key": "AuthorizationKey", "Value": "s3cret"},
        {"KEY": "AdminPin", "VALUE": "s3cret"},
        {"vendorId": "v", "messageId": "AuthorizationKey", "data": "s3cret"},
        {
            "component": {"name": "VPN"},
            "variable": {"name": "Key"},
            "attributeValue": "s3cret",
        },
        {
            "component": {"name": "Modem", "instance": "VPN"},
            "variable": {"name": "Key"},
            "variableAttribute": [{"value": "s3cret"}],
        },
        {
            "Component": {"Name": "Modem"},
            "Variable": {"Name": "Key", "Instance": "VPN"},
            "AttributeValue": "s3cret",
        },
        {"VPN": {"Key": "s3cret"}},
    ],
)
def test_what_names_the_value_may_be_called_otherwise(value: dict[str, object]) -> None:
    assert "s3cret" not in str(blank(value))


@pytest.mark.parametrize(
    "query",
    [
        "token",
        "sig",
        "signature",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
        "key",
        "sas",
        "api-key",
    ],
)
@pytest.mark.parametrize("begin", ["?", "?a=1&"])
def test_a_secret_in_the_query_of_a_url_is_blank(begin: str, query: str) -> None:
    url = f"https://host/fw.bin{begin}{query}="
    assert blank(f"see {url}s3cret%2F&b=2") == f"see {url}{BLANK}&b=2"
    found = redact(f'[2,"1","UpdateFirmware",{{"location":"{url}s3cret"}}]')
    assert found[3] == {"location": f"{url}{BLANK}"}
    assert "s3cret" not in excerpt(f"{url}s3cret")


def test_the_rest_of_a_query_is_shown() -> None:
    url = "https://host/fw.bin?version=1.2&part=3&signed=yes#top"
    assert blank(url) == url


@pytest.mark.parametrize(
    "text",
    [
        "AuthorizationKey,s3cret",
        "AuthorizationKey s3cret",
        "AuthorizationKey: s3cret",
        "AuthorizationKey is s3cret.",
        "set AuthorizationKey;s3cret;ok",
        "wifi_password s3cret",
    ],
)
def test_what_follows_a_secret_s_name_is_blank(text: str) -> None:
    assert "s3cret" not in blank(text)
    assert BLANK in blank(text)


@pytest.mark.parametrize(
    "text",
    [
        "AuthorizationKey rejected",
        "the AuthorizationKey is too short.",
        "password, user and pin, 3 tries",
        "Password changed",
        "mapping: 3, Ping: 4, bypass=1",
    ],
)
def test_words_that_follow_a_secret_s_name_are_shown(text: str) -> None:
    assert blank(text) == text


# -- names that the specifications give

SECRETS = {"apnPassword", "basicAuthPassword", "password", "simPin"}
BODY = {"a": ["x", 1], "b": {"c": "x"}}


def _members(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value.get("properties", ())
    inner = value.values() if isinstance(value, dict) else value
    for each in inner if isinstance(value, (dict, list)) else ():
        yield from _members(each)


@pytest.mark.parametrize("version", FOLDERS)
def test_of_the_members_of_messages_only_secrets_are_blank(version: str) -> None:
    folder = files("ocpp") / FOLDERS[version] / "schemas"
    texts = [each.read_text("utf-8-sig") for each in folder.iterdir()]
    names = {name for text in texts for name in _members(orjson.loads(text))}
    assert len(names) > 90
    assert {name for name in names if blank({name: BODY}) != {name: BODY}} <= SECRETS


def test_of_the_keys_of_16_only_secrets_are_blank() -> None:
    for key in KEYS:
        entry = {"key": key.name, "readonly": False, "value": "x1"}
        is_blank = blank(entry)["value"] == BLANK
        assert is_blank == (key.name == "AuthorizationKey"), key.name
        assert (blank(f"{key.name}=x1") == f"{key.name}=x1") != is_blank


def test_of_the_variables_of_2x_only_secrets_are_blank() -> None:
    for row in ROWS:
        component, _, variable = row.name.partition("/")
        name, _, instance = variable.partition("#")
        of_it = {"name": name} | ({"instance": instance} if instance else {})
        item = {
            "component": {"name": component},
            "variable": of_it,
            "attributeValue": "x1",
        }
        is_blank = blank(item)["attributeValue"] == BLANK
        assert is_blank == (name == "BasicAuthPassword"), row.name


# -- whatever it is

PIECES = st.sampled_from(
    [
        "AuthorizationKey",
        "password",
        "pin",
        "Pass",
        "psk",
        '"',
        "'",
        "\\",
        " ",
        ",",
        "=",
        ":",
        ";",
        "://",
        "@",
        "?token=",
        "&sig=",
        "is ",
        "{",
        "}",
        "s3cret",
        "***",
        "word",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_what_is_blanked_stays_so(text: str) -> None:
    once = blank(text)
    assert blank(once) == once
    excerpt(text)
    redact(text)
    list(secrets_in(text))


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["key", "Value", "component", "variable", "name", "vpn", "type"]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_no_value_is_too_odd(value: Any) -> None:
    blank(value)


def test_long_texts_take_no_time() -> None:
    for piece in (
        "pwd",
        "pin ",
        "AuthorizationKey ",
        "?token",
        "auth_",
        "&key=",
        "is ",
    ):
        began = monotonic()
        blank("=" + piece * 20_000)
        assert monotonic() - began < 5, piece
