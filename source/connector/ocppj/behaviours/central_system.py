"""What a central system is asked: one method for each action of any version.

Methods are overridden; what is left as it is here is answered with NotSupported.
"""

from __future__ import annotations

from typing import Any

from connector.ocppj.behaviours.behaviour import Behaviour, NotHandled


class BasicCSMS(Behaviour):
    """What a charging session needs of a central system."""

    is_station = False

    def authorize(self, request: Any) -> Any:
        """Authorize."""
        raise NotHandled

    def boot_notification(self, request: Any) -> Any:
        """BootNotification."""
        raise NotHandled

    def data_transfer(self, request: Any) -> Any:
        """DataTransfer."""
        raise NotHandled

    def heartbeat(self, request: Any) -> Any:
        """Heartbeat."""
        raise NotHandled

    def meter_values(self, request: Any) -> Any:
        """MeterValues."""
        raise NotHandled

    def start_transaction(self, request: Any) -> Any:
        """StartTransaction (1.6)."""
        raise NotHandled

    def status_notification(self, request: Any) -> Any:
        """StatusNotification."""
        raise NotHandled

    def stop_transaction(self, request: Any) -> Any:
        """StopTransaction (1.6)."""
        raise NotHandled

    def transaction_event(self, request: Any) -> Any:
        """TransactionEvent (2.0.1, 2.1)."""
        raise NotHandled


class CSMS(BasicCSMS):
    """Everything that a charging station may ask of a central system."""

    def battery_swap(self, request: Any) -> Any:
        """BatterySwap (2.1)."""
        raise NotHandled

    def cleared_charging_limit(self, request: Any) -> Any:
        """ClearedChargingLimit (2.0.1, 2.1)."""
        raise NotHandled

    def close_periodic_event_stream(self, request: Any) -> Any:
        """ClosePeriodicEventStream (2.1)."""
        raise NotHandled

    def diagnostics_status_notification(self, request: Any) -> Any:
        """DiagnosticsStatusNotification (1.6)."""
        raise NotHandled

    def firmware_status_notification(self, request: Any) -> Any:
        """FirmwareStatusNotification."""
        raise NotHandled

    def get15118_ev_certificate(self, request: Any) -> Any:
        """Get15118EVCertificate (2.0.1, 2.1)."""
        raise NotHandled

    def get_certificate_chain_status(self, request: Any) -> Any:
        """GetCertificateChainStatus (2.1)."""
        raise NotHandled

    def get_certificate_status(self, request: Any) -> Any:
        """GetCertificateStatus (2.0.1, 2.1)."""
        raise NotHandled

    def log_status_notification(self, request: Any) -> Any:
        """LogStatusNotification."""
        raise NotHandled

    def notify_charging_limit(self, request: Any) -> Any:
        """NotifyChargingLimit (2.0.1, 2.1)."""
        raise NotHandled

    def notify_customer_information(self, request: Any) -> Any:
        """NotifyCustomerInformation (2.0.1, 2.1)."""
        raise NotHandled

    def notify_der_alarm(self, request: Any) -> Any:
        """NotifyDERAlarm (2.1)."""
        raise NotHandled

    def notify_der_start_stop(self, request: Any) -> Any:
        """NotifyDERStartStop (2.1)."""
        raise NotHandled

    def notify_display_messages(self, request: Any) -> Any:
        """NotifyDisplayMessages (2.0.1, 2.1)."""
        raise NotHandled

    def notify_ev_charging_needs(self, request: Any) -> Any:
        """NotifyEVChargingNeeds (2.0.1, 2.1)."""
        raise NotHandled

    def notify_ev_charging_schedule(self, request: Any) -> Any:
        """NotifyEVChargingSchedule (2.0.1, 2.1)."""
        raise NotHandled

    def notify_event(self, request: Any) -> Any:
        """NotifyEvent (2.0.1, 2.1)."""
        raise NotHandled

    def notify_monitoring_report(self, request: Any) -> Any:
        """NotifyMonitoringReport (2.0.1, 2.1)."""
        raise NotHandled

    def notify_periodic_event_stream(self, request: Any) -> Any:
        """NotifyPeriodicEventStream (2.1); a SEND, its result is not used."""
        raise NotHandled

    def notify_priority_charging(self, request: Any) -> Any:
        """NotifyPriorityCharging (2.1)."""
        raise NotHandled

    def notify_report(self, request: Any) -> Any:
        """NotifyReport (2.0.1, 2.1)."""
        raise NotHandled

    def notify_settlement(self, request: Any) -> Any:
        """NotifySettlement (2.1)."""
        raise NotHandled

    def open_periodic_event_stream(self, request: Any) -> Any:
        """OpenPeriodicEventStream (2.1)."""
        raise NotHandled

    def publish_firmware_status_notification(self, request: Any) -> Any:
        """PublishFirmwareStatusNotification (2.0.1, 2.1)."""
        raise NotHandled

    def pull_dynamic_schedule_update(self, request: Any) -> Any:
        """PullDynamicScheduleUpdate (2.1)."""
        raise NotHandled

    def report_charging_profiles(self, request: Any) -> Any:
        """ReportChargingProfiles (2.0.1, 2.1)."""
        raise NotHandled

    def report_der_control(self, request: Any) -> Any:
        """ReportDERControl (2.1)."""
        raise NotHandled

    def reservation_status_update(self, request: Any) -> Any:
        """ReservationStatusUpdate (2.0.1, 2.1)."""
        raise NotHandled

    def security_event_notification(self, request: Any) -> Any:
        """SecurityEventNotification."""
        raise NotHandled

    def sign_certificate(self, request: Any) -> Any:
        """SignCertificate."""
        raise NotHandled

    def signed_firmware_status_notification(self, request: Any) -> Any:
        """SignedFirmwareStatusNotification (1.6)."""
        raise NotHandled

    def vat_number_validation(self, request: Any) -> Any:
        """VatNumberValidation (2.1)."""
        raise NotHandled
