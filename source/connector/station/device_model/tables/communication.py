"""How a station speaks with its central system, and how it is trusted.

2.x part 2, appendix 3: OCPPCommCtrlr, DeviceDataCtrlr, SecurityCtrlr, ClockCtrlr,
MonitoringCtrlr, CustomizationCtrlr. `InternalCtrlr` holds what only 1.6 has a name for.
"""

from __future__ import annotations

from connector.station.device_model.rows import (
    READ_ONLY,
    WRITE_ONLY,
    Kind,
    Row,
    fixed,
    flag,
    members,
    seconds,
    whole,
)

PASSWORD = "SecurityCtrlr/BasicAuthPassword"
PHASE_ROTATIONS = "InternalCtrlr/ConnectorPhaseRotation"
FEATURE_PROFILES = (
    "Core",
    "FirmwareManagement",
    "LocalAuthListManagement",
    "Reservation",
    "SmartCharging",
    "RemoteTrigger",
)
_SIGNED = ("Never", "OncePerTransaction", "EveryMeterValue")
_SOURCES = ("Heartbeat", "NTP", "GPS", "RealTimeClock", "MobileNetwork")
_BASES = ("All", "FactoryDefault", "HardWiredOnly")
_PROTOCOLS = ("HTTP", "HTTPS")

_OCPP = (
    fixed("OCPPCommCtrlr/ActiveNetworkProfile", Kind.INTEGER, "1"),
    members(
        "OCPPCommCtrlr/FileTransferProtocols",
        "HTTP,HTTPS",
        _PROTOCOLS,
        mutability=READ_ONLY,
    ),
    seconds("OCPPCommCtrlr/HeartbeatInterval", 300, low=1),
    seconds("OCPPCommCtrlr/MessageTimeout#Default", 30, low=1),
    seconds("OCPPCommCtrlr/MessageAttemptInterval#TransactionEvent", 20),
    whole("OCPPCommCtrlr/MessageAttempts#TransactionEvent", 5, low=1, high=10_000),
    seconds("OCPPCommCtrlr/MinimumStatusDuration", 0, high=3600),
    Row("OCPPCommCtrlr/NetworkConfigurationPriority", Kind.SEQUENCE, "1"),
    whole("OCPPCommCtrlr/NetworkProfileConnectionAttempts", 3, low=1, high=1000),
    seconds("OCPPCommCtrlr/OfflineThreshold", 60),
    Row(
        "OCPPCommCtrlr/PublicKeyWithSignedMeterValue",
        Kind.OPTION,
        "Never",
        values=_SIGNED,
    ),
    flag("OCPPCommCtrlr/QueueAllMessages", False),
    whole("OCPPCommCtrlr/ResetRetries", 3, high=100),
    seconds("OCPPCommCtrlr/RetryBackOffRandomRange", 10, high=86_400),
    whole("OCPPCommCtrlr/RetryBackOffRepeatTimes", 5, high=30),
    seconds("OCPPCommCtrlr/RetryBackOffWaitMinimum", 5, high=86_400),
    flag("OCPPCommCtrlr/UnlockOnEVSideDisconnect", True),
    seconds("OCPPCommCtrlr/WebSocketPingInterval", 60, high=86_400),
    whole("DeviceDataCtrlr/ItemsPerMessage#GetReport", 50, mutability=READ_ONLY),
    whole("DeviceDataCtrlr/ItemsPerMessage#GetVariables", 50, mutability=READ_ONLY),
    whole("DeviceDataCtrlr/ItemsPerMessage#SetVariables", 50, mutability=READ_ONLY),
    whole("DeviceDataCtrlr/BytesPerMessage#GetReport", 60_000, mutability=READ_ONLY),
    whole("DeviceDataCtrlr/BytesPerMessage#GetVariables", 60_000, mutability=READ_ONLY),
    whole("DeviceDataCtrlr/BytesPerMessage#SetVariables", 60_000, mutability=READ_ONLY),
    whole("DeviceDataCtrlr/ConfigurationValueSize", 1000, mutability=READ_ONLY),
    whole("DeviceDataCtrlr/ReportingValueSize", 2500, mutability=READ_ONLY),
    whole("DeviceDataCtrlr/ValueSize", 2500, mutability=READ_ONLY),
)

_SECURITY = (
    Row(PASSWORD, Kind.STRING, "", WRITE_ONLY, low=16, high=64),
    fixed("SecurityCtrlr/Identity", Kind.STRING, own="identity", high=48),
    Row("SecurityCtrlr/OrganizationName", Kind.STRING, high=64),
    fixed("SecurityCtrlr/SecurityProfile", Kind.INTEGER, "0", low=0, high=3),
    fixed("SecurityCtrlr/CertificateEntries", Kind.INTEGER, live="roots", high=20),
    whole("SecurityCtrlr/CertSigningRepeatTimes", 3, high=100),
    seconds("SecurityCtrlr/CertSigningWaitMinimum", 30, low=1),
    whole("SecurityCtrlr/MaxCertificateChainSize", 10_000, mutability=READ_ONLY),
    flag("SecurityCtrlr/AdditionalRootCertificateCheck", False, mutability=READ_ONLY),
)

_CLOCK = (
    fixed("ClockCtrlr/DateTime", Kind.DATE_TIME, live="time"),
    Row("ClockCtrlr/TimeSource", Kind.SEQUENCE, "Heartbeat", values=_SOURCES),
    Row("ClockCtrlr/TimeZone", Kind.STRING, high=50),
    Row("ClockCtrlr/TimeOffset", Kind.STRING, high=6),
    Row("ClockCtrlr/TimeOffset#NextTransition", Kind.STRING, high=6),
    Row(
        "ClockCtrlr/NextTimeOffsetTransitionDateTime",
        Kind.DATE_TIME,
        is_optional=True,
    ),
    Row("ClockCtrlr/NtpServerUri", Kind.STRING, high=512),
    Row("ClockCtrlr/NtpSource", Kind.OPTION, "manual", values=("DHCP", "manual")),
    seconds("ClockCtrlr/TimeAdjustmentReportingThreshold", 20),
)

_MONITORING = (
    flag("MonitoringCtrlr/Available", True, mutability=READ_ONLY),
    flag("MonitoringCtrlr/Enabled", True),
    Row("MonitoringCtrlr/MonitoringBase", Kind.OPTION, "All", READ_ONLY, values=_BASES),
    whole("MonitoringCtrlr/MonitoringLevel", 9, mutability=READ_ONLY, high=9),
    Row(
        "MonitoringCtrlr/ActiveMonitoringBase",
        Kind.OPTION,
        "All",
        READ_ONLY,
        values=_BASES,
    ),
    whole("MonitoringCtrlr/ActiveMonitoringLevel", 9, mutability=READ_ONLY, high=9),
    whole("MonitoringCtrlr/OfflineQueuingSeverity", 9, high=9),
    whole(
        "MonitoringCtrlr/ItemsPerMessage#SetVariableMonitoring",
        50,
        mutability=READ_ONLY,
    ),
    whole(
        "MonitoringCtrlr/ItemsPerMessage#ClearVariableMonitoring",
        50,
        mutability=READ_ONLY,
    ),
    whole(
        "MonitoringCtrlr/BytesPerMessage#SetVariableMonitoring",
        60_000,
        mutability=READ_ONLY,
    ),
    whole(
        "MonitoringCtrlr/BytesPerMessage#ClearVariableMonitoring",
        60_000,
        mutability=READ_ONLY,
    ),
    flag("CustomizationCtrlr/CustomImplementationEnabled#Station", True),
)

_OF_1_6 = (
    whole("InternalCtrlr/BlinkRepeat", 3, high=1000, is_hidden=True),
    whole("InternalCtrlr/LightIntensity", 100, high=100, is_hidden=True),
    members(
        "InternalCtrlr/SupportedFeatureProfiles",
        ",".join(FEATURE_PROFILES),
        FEATURE_PROFILES,
        mutability=READ_ONLY,
        is_hidden=True,
    ),
    Row(PHASE_ROTATIONS, Kind.STRING, None, own="rotations", is_hidden=True),
)

COMMUNICATION: tuple[Row, ...] = (
    *_OCPP,
    *_SECURITY,
    *_CLOCK,
    *_MONITORING,
    *_OF_1_6,
)
