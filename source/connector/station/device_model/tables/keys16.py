"""The configuration keys of 1.6 (section 9; the security whitepaper; PnC in 1.6)."""

from __future__ import annotations

from typing import NamedTuple

from connector.station.device_model.tables.communication import (
    PASSWORD,
    PHASE_ROTATIONS,
)


class Key(NamedTuple):
    """A key, the variable behind it, and the form in which 1.6 has it.

    ``is_readonly`` None: as the variable is.
    """

    name: str
    variable: str
    form: str = ""
    is_readonly: bool | None = None
    needs_reboot: bool = False


_CORE = (
    Key("AllowOfflineTxForUnknownId", "AuthCtrlr/OfflineTxForUnknownIdEnabled"),
    Key("AuthorizationCacheEnabled", "AuthCacheCtrlr/Enabled"),
    Key("AuthorizeRemoteTxRequests", "AuthCtrlr/AuthorizeRemoteStart"),
    Key("BlinkRepeat", "InternalCtrlr/BlinkRepeat"),
    Key("ClockAlignedDataInterval", "AlignedDataCtrlr/Interval"),
    Key("ConnectionTimeOut", "TxCtrlr/EVConnectionTimeOut"),
    Key("ConnectorPhaseRotation", PHASE_ROTATIONS, "rotations"),
    Key("ConnectorPhaseRotationMaxLength", PHASE_ROTATIONS, "connectors", True),
    Key("GetConfigurationMaxKeys", "DeviceDataCtrlr/ItemsPerMessage#GetVariables"),
    Key("HeartbeatInterval", "OCPPCommCtrlr/HeartbeatInterval"),
    Key("LightIntensity", "InternalCtrlr/LightIntensity"),
    Key("LocalAuthorizeOffline", "AuthCtrlr/LocalAuthorizeOffline"),
    Key("LocalPreAuthorize", "AuthCtrlr/LocalPreAuthorize"),
    Key("MaxEnergyOnInvalidId", "TxCtrlr/MaxEnergyOnInvalidId"),
    Key("MeterValuesAlignedData", "AlignedDataCtrlr/Measurands"),
    Key(
        "MeterValuesAlignedDataMaxLength", "AlignedDataCtrlr/Measurands", "count", True
    ),
    Key("MeterValuesSampledData", "SampledDataCtrlr/TxUpdatedMeasurands"),
    Key(
        "MeterValuesSampledDataMaxLength",
        "SampledDataCtrlr/TxUpdatedMeasurands",
        "count",
        True,
    ),
    Key("MeterValueSampleInterval", "SampledDataCtrlr/TxUpdatedInterval"),
    Key("MinimumStatusDuration", "OCPPCommCtrlr/MinimumStatusDuration"),
    Key("NumberOfConnectors", "SecurityCtrlr/Identity", "connectors", True),
    Key("ResetRetries", "OCPPCommCtrlr/ResetRetries"),
    Key("StopTransactionOnEVSideDisconnect", "TxCtrlr/StopTxOnEVSideDisconnect"),
    Key("StopTransactionOnInvalidId", "TxCtrlr/StopTxOnInvalidId"),
    Key("StopTxnAlignedData", "AlignedDataCtrlr/TxEndedMeasurands"),
    Key(
        "StopTxnAlignedDataMaxLength",
        "AlignedDataCtrlr/TxEndedMeasurands",
        "count",
        True,
    ),
    Key("StopTxnSampledData", "SampledDataCtrlr/TxEndedMeasurands"),
    Key(
        "StopTxnSampledDataMaxLength",
        "SampledDataCtrlr/TxEndedMeasurands",
        "count",
        True,
    ),
    Key("SupportedFeatureProfiles", "InternalCtrlr/SupportedFeatureProfiles"),
    Key(
        "SupportedFeatureProfilesMaxLength",
        "InternalCtrlr/SupportedFeatureProfiles",
        "count",
        True,
    ),
    Key("SupportedFileTransferProtocols", "OCPPCommCtrlr/FileTransferProtocols"),
    Key("TransactionMessageAttempts", "OCPPCommCtrlr/MessageAttempts#TransactionEvent"),
    Key(
        "TransactionMessageRetryInterval",
        "OCPPCommCtrlr/MessageAttemptInterval#TransactionEvent",
    ),
    Key("UnlockConnectorOnEVSideDisconnect", "OCPPCommCtrlr/UnlockOnEVSideDisconnect"),
    Key("WebSocketPingInterval", "OCPPCommCtrlr/WebSocketPingInterval"),
)

_SIGNED_VALUES = (
    Key("SampledDataSignReadings", "SampledDataCtrlr/SignReadings"),
    Key("AlignedDataSignReadings", "AlignedDataCtrlr/SignReadings"),
)
"""Of OCA's application note on signed meter values: either has all of them signed."""

_OPTIONAL_PROFILES = (
    Key("LocalAuthListEnabled", "LocalAuthListCtrlr/Enabled"),
    Key("LocalAuthListMaxLength", "LocalAuthListCtrlr/Entries", "limit", True),
    Key("SendLocalListMaxLength", "LocalAuthListCtrlr/ItemsPerMessage"),
    Key("ReserveConnectorZeroSupported", "ReservationCtrlr/NonEvseSpecific"),
    Key("ChargeProfileMaxStackLevel", "SmartChargingCtrlr/ProfileStackLevel"),
    Key(
        "ChargingScheduleAllowedChargingRateUnit",
        "SmartChargingCtrlr/RateUnit",
        "units",
        True,
    ),
    Key("ChargingScheduleMaxPeriods", "SmartChargingCtrlr/PeriodsPerSchedule"),
    Key("ConnectorSwitch3to1PhaseSupported", "SmartChargingCtrlr/Phases3to1"),
    Key(
        "MaxChargingProfilesInstalled",
        "SmartChargingCtrlr/Entries#ChargingProfiles",
        "limit",
        True,
    ),
)

_SECURITY = (
    Key(
        "AdditionalRootCertificateCheck", "SecurityCtrlr/AdditionalRootCertificateCheck"
    ),
    Key("AuthorizationKey", PASSWORD, "password"),
    Key("CertificateSignedMaxChainSize", "SecurityCtrlr/MaxCertificateChainSize"),
    Key("CertificateStoreMaxLength", "SecurityCtrlr/CertificateEntries", "limit", True),
    Key("CertSigningRepeatTimes", "SecurityCtrlr/CertSigningRepeatTimes"),
    Key("CertSigningWaitMinimum", "SecurityCtrlr/CertSigningWaitMinimum"),
    Key("CpoName", "SecurityCtrlr/OrganizationName"),
    Key("SecurityProfile", "SecurityCtrlr/SecurityProfile", "profile", False, True),
    Key("ISO15118PnCEnabled", "ISO15118Ctrlr/PnCEnabled"),
    Key(
        "CentralContractValidationAllowed",
        "ISO15118Ctrlr/CentralContractValidationAllowed",
    ),
    Key("ContractValidationOffline", "ISO15118Ctrlr/ContractValidationOffline"),
)

KEYS: tuple[Key, ...] = (
    *_CORE,
    *_SIGNED_VALUES,
    *_OPTIONAL_PROFILES,
    *_SECURITY,
)
