"""What a station says and answers in 1.6 and in 2.x."""

from __future__ import annotations

from typing import Any, Protocol

from connector.tests.faults.field.charges import Charge, Json, Message, StationClock

POWER = "Power.Active.Import"


class Dialect(Protocol):
    """The words of one version."""

    subprotocol: str

    def boot(self) -> Message:
        """BootNotification."""

    def status(self, where: int, status: str) -> Message:
        """StatusNotification, in the words of 1.6."""

    def start(self, charge: Charge) -> Message:
        """A transaction begins."""

    def sample(self, charge: Charge, power_w: int) -> Message:
        """Its meter as it is now."""

    def stop(self, charge: Charge) -> Message:
        """It is over."""


class Dialect16:
    """OCPP 1.6: the central system gives the ids of transactions."""

    subprotocol = "ocpp1.6"

    def __init__(self, clock: StationClock) -> None:
        self._now = clock.now

    def boot(self) -> Message:
        payload = {"chargePointVendor": "ACME", "chargePointModel": "Field 11"}
        return Message("BootNotification", lambda _: payload)

    def status(self, where: int, status: str) -> Message:
        payload = {
            "connectorId": where,
            "errorCode": "NoError",
            "status": status,
            "timestamp": self._now(),
        }
        return Message("StatusNotification", lambda _: payload)

    def start(self, charge: Charge) -> Message:
        payload = {
            "connectorId": charge.where,
            "idTag": charge.tag,
            "meterStart": charge.meter_start_wh,
            "timestamp": charge.started,
        }

        def heard(answer: Json) -> None:
            charge.transaction_id = str(answer["transactionId"])
            charge.ids.add(charge.transaction_id)

        return Message("StartTransaction", lambda _: payload, heard, is_kept=True)

    def sample(self, charge: Charge, power_w: int) -> Message:
        samples = [
            {"value": str(charge.meter_wh), "unit": "Wh"},
            {"value": str(power_w), "unit": "W", "measurand": POWER},
        ]
        value = {"timestamp": self._now(), "sampledValue": samples}

        def make(_: bool) -> Json:
            return {
                "connectorId": charge.where,
                "transactionId": int(charge.transaction_id),
                "meterValue": [value],
            }

        said_wh = charge.meter_wh
        return Message("MeterValues", make, is_kept=True, register_wh=said_wh)

    def stop(self, charge: Charge) -> Message:
        said = {
            "meterStop": charge.meter_stop_wh,
            "timestamp": self._now(),
            "idTag": charge.tag,
            "reason": "Local",
        }

        def make(_: bool) -> Json:
            return {"transactionId": int(charge.transaction_id), **said}

        def heard(_: Json) -> None:
            charge.is_told = True

        return Message("StopTransaction", make, heard, is_kept=True)


class Dialect2:
    """OCPP 2.0.1 and 2.1: the station gives the ids, and numbers its events."""

    def __init__(self, version: str, clock: StationClock) -> None:
        self._now = clock.now
        self.subprotocol = f"ocpp{version}"

    def boot(self) -> Message:
        payload = {
            "reason": "PowerUp",
            "chargingStation": {"vendorName": "ACME", "model": "Field 22"},
        }
        return Message("BootNotification", lambda _: payload)

    def status(self, where: int, status: str) -> Message:
        free = status if status in ("Available", "Faulted", "Unavailable") else None
        payload = {
            "timestamp": self._now(),
            "connectorStatus": free or "Occupied",
            "evseId": where,
            "connectorId": 1,
        }
        return Message("StatusNotification", lambda _: payload)

    def start(self, charge: Charge) -> Message:
        token = {"idToken": charge.tag, "type": "ISO14443"}
        more = {"idToken": token}
        return self._event(charge, "Started", "Authorized", charge.meter_wh, more)

    def sample(self, charge: Charge, power_w: int) -> Message:
        kind, why = "Updated", "MeterValuePeriodic"
        message = self._event(charge, kind, why, charge.meter_wh, {}, power_w)
        message.register_wh = charge.meter_wh
        return message

    def stop(self, charge: Charge) -> Message:
        message = self._event(charge, "Ended", "EVDeparted", charge.meter_wh, {})

        def heard(_: Json) -> None:
            charge.is_told = True

        message.heard = heard
        return message

    def _event(
        self,
        charge: Charge,
        kind: str,
        why: str,
        meter_wh: int,
        more: Json,
        power_w: int | None = None,
    ) -> Message:
        context = {
            "Started": "Transaction.Begin",
            "Updated": "Sample.Periodic",
            "Ended": "Transaction.End",
        }[kind]
        samples: list[Json] = [{"value": meter_wh, "context": context}]
        if power_w is not None:
            power = {"value": power_w, "context": context, "measurand": POWER}
            samples.append(power)
        time = charge.started if kind == "Started" else self._now()
        info: Json = {"transactionId": charge.transaction_id}
        if kind == "Ended":
            info["stoppedReason"] = "EVDisconnected"
        else:
            info["chargingState"] = "Charging"
        said: Json = {
            "eventType": kind,
            "timestamp": time,
            "triggerReason": why,
            "seqNo": charge.next_seq_no(),
            "transactionInfo": info,
            "evse": {"id": charge.where, "connectorId": 1},
            "meterValue": [{"timestamp": time, "sampledValue": samples}],
            **more,
        }

        def make(is_offline: bool) -> Json:
            return {**said, "offline": True} if is_offline else said

        return Message("TransactionEvent", make, is_kept=True)


def dialect_of(version: str, clock: StationClock) -> Dialect:
    """The dialect of a version."""
    return Dialect16(clock) if version == "1.6" else Dialect2(version, clock)


def limit_of(request: Json) -> float:
    """The first limit of a SetChargingProfile, whatever its version."""
    profile: Any = request.get("csChargingProfiles") or request["chargingProfile"]
    schedule: Any = profile["chargingSchedule"]
    if isinstance(schedule, list):
        [schedule] = schedule
    return float(schedule["chargingSchedulePeriod"][0]["limit"])


def purpose_of(request: Json) -> str:
    """The purpose of the profile in a SetChargingProfile."""
    profile: Any = request.get("csChargingProfiles") or request["chargingProfile"]
    purpose: str = profile["chargingProfilePurpose"]
    return purpose


# -- answers

_UNLOCKED = {"status": "Unlocked"}
_ANSWERS: dict[str, Json] = {
    "GetConfiguration": {"configurationKey": []},
    "UnlockConnector": _UNLOCKED,
    "GetCompositeSchedule": {"status": "Rejected"},
    "GetBaseReport": {"status": "NotSupported"},
    "GetDiagnostics": {},
    "UpdateFirmware": {},
}


def _each(items: list[Json], *members: str, status: str) -> list[Json]:
    kept = [{name: item[name] for name in members} for item in items]
    return [{**item, "attributeStatus": status} for item in kept]


def answer(version: str, action: str, payload: Json) -> Json:
    """What a station of good will says to a command."""
    if action == "GetVariables":
        items = payload["getVariableData"]
        found = _each(items, "component", "variable", status="UnknownVariable")
        return {"getVariableResult": found}
    if action == "SetVariables":
        items = payload["setVariableData"]
        found = _each(items, "component", "variable", status="Accepted")
        return {"setVariableResult": found}
    if action == "GetLocalListVersion":
        return {"listVersion" if version == "1.6" else "versionNumber": 0}
    if action == "UpdateFirmware" and version != "1.6":
        return {"status": "Accepted"}
    return _ANSWERS.get(action, {"status": "Accepted"})
