"""Frames of the mix, encoded beforehand; fixed-width fields are filled in.

The mix is 70 % MeterValues with 12 sampled values, 15 % StatusNotification and 15 %
Heartbeat. A frame is masked with the key 0, which RFC 6455 allows and which lets the
client fill in the id, the time and the running number without masking anew.
"""

from __future__ import annotations

import json
import struct
import time

ID_WIDTH = 10
ENERGY_BASE = 100_000_000
"""Energy registers are this plus the running number: nine digits for every number."""
ENERGY_KEY = "Energy.Active.Import.Register"

SAMPLES: tuple[tuple[str, str | None, str | None, str], ...] = (
    # measurand, phase, unit, value
    ("Energy.Active.Import.Register", None, "Wh", "@ENERGY@"),
    ("Power.Active.Import", None, "W", "10874.5"),
    ("Current.Import", "L1", "A", "15.82"),
    ("Current.Import", "L2", "A", "15.71"),
    ("Current.Import", "L3", "A", "15.77"),
    ("Voltage", "L1-N", "V", "229.4"),
    ("Voltage", "L2-N", "V", "230.1"),
    ("Voltage", "L3-N", "V", "229.8"),
    ("Current.Offered", None, "A", "16.0"),
    ("Power.Offered", None, "W", "11040.0"),
    ("Frequency", None, None, "50.01"),  # 1.6 has no unit for it
    ("SoC", None, "Percent", "31.5"),
)

DATAPOINTS = (
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Current.Import__L1",
    "Current.Import__L2",
    "Current.Import__L3",
    "Voltage__L1",
    "Voltage__L2",
    "Voltage__L3",
    "Current.Offered",
    "Power.Offered",
    "Frequency",
    "SoC",
)
"""The twelve datapoints of one MeterValues, as the end of their keys."""

BOOTS = {
    "1.6": {"chargePointVendor": "Bench", "chargePointModel": "Load"},
    "2.0.1": {
        "reason": "PowerUp",
        "chargingStation": {"vendorName": "Bench", "model": "Load"},
    },
}

_MIX = "MMSMMHMMMSMMHMMSMMHM"
"""20 frames: 14 MeterValues, 3 StatusNotification, 3 Heartbeat."""


def _sampled_value(
    measurand: str, phase: str | None, unit: str | None, value: str
) -> dict:
    sample = {"value": value, "context": "Sample.Periodic", "measurand": measurand}
    more = {"phase": phase, "unit": unit}
    return sample | {name: text for name, text in more.items() if text is not None}


def _sampled_value_2(
    measurand: str, phase: str | None, unit: str | None, value: str
) -> dict:
    number: object = value if value == "@ENERGY@" else float(value)
    sample = {"value": number, "context": "Sample.Periodic", "measurand": measurand}
    if phase is not None:
        sample["phase"] = phase
    if unit is not None:
        sample["unitOfMeasure"] = {"unit": unit}
    return sample


def _payloads(version: str) -> dict[str, tuple[str, dict]]:
    return _payloads_16() if version == "1.6" else _payloads_201()


def _payloads_201() -> dict[str, tuple[str, dict]]:
    samples = [_sampled_value_2(*sample) for sample in SAMPLES]
    meter_value = {"timestamp": "@STAMP@", "sampledValue": samples}
    status = {
        "timestamp": "@STAMP@",
        "connectorStatus": "Occupied",
        "evseId": 1,
        "connectorId": 1,
    }
    return {
        "M": ("MeterValues", {"evseId": 1, "meterValue": [meter_value]}),
        "S": ("StatusNotification", status),
        "H": ("Heartbeat", {}),
    }


def _payloads_16() -> dict[str, tuple[str, dict]]:
    samples = [_sampled_value(*sample) for sample in SAMPLES]
    return {
        "M": (
            "MeterValues",
            {
                "connectorId": 1,
                "meterValue": [{"timestamp": "@STAMP@", "sampledValue": samples}],
            },
        ),
        "S": (
            "StatusNotification",
            {
                "connectorId": 1,
                "errorCode": "NoError",
                "status": "Charging",
                "timestamp": "@STAMP@",
            },
        ),
        "H": ("Heartbeat", {}),
    }


def websocket_header(length: int) -> bytes:
    """The header of a client's final text frame with the masking key 0."""
    if length < 126:
        return struct.pack("!BB4x", 0x81, 0x80 | length)
    if length < 65536:
        return struct.pack("!BBH4x", 0x81, 0xFE, length)
    return struct.pack("!BBQ4x", 0x81, 0xFF, length)


def text_frame(text: bytes) -> bytes:
    """A whole frame for a text that is not part of the mix."""
    return websocket_header(len(text)) + text


class Template:
    """A frame with holes for the unique id, the time and the energy register."""

    __slots__ = ("_after_id", "_before_id", "_energy", "_rest", "is_meter_values")

    def __init__(self, action: str, payload: dict) -> None:
        marked = json.dumps([2, "@ID@", action, payload], separators=(",", ":"))
        if "evseId" in payload:
            # In 2.x a value is a number.
            marked = marked.replace('"@ENERGY@"', "@ENERGY@")
        before_id, after_id = marked.encode().split(b"@ID@")
        sizes = ((b"@STAMP@", 24), (b"@ENERGY@", 9))
        length = len(before_id) + ID_WIDTH + len(after_id)
        length += sum(size - len(mark) for mark, size in sizes if mark in after_id)
        self._before_id = websocket_header(length) + before_id
        self._after_id, _, rest = after_id.partition(b"@STAMP@")
        self._energy, _, self._rest = rest.partition(b"@ENERGY@")
        self.is_meter_values = action == "MeterValues"

    def fill(self, unique_id: int, number: int, stamp: bytes) -> bytes:
        """The bytes to send."""
        head = b"%b%0*d%b" % (self._before_id, ID_WIDTH, unique_id, self._after_id)
        if not self._rest and not self._energy:
            return head
        if not self._rest:
            return head + stamp + self._energy
        return b"%b%b%b%d%b" % (
            head,
            stamp,
            self._energy,
            ENERGY_BASE + number,
            self._rest,
        )


class Stamps:
    """The present time as the 24 bytes of ``2026-01-31T12:00:00.000Z``."""

    def __init__(self) -> None:
        self._second = -1
        self._text = b""

    def now(self) -> bytes:
        milliseconds = time.time_ns() // 1_000_000
        second = milliseconds // 1000
        if second != self._second:
            self._second = second
            self._text = time.strftime(
                "%Y-%m-%dT%H:%M:%S", time.gmtime(second)
            ).encode()
        return b"%b.%03dZ" % (self._text, milliseconds % 1000)


def mix(version: str) -> tuple[Template, ...]:
    """The mix in its order; every station goes round in it."""
    payloads = _payloads(version)
    made = {letter: Template(*payloads[letter]) for letter in payloads}
    return tuple(made[letter] for letter in _MIX)


def meter_values(version: str) -> Template:
    """MeterValues alone."""
    return Template(*_payloads(version)["M"])


def status_notification(version: str) -> Template:
    """StatusNotification alone."""
    return Template(*_payloads(version)["S"])
