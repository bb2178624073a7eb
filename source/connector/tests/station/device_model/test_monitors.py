"""Monitors, and the events they give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.ocppj.schemas import schemas
from connector.station.core.events import Reported
from connector.station.device_model import DeviceModel
from connector.station.device_model.live import LiveCore
from connector.station.device_model.monitors import LOOK_EVERY_MS, Monitors
from connector.station.device_model.rows import Attribute, Kind, Row
from connector.station.model import StationModel
from connector.station.ports import Reading
from connector.tests.station.core.bench import Bench

POWER = {
    "component": {"name": "EVSE", "evse": {"id": 1}},
    "variable": {"name": "Power"},
}
TIMEOUT = {
    "component": {"name": "TxCtrlr"},
    "variable": {"name": "EVConnectionTimeOut"},
}
STATE = {
    "component": {"name": "EVSE", "evse": {"id": 1}},
    "variable": {"name": "AvailabilityState"},
}
FAN = Row("Fan/Speed", Kind.DECIMAL, "50", attributes=(Attribute(type="Target"),))
SPEED = {"component": {"name": "Fan"}, "variable": {"name": "Speed"}}


class Site:
    """A bench with a device model and monitors."""

    def __init__(
        self, folder: Path | None = None, *preconfigured: dict[str, Any]
    ) -> None:
        self.bench = Bench(1)
        self.values = DeviceModel(StationModel("CP"), folder, rows=(FAN,))
        self.values.live = LiveCore(self.bench.core, lambda: self.bench.now_ms, {})
        self.monitors = Monitors(
            self.values, self.bench.core, lambda: self.bench.now_ms, preconfigured
        )
        self.power_w = 0.0
        self.bench.hardware.read = self.read  # type: ignore[method-assign]

    def read(self, evse: int) -> Reading:
        return Reading(0.0, power_w=self.power_w)

    def set(self, item: dict[str, Any], kind: str, value: float, **more: Any) -> Any:
        wanted = {"type": kind, "value": value, "severity": 5, **item, **more}
        return self.monitors.set([wanted])[0]

    def power(self, power_w: float) -> list[dict[str, Any]]:
        self.power_w = power_w
        return self.step()

    def step(self, seconds: float = 0) -> list[dict[str, Any]]:
        self.bench.now_ms += round(seconds * 1000)
        self.monitors.step(self.bench.now_ms)
        return self.told()

    def told(self) -> list[dict[str, Any]]:
        events = [e for e in self.bench.told() if isinstance(e, Reported)]
        return [d for e in events for d in e.details["eventData"]]


@pytest.fixture
def site() -> Site:
    return Site()


def test_without_monitors_nobody_comes_again(site: Site) -> None:
    assert site.monitors.step(site.bench.now_ms) is None


def test_an_upper_threshold_alerts_once_and_clears(site: Site) -> None:
    assert site.set(POWER, "UpperThreshold", 7000)["status"] == "Accepted"

    told = [site.power(power_w) for power_w in (6000, 7500, 8000, 6900, 6800)]

    assert [[(e["trigger"], e["cleared"]) for e in each] for each in told] == [
        [],
        [("Alerting", False)],
        [],
        [("Alerting", True)],
        [],
    ]


def test_a_lower_threshold(site: Site) -> None:
    site.set(POWER, "LowerThreshold", 100)

    assert [e["actualValue"] for e in site.power(50)] == ["50.0"]


def test_a_delta_counts_from_what_was_told_last(site: Site) -> None:
    site.set(POWER, "Delta", 1000)

    told = [len(site.power(p)) for p in (500, 900, 1100, 1900, 2200)]

    assert told == [0, 0, 1, 0, 1]


def test_what_is_no_number_is_told_when_it_is_another(site: Site) -> None:
    site.set(STATE, "Delta", 0)
    site.step()

    site.bench.plug()
    site.told()

    assert [e["actualValue"] for e in site.step()] == ["Occupied"]
    assert site.step() == []


def test_a_value_that_is_set_is_seen_at_once(site: Site) -> None:
    site.set(TIMEOUT, "Delta", 10)

    site.values.set("TxCtrlr", "EVConnectionTimeOut", value="90")

    assert [e["actualValue"] for e in site.told()] == ["90"]


def test_a_period(site: Site) -> None:
    site.set(POWER, "Periodic", 30)

    assert [len(site.step(s)) for s in (0, 29, 1, 30, 95, 24, 1)] == [
        0,
        0,
        1,
        1,
        1,
        0,
        1,
    ]


def test_a_period_by_the_clock(site: Site) -> None:
    site.set(POWER, "PeriodicClockAligned", 900)
    site.bench.now_ms -= site.bench.now_ms % 900_000

    assert [len(site.step(s)) for s in (1, 898, 1, 900)] == [0, 0, 1, 1]


def test_targets(site: Site) -> None:
    site.values.set("Fan", "Speed", value="50", attribute="Target")

    assert site.set(SPEED, "TargetDelta", 5)["status"] == "Accepted"
    assert site.set(SPEED, "TargetDeltaRelative", 0.5)["status"] == "Accepted"
    assert site.set(POWER, "TargetDelta", 5)["status"] == "UnsupportedMonitorType"
    site.values.override("Fan/Speed", "60")
    first = [e["variableMonitoringId"] for e in site.told()]
    site.values.override("Fan/Speed", "80")

    assert first == [1]
    assert [e["variableMonitoringId"] for e in site.told()] == [2]


def test_only_while_a_transaction_runs(site: Site) -> None:
    site.set(POWER, "UpperThreshold", 1000, transaction=True)
    before = site.power(2000)
    site.bench.plug()
    site.bench.swipe()
    site.bench.core.authorized(1, *_accepted(site))
    site.bench.told()

    event = site.step()[0]

    assert before == []
    assert len(event["transactionId"]) == 36


def _accepted(site: Site) -> Any:
    from connector.station.core.tokens import Verdict
    from connector.tests.station.core.bench import CARD

    return CARD, Verdict("Accepted"), site.bench.now_ms


@pytest.mark.parametrize(
    ("item", "kind", "value", "more", "status"),
    [
        (POWER, "UpperThreshold", 30_000, {}, "Rejected"),
        (POWER, "Delta", -1, {}, "Rejected"),
        (POWER, "Periodic", 0, {}, "Rejected"),
        (POWER, "UpperThreshold", 10, {"severity": 10}, "Rejected"),
        (POWER, "UpperThreshold", 10, {"id": 77}, "Rejected"),
        (STATE, "UpperThreshold", 1, {}, "UnsupportedMonitorType"),
        ({**POWER, "component": {"name": "Nope"}}, "Delta", 1, {}, "UnknownComponent"),
        ({**POWER, "variable": {"name": "Nope"}}, "Delta", 1, {}, "UnknownVariable"),
    ],
)
def test_what_is_refused(
    site: Site, item: dict[str, Any], kind: str, value: float, more: Any, status: str
) -> None:
    assert site.set(item, kind, value, **more)["status"] == status
    assert site.monitors.report() == []


def test_the_same_again_is_a_duplicate_unless_it_replaces(site: Site) -> None:
    number = site.set(POWER, "UpperThreshold", 10)["id"]

    assert site.set(POWER, "UpperThreshold", 20)["status"] == "Duplicate"
    assert site.set(POWER, "UpperThreshold", 30, id=number)["id"] == number
    assert site.monitors.report()[0]["variableMonitoring"][0]["value"] == 30


def test_clear(site: Site) -> None:
    number = site.set(POWER, "UpperThreshold", 10)["id"]

    results = site.monitors.clear([number, 99])

    assert [r["status"] for r in results] == ["Accepted", "NotFound"]
    assert site.monitors.report() == []


def test_levels_and_being_offline_hold_back(site: Site) -> None:
    site.set(TIMEOUT, "Delta", 1, severity=5)

    site.monitors.set_level(4)
    site.values.set("TxCtrlr", "EVConnectionTimeOut", value="70")
    too_mild = site.told()
    site.monitors.set_level(9)
    site.bench.core.is_online = False
    site.values.set("MonitoringCtrlr", "OfflineQueuingSeverity", value="3")
    site.values.set("TxCtrlr", "EVConnectionTimeOut", value="80")

    assert too_mild == []
    assert site.told() == []
    assert site.monitors.set_level(10) == "Rejected"


def test_bases() -> None:
    factory = {**POWER, "type": "UpperThreshold", "value": 5, "severity": 1}
    site = Site(None, factory)
    site.set(TIMEOUT, "Delta", 1)

    counts = []
    for base in ("All", "FactoryDefault", "HardWiredOnly", "All"):
        assert site.monitors.set_base(base) == "Accepted"
        counts.append(len(site.monitors.report()))

    assert counts == [2, 1, 0, 1]


def test_monitors_survive(tmp_path: Path) -> None:
    number = Site(tmp_path).set(POWER, "UpperThreshold", 10)["id"]

    site = Site(tmp_path)

    assert site.monitors.report()[0]["variableMonitoring"][0]["id"] == number
    assert len(site.power(50)) == 1


def test_measured_values_are_looked_at_now_and_then(site: Site) -> None:
    site.set(POWER, "UpperThreshold", 10)

    assert site.monitors.step(1000) == 1000 + LOOK_EVERY_MS


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_messages_fit_their_schemas(site: Site, version: str) -> None:
    results = [site.set(POWER, "UpperThreshold", 10), site.set(STATE, "Delta", -1)]
    cleared = site.monitors.clear([99])
    monitor = site.monitors.report(["ThresholdMonitoring"], [POWER], version=version)
    head = {"requestId": 1, "seqNo": 0, "generatedAt": "2026-01-31T12:00:00Z"}
    known = schemas(version)

    answers = [
        known.response("SetVariableMonitoring").misfits(
            {"setMonitoringResult": results}
        ),
        known.response("ClearVariableMonitoring").misfits(
            {"clearMonitoringResult": cleared}
        ),
        known.request("NotifyMonitoringReport").misfits({**head, "monitor": monitor}),
    ]

    assert [list(each) for each in answers] == [[], [], []]
    assert len(monitor) == 1


def test_events_fit_the_schema(site: Site) -> None:
    site.set(POWER, "UpperThreshold", 10)
    site.bench.told()
    site.power_w = 50
    site.monitors.step(site.bench.now_ms)
    event = next(e for e in site.bench.told() if isinstance(e, Reported))

    assert (
        list(schemas("2.1").request("NotifyEvent").misfits(dict(event.details))) == []
    )
