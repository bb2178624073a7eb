"""Which actions a version has, and in which direction they go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Routes:
    """``up``: station to central system; ``down``: the other way.

    ``sent_up`` are not answered: they travel as SEND, not as CALL (2.1).
    """

    up: frozenset[str]
    down: frozenset[str]
    sent_up: frozenset[str] = frozenset()

    def knows(self, action: str) -> bool:
        """Whether the version has this action at all."""
        return action in self.up or action in self.down or action in self.sent_up


_V16_UP = """
Authorize BootNotification DataTransfer DiagnosticsStatusNotification
FirmwareStatusNotification Heartbeat LogStatusNotification MeterValues
SecurityEventNotification SignCertificate SignedFirmwareStatusNotification
StartTransaction StatusNotification StopTransaction
"""
_V16_DOWN = """
CancelReservation CertificateSigned ChangeAvailability ChangeConfiguration ClearCache
ClearChargingProfile DataTransfer DeleteCertificate ExtendedTriggerMessage
GetCompositeSchedule GetConfiguration GetDiagnostics GetInstalledCertificateIds
GetLocalListVersion GetLog InstallCertificate RemoteStartTransaction
RemoteStopTransaction ReserveNow Reset SendLocalList SetChargingProfile
SignedUpdateFirmware TriggerMessage UnlockConnector UpdateFirmware
"""
_V201_UP = """
Authorize BootNotification ClearedChargingLimit DataTransfer FirmwareStatusNotification
Get15118EVCertificate GetCertificateStatus Heartbeat LogStatusNotification MeterValues
NotifyChargingLimit NotifyCustomerInformation NotifyDisplayMessages
NotifyEVChargingNeeds NotifyEVChargingSchedule NotifyEvent NotifyMonitoringReport
NotifyReport PublishFirmwareStatusNotification ReportChargingProfiles
ReservationStatusUpdate SecurityEventNotification SignCertificate StatusNotification
TransactionEvent
"""
_V201_DOWN = """
CancelReservation CertificateSigned ChangeAvailability ClearCache ClearChargingProfile
ClearDisplayMessage ClearVariableMonitoring CostUpdated CustomerInformation DataTransfer
DeleteCertificate GetBaseReport GetChargingProfiles GetCompositeSchedule
GetDisplayMessages GetInstalledCertificateIds GetLocalListVersion GetLog
GetMonitoringReport GetReport GetTransactionStatus GetVariables InstallCertificate
PublishFirmware RequestStartTransaction RequestStopTransaction ReserveNow Reset
SendLocalList SetChargingProfile SetDisplayMessage SetMonitoringBase SetMonitoringLevel
SetNetworkProfile SetVariableMonitoring SetVariables TriggerMessage UnlockConnector
UnpublishFirmware UpdateFirmware
"""
_V21_MORE_UP = """
BatterySwap ClosePeriodicEventStream GetCertificateChainStatus NotifyDERAlarm
NotifyDERStartStop NotifyPriorityCharging NotifySettlement OpenPeriodicEventStream
PullDynamicScheduleUpdate ReportDERControl VatNumberValidation
"""
_V21_MORE_DOWN = """
AFRRSignal AdjustPeriodicEventStream ChangeTransactionTariff ClearDERControl
ClearTariffs GetDERControl GetPeriodicEventStream GetTariffs
NotifyAllowedEnergyTransfer NotifyWebPaymentStarted RequestBatterySwap SetDERControl
SetDefaultTariff UpdateDynamicSchedule UsePriorityCharging
"""


def _routes(up: str, down: str, sent_up: str = "") -> Routes:
    return Routes(*(frozenset(names.split()) for names in (up, down, sent_up)))


ROUTES = {
    "1.6": _routes(_V16_UP, _V16_DOWN),
    "2.0.1": _routes(_V201_UP, _V201_DOWN),
    "2.1": _routes(
        _V201_UP + _V21_MORE_UP,
        _V201_DOWN + _V21_MORE_DOWN,
        "NotifyPeriodicEventStream",
    ),
}
"""By version."""
