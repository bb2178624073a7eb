"""Which actions a version has, and in which direction they go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Routes:
    """``up``: station to central system; ``down``: the other way."""

    up: frozenset[str]
    down: frozenset[str]

    def knows(self, action: str) -> bool:
        """Whether the version has this action at all."""
        return action in self.up or action in self.down


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

ROUTES = {
    "1.6": Routes(frozenset(_V16_UP.split()), frozenset(_V16_DOWN.split())),
}
