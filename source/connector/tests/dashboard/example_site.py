"""A company's car park, for the pictures: realistic names, values and troubles."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from connector.tests.dashboard.charging import Charging, charging
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.example_past import METER_WH, TOKENS, make_past
from connector.tests.dashboard.site import Site
from connector.tests.system.station import Json, RawStation
from connector.tests.system.station2 import RawStation2

PASSWORD = "for-the-pictures-only"
NAMES = {
    "CP-01": "Visitors, left",
    "CP-02": "Visitors, right",
    "CP-03": "Hall A, column 1",
    "CP-04": "Hall A, column 2",
    "CP-05": "Hall B, gate",
    "CP-06": "Workshop",
    "CP-07": "Depot, bay 1",
    "CP-08": "Depot, bay 2",
}
NEWER = {"CP-03", "CP-07"}
MADE = ("Nordlicht", "Wall 22")
KEYS = [
    ("HeartbeatInterval", "300", False),
    ("MeterValueSampleInterval", "10", False),
    ("MeterValuesSampledData", "Power.Active.Import,Current.Import,SoC", False),
    ("NumberOfConnectors", "1", True),
    ("ChargeProfileMaxStackLevel", "8", True),
    ("LocalAuthListEnabled", "true", False),
    ("AuthorizationKey", "", False),
    ("WebSocketPingInterval", "30", False),
]


async def example_site(open_site: OpenSite, folder: Path) -> Site:
    """Eight stations, six of which are there; one waits."""
    ocpp_id = await make_past(folder, list(NAMES), round(time.time() * 1000))
    site = await open_site(UNKNOWN_TOKENS="reject", LIMIT_MIN_INTERVAL_S="0")
    api = (await site.context()).request
    for identity, name in NAMES.items():
        body = {"name": name, "password": PASSWORD}
        await api.put(f"api/v1/stations/{identity}", data=body)
    for token, note in zip(TOKENS, ("Card 12", "Ada", "Van 3", "Card 7"), strict=True):
        body = {"status": "Accepted", "note": note, "group": "Staff"}
        await api.put(f"api/v1/tokens/any/{token}", data=body)
    there = {each: await _come(site, each) for each in list(NAMES)[:7]}
    await _charge(there["CP-01"], ocpp_id)
    await _begin(there["CP-03"], "VAN-3", 11_040, 16)
    await _begin(there["CP-04"], "04A2B3C4D5", 3680, 16)
    await there["CP-05"].station.call(
        "StatusNotification",
        {"connectorId": 1, "errorCode": "GroundFailure", "status": "Faulted"},
    )
    await there["CP-06"].station.status("Preparing")
    await there["CP-02"].station.call("Authorize", {"idTag": "0455AA12"})
    for identity, where, watts in (("CP-01", "1", 4140), ("CP-03", "1", 11_000)):
        await api.post(
            f"api/v1/stations/{identity}/{where}/power_limit", data={"value": watts}
        )
    await there["CP-07"].station.close()
    await _charge(there["CP-01"], ocpp_id)
    newcomer = await site.station("NL-2207-0181")
    await newcomer.call("BootNotification", _boot16("Wall 11"))
    return site


def _boot16(model: str) -> Json:
    return {
        "chargePointVendor": MADE[0],
        "chargePointModel": model,
        "firmwareVersion": "1.9.4",
    }


async def _come(site: Site, identity: str) -> Charging:
    version = "2.0.1" if identity in NEWER else "1.6"
    kind = RawStation2 if identity in NEWER else RawStation
    url = f"ws://{identity}:{PASSWORD}@127.0.0.1:{site.connector.ocpp_port}/{identity}"
    socket = await connect(url, subprotocols=[f"ocpp{version}"], compression=None)
    station = site.keep(kind(socket))
    station.answers["GetConfiguration"] = lambda _: {
        "configurationKey": [
            {"key": key, "value": value, "readonly": is_fixed}
            for key, value, is_fixed in KEYS
        ]
    }
    boot = {
        "reason": "PowerUp",
        "chargingStation": {
            "vendorName": MADE[0],
            "model": "Duo 22",
            "firmwareVersion": "3.2.0",
        },
    }
    await station.call(
        "BootNotification", boot if identity in NEWER else _boot16(MADE[1])
    )
    # The first goes on with what it did.
    await station.status("Charging" if identity == "CP-01" else "Available")
    return charging(station)


async def _begin(charge: Charging, token: str, watts: float, amperes: float) -> None:
    await charge.begin(token, 310_000)
    await charge.flow(watts, amperes, 318_400)


async def _charge(charge: Charging, ocpp_id: str) -> None:
    """Goes on with the transaction that the past has begun."""
    phases: list[dict[str, Any]] = [
        {
            "measurand": name,
            "phase": phase,
            "value": value,
            "unit": unit,
        }
        for name, unit, value in (
            ("Current.Import", "A", "5.9"),
            ("Voltage", "V", "230.4"),
        )
        for phase in (("L1", "L2", "L3") if unit == "A" else ("L1-N", "L2-N", "L3-N"))
    ]
    await charge.station.meter(
        [
            {"measurand": "Power.Active.Import", "value": "4071", "unit": "W"},
            {"measurand": "SoC", "value": "59", "unit": "Percent"},
            {"value": str(METER_WH), "unit": "Wh"},
            *phases,
        ],
        transaction_id=int(ocpp_id),
    )
