from __future__ import annotations

import pytest

from connector.station.demo.configuration import KEYS, Configuration


@pytest.fixture
def configuration() -> Configuration:
    return Configuration({"NumberOfConnectors": "2", "ConnectionTimeOut": "30"})


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("MeterValueSampleInterval", "10", "Accepted"),
        ("MeterValueSampleInterval", "0", "Accepted"),
        ("MeterValueSampleInterval", "-1", "Rejected"),
        ("MeterValueSampleInterval", "often", "Rejected"),
        ("MeterValueSampleInterval", "2147483648", "Rejected"),
        ("StopTransactionOnInvalidId", "FALSE", "Accepted"),
        ("StopTransactionOnInvalidId", "no", "Rejected"),
        ("MeterValuesSampledData", "Voltage, Power.Active.Import", "Accepted"),
        ("MeterValuesSampledData", "", "Accepted"),
        ("MeterValuesSampledData", "Voltage,Colour", "Rejected"),
        ("WebSocketPingInterval", "20", "RebootRequired"),
        ("NumberOfConnectors", "9", "Rejected"),
        ("ConnectionTimeOut", "60", "Rejected"),
        ("Colour", "green", "NotSupported"),
    ],
)
def test_a_change_is_answered_and_kept_only_where_it_was_taken(
    configuration: Configuration, key: str, value: str, status: str
) -> None:
    before = configuration[key] if key in KEYS else None
    assert configuration.change(key, value) == status
    if key in KEYS:
        is_taken = status in {"Accepted", "RebootRequired"}
        assert configuration[key] == (value if is_taken else before)


@pytest.mark.parametrize("name", [name for name, key in KEYS.items() if not key.check])
def test_a_read_only_key_is_never_changed(name: str) -> None:
    configuration = Configuration()
    assert configuration.change(name, KEYS[name].first) == "Rejected"
    [described] = configuration.answer([name])["configurationKey"]
    assert described["readonly"]


@pytest.mark.parametrize("name", [name for name, key in KEYS.items() if key.check])
def test_a_key_that_may_be_set_takes_its_own_first_value(name: str) -> None:
    configuration = Configuration()
    assert configuration.change(name, KEYS[name].first) in {
        "Accepted",
        "RebootRequired",
    }


@pytest.mark.parametrize("asked", [None, []])
def test_who_asks_for_nothing_gets_all(
    configuration: Configuration, asked: list[str] | None
) -> None:
    answer = configuration.answer(asked)
    assert [row["key"] for row in answer["configurationKey"]] == list(KEYS)
    assert "unknownKey" not in answer


def test_keys_that_are_not_known_are_named(configuration: Configuration) -> None:
    assert configuration.answer(["NumberOfConnectors", "Colour"]) == {
        "configurationKey": [
            {"key": "NumberOfConnectors", "readonly": True, "value": "2"}
        ],
        "unknownKey": ["Colour"],
    }


def test_what_is_the_stations_own_is_read_only(configuration: Configuration) -> None:
    [row] = configuration.answer(["ConnectionTimeOut"])["configurationKey"]
    assert row == {"key": "ConnectionTimeOut", "readonly": True, "value": "30"}


def test_values_are_read_as_what_they_are() -> None:
    configuration = Configuration({"LocalAuthorizeOffline": "TRUE"})
    assert configuration.flag("LocalAuthorizeOffline")
    assert not configuration.flag("LocalPreAuthorize")
    assert configuration.number("MeterValueSampleInterval") == 60


def test_a_key_without_effect_cannot_be_set(configuration: Configuration) -> None:
    assert configuration.change("AuthorizeRemoteTxRequests", "true") == "Rejected"
