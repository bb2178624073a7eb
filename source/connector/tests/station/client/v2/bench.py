"""A station of 2.x at a central system that checks everything it hears."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import connector.sessions.v21
import connector.sessions.v201
from connector.ocppj.schemas import schemas
from connector.sessions.memory import MemoryLink
from connector.tests.clock import FakeClock
from connector.tests.station.client.bench import Central, Place

Json = dict[str, Any]
VERSIONS = ("2.0.1", "2.1")
assert connector.sessions.v201
assert connector.sessions.v21
_UNTOLD = """FirmwareStatusNotification LogStatusNotification MeterValues
NotifyChargingLimit ClearedChargingLimit NotifyCustomerInformation NotifyDisplayMessages
NotifyEvent NotifyMonitoringReport NotifyReport PublishFirmwareStatusNotification
ReportChargingProfiles ReservationStatusUpdate SecurityEventNotification
StatusNotification TransactionEvent NotifyPriorityCharging NotifySettlement
NotifyDERAlarm NotifyDERStartStop ClosePeriodicEventStream ReportDERControl
BatterySwap""".split()
_ACCEPTED = """NotifyEVChargingNeeds NotifyEVChargingSchedule SignCertificate
OpenPeriodicEventStream DataTransfer""".split()


class Central2(Central):
    """Speaks 2.x, and notes what does not fit its schema."""

    def __init__(self, clock: FakeClock, version: str) -> None:
        super().__init__(clock)
        self.version = version
        self.subprotocol = f"ocpp{version}"
        self.misfits: list[str] = []
        self.sent: list[tuple[str, Json]] = []
        self.answers = {
            "BootNotification": self.boot("Accepted", 300),
            "Heartbeat": lambda _: {"currentTime": self.now()},
            "Authorize": {"idTokenInfo": {"status": "Accepted"}},
            "PullDynamicScheduleUpdate": {
                "status": "Accepted",
                "scheduleUpdate": {"limit": 5000.0},
            },
            **{action: {} for action in _UNTOLD},
            **{action: {"status": "Accepted"} for action in _ACCEPTED},
        }

    async def _hear(self, link: MemoryLink, frame: list[Any]) -> None:
        if frame[0] == 6:
            self.sent.append((frame[2], frame[3]))
        if frame[0] in (2, 6):
            schema = schemas(self.version, formats="times").request(frame[2])
            self.misfits += [f"{frame[2]}: {each}" for each in schema.misfits(frame[3])]
        if frame[0] != 6:
            await super()._hear(link, frame)

    def events(self, kind: str = "") -> list[Json]:
        """TransactionEvents."""
        told = self.of("TransactionEvent")
        return [each for each in told if kind in ("", each["eventType"])]


class Place2(Place):
    """A station, with EVSEs of two connectors where that is wanted."""

    central: Central2

    def __init__(
        self,
        version: str,
        folder: Path | None = None,
        *,
        initial: Mapping[str, str] | None = None,
        central: Central2 | None = None,
        **more: Any,
    ) -> None:
        values = {
            "AuthCtrlr/AuthorizeRemoteStart": "false",
            "SampledDataCtrlr/TxUpdatedInterval": "0",
            **(initial or {}),
        }
        central = central or Central2(FakeClock(), version)
        super().__init__(folder, initial=values, central=central, **more)
        self.version = version

    @property
    def key(self) -> str:
        """The transaction that runs."""
        (session,) = self.core.all_running()
        return session.key

    async def answered(self, action: str, **payload: Any) -> Json:
        """The answer to a command."""
        return await self.central.ask(action, **payload)


def profile(limit: float, **more: Any) -> Json:
    """A charging profile of 2.x."""
    return {
        "id": 7,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": [
            {
                "id": 1,
                "chargingRateUnit": "W",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
            }
        ],
        **more,
    }


def token(id_: str = "FAR", type_: str = "Central") -> Json:
    """An IdTokenType."""
    return {"idToken": id_, "type": type_}


def variable(name: str) -> Json:
    """Component and variable of a name."""
    component, _, found = name.partition("/")
    found, _, instance = found.partition("#")
    named = {"name": found, "instance": instance} if instance else {"name": found}
    return {"component": {"name": component}, "variable": named}
