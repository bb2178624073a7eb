"""What a charging station is asked: one method for each action of any version.

Methods are overridden; what is left as it is here is answered with NotSupported.
"""

from __future__ import annotations

from typing import Any

from connector.ocppj.behaviours.behaviour import Behaviour, NotHandled


class BasicChargingStation(Behaviour):
    """What a charging session needs of a charging station."""

    is_station = True

    def change_availability(self, request: Any) -> Any:
        """ChangeAvailability."""
        raise NotHandled

    def data_transfer(self, request: Any) -> Any:
        """DataTransfer."""
        raise NotHandled

    def remote_start_transaction(self, request: Any) -> Any:
        """RemoteStartTransaction (1.6)."""
        raise NotHandled

    def remote_stop_transaction(self, request: Any) -> Any:
        """RemoteStopTransaction (1.6)."""
        raise NotHandled

    def request_start_transaction(self, request: Any) -> Any:
        """RequestStartTransaction (2.0.1, 2.1)."""
        raise NotHandled

    def request_stop_transaction(self, request: Any) -> Any:
        """RequestStopTransaction (2.0.1, 2.1)."""
        raise NotHandled

    def reset(self, request: Any) -> Any:
        """Reset."""
        raise NotHandled

    def trigger_message(self, request: Any) -> Any:
        """TriggerMessage."""
        raise NotHandled

    def unlock_connector(self, request: Any) -> Any:
        """UnlockConnector."""
        raise NotHandled


class ChargingStation(BasicChargingStation):
    """Everything that a central system may ask of a charging station."""

    def adjust_periodic_event_stream(self, request: Any) -> Any:
        """AdjustPeriodicEventStream (2.1)."""
        raise NotHandled

    def afrr_signal(self, request: Any) -> Any:
        """AFRRSignal (2.1)."""
        raise NotHandled

    def cancel_reservation(self, request: Any) -> Any:
        """CancelReservation."""
        raise NotHandled

    def certificate_signed(self, request: Any) -> Any:
        """CertificateSigned."""
        raise NotHandled

    def change_configuration(self, request: Any) -> Any:
        """ChangeConfiguration (1.6)."""
        raise NotHandled

    def change_transaction_tariff(self, request: Any) -> Any:
        """ChangeTransactionTariff (2.1)."""
        raise NotHandled

    def clear_cache(self, request: Any) -> Any:
        """ClearCache."""
        raise NotHandled

    def clear_charging_profile(self, request: Any) -> Any:
        """ClearChargingProfile."""
        raise NotHandled

    def clear_der_control(self, request: Any) -> Any:
        """ClearDERControl (2.1)."""
        raise NotHandled

    def clear_display_message(self, request: Any) -> Any:
        """ClearDisplayMessage (2.0.1, 2.1)."""
        raise NotHandled

    def clear_tariffs(self, request: Any) -> Any:
        """ClearTariffs (2.1)."""
        raise NotHandled

    def clear_variable_monitoring(self, request: Any) -> Any:
        """ClearVariableMonitoring (2.0.1, 2.1)."""
        raise NotHandled

    def cost_updated(self, request: Any) -> Any:
        """CostUpdated (2.0.1, 2.1)."""
        raise NotHandled

    def customer_information(self, request: Any) -> Any:
        """CustomerInformation (2.0.1, 2.1)."""
        raise NotHandled

    def delete_certificate(self, request: Any) -> Any:
        """DeleteCertificate."""
        raise NotHandled

    def extended_trigger_message(self, request: Any) -> Any:
        """ExtendedTriggerMessage (1.6)."""
        raise NotHandled

    def get_base_report(self, request: Any) -> Any:
        """GetBaseReport (2.0.1, 2.1)."""
        raise NotHandled

    def get_charging_profiles(self, request: Any) -> Any:
        """GetChargingProfiles (2.0.1, 2.1)."""
        raise NotHandled

    def get_composite_schedule(self, request: Any) -> Any:
        """GetCompositeSchedule."""
        raise NotHandled

    def get_configuration(self, request: Any) -> Any:
        """GetConfiguration (1.6)."""
        raise NotHandled

    def get_der_control(self, request: Any) -> Any:
        """GetDERControl (2.1)."""
        raise NotHandled

    def get_diagnostics(self, request: Any) -> Any:
        """GetDiagnostics (1.6)."""
        raise NotHandled

    def get_display_messages(self, request: Any) -> Any:
        """GetDisplayMessages (2.0.1, 2.1)."""
        raise NotHandled

    def get_installed_certificate_ids(self, request: Any) -> Any:
        """GetInstalledCertificateIds."""
        raise NotHandled

    def get_local_list_version(self, request: Any) -> Any:
        """GetLocalListVersion."""
        raise NotHandled

    def get_log(self, request: Any) -> Any:
        """GetLog."""
        raise NotHandled

    def get_monitoring_report(self, request: Any) -> Any:
        """GetMonitoringReport (2.0.1, 2.1)."""
        raise NotHandled

    def get_periodic_event_stream(self, request: Any) -> Any:
        """GetPeriodicEventStream (2.1)."""
        raise NotHandled

    def get_report(self, request: Any) -> Any:
        """GetReport (2.0.1, 2.1)."""
        raise NotHandled

    def get_tariffs(self, request: Any) -> Any:
        """GetTariffs (2.1)."""
        raise NotHandled

    def get_transaction_status(self, request: Any) -> Any:
        """GetTransactionStatus (2.0.1, 2.1)."""
        raise NotHandled

    def get_variables(self, request: Any) -> Any:
        """GetVariables (2.0.1, 2.1)."""
        raise NotHandled

    def install_certificate(self, request: Any) -> Any:
        """InstallCertificate."""
        raise NotHandled

    def notify_allowed_energy_transfer(self, request: Any) -> Any:
        """NotifyAllowedEnergyTransfer (2.1)."""
        raise NotHandled

    def notify_web_payment_started(self, request: Any) -> Any:
        """NotifyWebPaymentStarted (2.1)."""
        raise NotHandled

    def publish_firmware(self, request: Any) -> Any:
        """PublishFirmware (2.0.1, 2.1)."""
        raise NotHandled

    def request_battery_swap(self, request: Any) -> Any:
        """RequestBatterySwap (2.1)."""
        raise NotHandled

    def reserve_now(self, request: Any) -> Any:
        """ReserveNow."""
        raise NotHandled

    def send_local_list(self, request: Any) -> Any:
        """SendLocalList."""
        raise NotHandled

    def set_charging_profile(self, request: Any) -> Any:
        """SetChargingProfile."""
        raise NotHandled

    def set_default_tariff(self, request: Any) -> Any:
        """SetDefaultTariff (2.1)."""
        raise NotHandled

    def set_der_control(self, request: Any) -> Any:
        """SetDERControl (2.1)."""
        raise NotHandled

    def set_display_message(self, request: Any) -> Any:
        """SetDisplayMessage (2.0.1, 2.1)."""
        raise NotHandled

    def set_monitoring_base(self, request: Any) -> Any:
        """SetMonitoringBase (2.0.1, 2.1)."""
        raise NotHandled

    def set_monitoring_level(self, request: Any) -> Any:
        """SetMonitoringLevel (2.0.1, 2.1)."""
        raise NotHandled

    def set_network_profile(self, request: Any) -> Any:
        """SetNetworkProfile (2.0.1, 2.1)."""
        raise NotHandled

    def set_variable_monitoring(self, request: Any) -> Any:
        """SetVariableMonitoring (2.0.1, 2.1)."""
        raise NotHandled

    def set_variables(self, request: Any) -> Any:
        """SetVariables (2.0.1, 2.1)."""
        raise NotHandled

    def signed_update_firmware(self, request: Any) -> Any:
        """SignedUpdateFirmware (1.6)."""
        raise NotHandled

    def unpublish_firmware(self, request: Any) -> Any:
        """UnpublishFirmware (2.0.1, 2.1)."""
        raise NotHandled

    def update_dynamic_schedule(self, request: Any) -> Any:
        """UpdateDynamicSchedule (2.1)."""
        raise NotHandled

    def update_firmware(self, request: Any) -> Any:
        """UpdateFirmware."""
        raise NotHandled

    def use_priority_charging(self, request: Any) -> Any:
        """UsePriorityCharging (2.1)."""
        raise NotHandled
