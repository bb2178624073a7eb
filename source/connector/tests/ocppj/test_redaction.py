from __future__ import annotations

import orjson
import pytest

from connector.ocppj.redaction import BLANK, blank, excerpt, redact, shorten

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
    "name", ["idToken", "key", "AuthorizeRemoteTxRequests", "MasterPassGroupId", "pin"]
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
