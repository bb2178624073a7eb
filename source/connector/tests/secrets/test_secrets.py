"""A secret that is told anywhere comes out nowhere: whoever told it, and however.

Ways out: facts and results, answers, the log (DEBUG), raw messages, recordings.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.datapoints.catalogue import COMMANDS, STATION, Kind, commands_at
from connector.errors import RemoteProtocolError
from connector.ocppj.redaction import blank, redact
from connector.tests.csms.conftest import NAME, StationEnd, settle
from connector.tests.secrets.bench import SECRET, Watched

Json = dict[str, Any]
URL = f"ftp://user:{SECRET}@192.0.2.9/"
SIGNED = f"https://192.0.2.9/fw?a=1&X-Amz-Signature={SECRET}&b=2"
NAMES = (
    "AuthorizationKey",
    "BasicAuthPassword",
    "WifiPassphrase",
    "wifi-pass-phrase",
    "ClientSecret",
    "WLAN_PSK",
    "ftpPasswd",
    "api_key",
    "PrivateKey",
    "accessToken",
    "SimPin",
    "WebUIPin",
    "AdminPW",
    "AdminPin",
    "wifi_pw",
    "pass",
)


@pytest.fixture
def watched(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Watched:
    return Watched(tmp_path, caplog)


async def none_is_told(watched: Watched) -> None:
    said = await watched.said()
    at = said.find(SECRET)
    assert at < 0, said[max(0, at - 300) : at + 100]


# -- what people write

JSON_COMMANDS = sorted(
    name for name, command in COMMANDS.items() if command.kind is Kind.JSON
)
WRITTEN = [
    f'{{"AuthorizationKey": "{SECRET}"',
    f'{{"AuthorizationKey": "{SECRET}"}} x',
    f'{{"location": "{URL}"',
    f"AuthorizationKey={SECRET}",
    f'"AuthorizationKey={SECRET}"',
    f'{{"password": "{SECRET}"}}',
    f'{{"file": "{URL}f"}}',
    f'{{"location": "{URL}", "retries": "many"}}',
    f'{{"action": "GetDiagnostics", "payload": "{URL}"}}',
    f'{{"action": "X", "payload": "{{\\"password\\": \\"{SECRET}\\""}}',
    f'{{"expiryDate": "{URL}", "idTag": "x"}}',
    f'{{"start": "{URL}", "unit": "W", "periods": [[0, 1]]}}',
    f'["{URL}"]',
    f'{{"location": "{SIGNED}"}}',
    f'{{"AdminPW": "{SECRET}"}}',
    f'{{"VPN/Key": "{SECRET}"}}',
]


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
@pytest.mark.parametrize("command", JSON_COMMANDS)
async def test_no_structure_that_people_write(
    watched: Watched, command: str, version: str
) -> None:
    await watched.connect(version)
    where = STATION if command in commands_at(STATION) else "1"

    for text in WRITTEN:
        result = await watched.order(command, text.encode(), where)
        assert result["outcome"] != "error", result

    await none_is_told(watched)


async def test_what_is_no_json_is_said_to_be_so_with_where_and_what(
    watched: Watched,
) -> None:
    await watched.connect("1.6")

    result = await watched.order("configuration", b'{"AuthorizationKey": "S"')

    assert (result["outcome"], result["detail"]) == (
        "invalid",
        "configuration: not JSON: unexpected end of data at character 24 of 24, "
        "expected an object of keys to set, a list of keys, or null",
    )
    await watched.said()


async def test_no_body_of_a_request(watched: Watched) -> None:
    await watched.connect("1.6")
    body = f'{{"key": "AuthorizationKey", "value": "{SECRET}"'

    for text in (body, body + "}", body + "} x", f"[{body}]", f'"{SECRET}"'):
        await watched.request("ChangeConfiguration", text.encode())

    await none_is_told(watched)


# -- what stations answer


@pytest.mark.parametrize("name", NAMES)
async def test_no_configuration_that_is_set_or_read(
    watched: Watched, name: str
) -> None:
    end = await watched.connect("1.6")
    value = {"key": name, "readonly": False, "value": SECRET}
    end.answers["GetConfiguration"] = {"configurationKey": [value]}

    await watched.order("configuration", orjson.dumps({name: SECRET}))
    assert end.asked("ChangeConfiguration")[-1] == {"key": name, "value": SECRET}
    await watched.order("configuration", b"null")
    await watched.request("GetConfiguration", b"{}")

    await none_is_told(watched)


@pytest.mark.parametrize("is_read", [False, True])
@pytest.mark.parametrize("name", NAMES)
async def test_no_variable_that_is_set_or_read(
    watched: Watched, name: str, is_read: bool
) -> None:
    end = await watched.connect("2.0.1")
    item = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": name}}
    answer = {**item, "attributeStatus": "Accepted", "attributeValue": SECRET}
    end.answers["GetVariables"] = {"getVariableResult": [answer]}
    key = f"SecurityCtrlr/{name}"

    if is_read:
        await watched.order("configuration", orjson.dumps([key]))
        report = {"requestId": 7, "seqNo": 0, "generatedAt": end.time()}
        attribute = {"type": "Actual", "value": SECRET}
        data = [{**item, "variableAttribute": [attribute]}]
        await end.say("NotifyReport", **report, reportData=data)
    else:
        await watched.order("configuration", orjson.dumps({key: SECRET}))
        assert SECRET in str(end.asked("SetVariables"))

    await none_is_told(watched)


async def test_no_password_of_a_network_profile(watched: Watched) -> None:
    end = await watched.connect("2.0.1")
    apn = {"apn": "a", "apnUserName": "u", "apnPassword": SECRET}
    vpn = {
        "server": "s",
        "user": "u",
        "password": SECRET,
        "key": SECRET,
        "type": "PPTP",
    }
    data = {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": f"wss://user:{SECRET}@192.0.2.9",
        "messageTimeout": 30,
        "securityProfile": 1,
        "ocppInterface": "Wired0",
        "apn": {**apn, "apnAuthentication": "AUTO"},
        "vpn": vpn,
    }
    payload = {"configurationSlot": 1, "connectionData": data}

    result = await watched.request("SetNetworkProfile", orjson.dumps(payload))

    assert result["outcome"] == "accepted", result
    assert end.asked("SetNetworkProfile") == [payload]
    await none_is_told(watched)


async def test_no_secret_that_a_station_repeats_in_an_error(watched: Watched) -> None:
    end = await watched.connect("1.6")
    end.answers["ChangeConfiguration"] = RemoteProtocolError(
        "GenericError",
        f"no good: {SECRET}",
        {"AuthorizationKey": SECRET, "value": SECRET, "text": f"it was {SECRET}"},
    )

    body = orjson.dumps({"AuthorizationKey": SECRET})
    result = await watched.order("configuration", body)

    assert (result["outcome"], result["detail"]) == (
        "error",
        "GenericError: no good: ***",
    )
    assert result["response"] == {
        "AuthorizationKey": "***",
        "value": "***",
        "text": "it was ***",
    }
    await none_is_told(watched)


async def test_no_secret_in_the_error_of_a_call_that_has_none(
    watched: Watched,
) -> None:
    end = await watched.connect("1.6")
    end.answers["Reset"] = RemoteProtocolError(
        "GenericError", f"no way to {URL}, password={SECRET}", {"clientSecret": SECRET}
    )

    await watched.order("reset", b"soft")

    await none_is_told(watched)


async def test_no_secret_that_a_station_repeats_in_a_reason(watched: Watched) -> None:
    end = await watched.connect("2.0.1")
    item = {
        "component": {"name": "SecurityCtrlr"},
        "variable": {"name": "BasicAuthPassword"},
    }
    info = {"reasonCode": "TooWeak", "additionalInfo": f"{SECRET} is too weak"}
    result = {**item, "attributeStatus": "Rejected", "attributeStatusInfo": info}
    end.answers["SetVariables"] = {"setVariableResult": [result]}

    body = orjson.dumps({"SecurityCtrlr/BasicAuthPassword": SECRET})
    await watched.order("configuration", body)
    await watched.request(
        "SetVariables",
        orjson.dumps({"setVariableData": [{**item, "attributeValue": SECRET}]}),
    )

    await none_is_told(watched)


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_no_name_of_a_file_that_is_our_own_place_or_has_credentials(
    watched: Watched, version: str
) -> None:
    end = await watched.connect(version)
    end.answers["GetDiagnostics"] = lambda p: {"fileName": p["location"] + "d.zip"}
    repeated = {"status": "Accepted"}
    end.answers["GetLog"] = lambda p: (
        repeated | {"filename": p["log"]["remoteLocation"]}
    )

    for location in (URL, None):
        result = await watched.order("get_log", orjson.dumps({"location": location}))
        assert result["outcome"] == "accepted"
        assert "***" in result["detail"]
        assert "***" in str(result["response"])

    told = [p["location"] for p in end.asked("GetDiagnostics")]
    told += [p["log"]["remoteLocation"] for p in end.asked("GetLog")]
    assert told[0] == URL
    name = told[1].split("/")[4]
    assert len(name) > 20
    assert name not in await watched.said()
    await none_is_told(watched)


async def test_no_name_of_our_own_place_alone(watched: Watched) -> None:
    end = await watched.connect("1.6")
    end.answers["GetDiagnostics"] = lambda p: {
        "fileName": p["location"].split("/")[4] + "-d.zip"
    }

    await watched.order("get_log", b"null")

    [payload] = end.asked("GetDiagnostics")
    assert payload["location"].split("/")[4] not in await watched.said()


async def test_no_answer_that_is_cut_off(watched: Watched) -> None:
    end = await watched.connect("1.6")
    await watched.order("configuration", orjson.dumps({"AuthorizationKey": SECRET}))

    await end.link.send(f'[4,"x","GenericError","{SECRET} is no go')
    await end.link.send(f'[3,"x",{{"status":"Accepted","password":"{SECRET}"')
    await end.link.send(f'[2,"x","DataTransfer",{{"data":"AuthorizationKey {SECRET}"')
    await settle()

    await none_is_told(watched)


# -- what stations say

Say = Callable[[StationEnd], Any]
INNER = f'{{"user": "u", "password": "{SECRET}"}}'
SAID_16: dict[str, Say] = {
    "json": lambda end: end.say("DataTransfer", vendorId="v", data=INNER),
    "spaced": lambda end: end.say("DataTransfer", vendorId="v", data=" " + INNER),
    "list": lambda end: end.say("DataTransfer", vendorId="v", data=f"[{INNER}]"),
    "broken": lambda end: end.say("DataTransfer", vendorId="v", data=INNER[:-1]),
    "query": lambda end: end.say(
        "DataTransfer", vendorId="v", data=f"a=1&password={SECRET}&b=2"
    ),
    "key": lambda end: end.say(
        "DataTransfer", vendorId="v", data=f"WLAN_PSK: '{SECRET}'"
    ),
    "event": lambda end: end.say(
        "SecurityEventNotification",
        type="SettingSystemTime",
        timestamp=end.time(),
        techInfo=f"login at {URL} failed",
    ),
    "status": lambda end: end.status(
        "Faulted", info=f"no way to {URL}"[:50], vendorErrorCode=f"psk={SECRET}"
    ),
    "named": lambda end: end.say(
        "DataTransfer", vendorId="v", messageId="AuthorizationKey", data=SECRET
    ),
    "other case": lambda end: end.say(
        "DataTransfer", vendorId="v", data=f'{{"Key":"WifiPass","Value":"{SECRET}"}}'
    ),
    "followed": lambda end: end.say(
        "DataTransfer", vendorId="v", data=f"AuthorizationKey,{SECRET}"
    ),
    "spaced out": lambda end: end.say(
        "DataTransfer", vendorId="v", data=f"AuthorizationKey {SECRET}"
    ),
    "signed": lambda end: end.say("DataTransfer", vendorId="v", data=SIGNED),
    "boot": lambda end: end.boot(),
}
SAID_2: dict[str, Say] = {
    "json": SAID_16["json"],
    "object": lambda end: end.say(
        "DataTransfer", vendorId="v", data={"password": SECRET, "url": URL}
    ),
    "keys": lambda end: end.say(
        "DataTransfer", vendorId="v", data=[{"key": "WifiPass", "value": SECRET}]
    ),
    "event": SAID_16["event"],
    "notified": lambda end: end.say(
        "NotifyEvent",
        generatedAt=end.time(),
        seqNo=0,
        eventData=[
            {
                "eventId": 1,
                "timestamp": end.time(),
                "trigger": "Alerting",
                "actualValue": SECRET,
                "techInfo": f"password={SECRET}",
                "eventNotificationType": "HardWiredNotification",
                "component": {"name": "SecurityCtrlr"},
                "variable": {"name": "BasicAuthPassword"},
            }
        ],
    ),
    "custom": lambda end: end.say(
        "NotifyEVChargingNeeds",
        evseId=1,
        chargingNeeds={
            "requestedEnergyTransfer": "DC",
            "customData": {"vendorId": "v", "apiKey": SECRET},
        },
    ),
    "firmware": lambda end: end.say(
        "PublishFirmwareStatusNotification", status="Published", location=[URL]
    ),
    "customer": lambda end: end.say(
        "NotifyCustomerInformation",
        data=INNER,
        seqNo=0,
        generatedAt=end.time(),
        requestId=1,
    ),
}


@pytest.mark.parametrize("what", SAID_16)
async def test_nothing_that_a_station_of_16_says(watched: Watched, what: str) -> None:
    await SAID_16[what](await watched.connect("1.6"))
    await none_is_told(watched)


@pytest.mark.parametrize("what", SAID_2)
async def test_nothing_that_a_station_of_2x_says(watched: Watched, what: str) -> None:
    await SAID_2[what](await watched.connect("2.0.1"))
    await none_is_told(watched)


# -- what was sent before, in other sessions

BEFORE = {
    "1.6": ("ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET}),
    "2.0.1": (
        "SetVariables",
        {
            "setVariableData": [
                {
                    "component": {"name": "SecurityCtrlr"},
                    "variable": {"name": "BasicAuthPassword"},
                    "attributeValue": SECRET,
                }
            ]
        },
    ),
}


def _sent(version: str) -> tuple[str, bytes]:
    action, payload = BEFORE[version]
    return action, orjson.dumps(payload)


@pytest.mark.parametrize("version", BEFORE)
async def test_nothing_that_a_station_repeats_after_it_came_again(
    watched: Watched, version: str
) -> None:
    end = await watched.connect(version)
    await watched.request(*_sent(version))
    await end.link.close(4000, f"key is {SECRET}")
    await settle()

    end = await watched.connect_again(version)
    await end.say("DataTransfer", vendorId="v", data=f"my key is {SECRET}")
    await end.say("DataTransfer", vendorId="v", data=f'{{"a": "it {SECRET}"}}')
    await end.say(
        "SecurityEventNotification",
        type="SettingSystemTime",
        timestamp=end.time(),
        techInfo=f"now {SECRET}",
    )
    end.answers["Reset"] = RemoteProtocolError("GenericError", f"no: {SECRET}")
    await watched.order("reset", b"soft" if version == "1.6" else b"immediate")
    await end.link.close(4000, f"bye {SECRET}")
    await settle()

    said = await watched.said()
    assert "my key is ***" in said
    assert SECRET not in said


async def test_they_are_let_go_with_the_station(watched: Watched) -> None:
    end = await watched.connect("1.6")
    await watched.request(*_sent("1.6"))
    await end.leave()
    central = watched.system.central
    assert central.stations[NAME].secrets.texts == (SECRET,)

    await central.registry.forget(NAME)

    await watched.connect_again("1.6")
    assert central.stations[NAME].secrets.texts == ()
    await watched.said()


# -- whatever it is in

CONTENTS = st.recursive(
    st.sampled_from(
        [
            {"password": SECRET},
            {"key": "WifiPassphrase", "value": SECRET},
            {"variable": {"name": "ClientSecret"}, "attributeValue": SECRET},
            {"vpn": {"key": SECRET}},
            {"Key": "AdminPin", "Value": SECRET},
            {"pass": SECRET},
            {"messageId": "AuthorizationKey", "data": SECRET},
            {
                "component": {"name": "VPN"},
                "variable": {"name": "Key"},
                "attributeValue": SECRET,
            },
            SIGNED,
            f"AuthorizationKey,{SECRET}",
            f"wifi_pw={SECRET};pass={SECRET}",
            URL,
            f"see {URL} or not",
            f"password={SECRET}",
            f'{{"api_key": "{SECRET}"}}',
            f"-----BEGIN EC PRIVATE KEY-----\n{SECRET}",
            {"secrets": [SECRET, {"a": SECRET}]},
        ]
    ),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "data", "key"]), inner, min_size=1)
        | inner.map(lambda value: orjson.dumps(value).decode())
    ),
    max_leaves=4,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONTENTS)
def test_a_secret_is_found_wherever_it_is(value: Any) -> None:
    assert SECRET not in orjson.dumps(blank(value)).decode()
    frame = orjson.dumps([2, "1", "DataTransfer", {"data": value}]).decode()
    assert SECRET not in str(redact(frame))


@settings(deadline=None)
@given(CONTENTS, st.integers(1, 400))
def test_a_frame_that_is_cut_shows_none(value: Any, length: int) -> None:
    frame = orjson.dumps([2, "1", "DataTransfer", {"data": value}]).decode()
    shown = redact(frame[: min(length, len(frame) - 1)])
    assert SECRET not in str(shown)
