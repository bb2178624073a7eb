"""Charging profiles, tariffs, displays, ISO 15118 and discharging.

2.x part 2, appendix 3: SmartChargingCtrlr, TariffCostCtrlr, DisplayMessageCtrlr,
ISO15118Ctrlr; of 2.1 also V2XChargingCtrlr.
"""

from __future__ import annotations

from connector.station.device_model.rows import (
    READ_ONLY,
    Kind,
    Row,
    fixed,
    flag,
    members,
    seconds,
    whole,
)

MOST_PROFILES, MOST_PERIODS, HIGHEST_STACK_LEVEL = 100, 1024, 99
_PURPOSES = ("PriorityCharging", "LocalGeneration")
_FORMATS = ("ASCII", "HTML", "URI", "UTF8")
_PRIORITIES = ("AlwaysFront", "InFront", "NormalCycle")
_ENERGY_MODES = ("AC_BPT", "DC_BPT")
_OPERATION_MODES = (
    "ChargingOnly",
    "CentralSetpoint",
    "CentralFrequency",
    "LocalFrequency",
    "ExternalSetpoint",
    "ExternalLimits",
    "LocalLoadBalancing",
    "Idle",
)

_SMART_CHARGING = (
    flag("SmartChargingCtrlr/Available", True, mutability=READ_ONLY),
    flag("SmartChargingCtrlr/Enabled", True),
    flag("SmartChargingCtrlr/ACPhaseSwitchingSupported", False, mutability=READ_ONLY),
    flag("SmartChargingCtrlr/Phases3to1", True, mutability=READ_ONLY),
    fixed(
        "SmartChargingCtrlr/Entries#ChargingProfiles",
        Kind.INTEGER,
        live="profiles",
        high=MOST_PROFILES,
    ),
    flag("SmartChargingCtrlr/ExternalControlSignalsEnabled", False),
    Row(
        "SmartChargingCtrlr/LimitChangeSignificance",
        Kind.DECIMAL,
        "5.0",
        unit="Percent",
        low=0,
        high=100,
    ),
    flag("SmartChargingCtrlr/NotifyChargingLimitWithSchedules", False),
    whole("SmartChargingCtrlr/PeriodsPerSchedule", MOST_PERIODS, mutability=READ_ONLY),
    whole(
        "SmartChargingCtrlr/ProfileStackLevel",
        HIGHEST_STACK_LEVEL,
        mutability=READ_ONLY,
    ),
    members("SmartChargingCtrlr/RateUnit", "A,W", ("A", "W"), mutability=READ_ONLY),
    members(
        "SmartChargingCtrlr/SupportedAdditionalPurposes",
        "PriorityCharging,LocalGeneration",
        _PURPOSES,
        mutability=READ_ONLY,
    ),
    whole("SmartChargingCtrlr/MaxExternalConstraintsId", 0),
    seconds("SmartChargingCtrlr/UpdateRateLimit", 0, mutability=READ_ONLY),
    flag(
        "SmartChargingCtrlr/SupportsFeature#DynamicProfiles", True, mutability=READ_ONLY
    ),
    flag("SmartChargingCtrlr/SupportsFeature#UseLocalTime", True, mutability=READ_ONLY),
    flag(
        "SmartChargingCtrlr/SupportsFeature#RandomizedDelay", True, mutability=READ_ONLY
    ),
    flag("SmartChargingCtrlr/SupportsFeature#LimitAtSoC", False, mutability=READ_ONLY),
    flag("SmartChargingCtrlr/SupportsFeature#EvseSleep", True, mutability=READ_ONLY),
)

MOST_ELEMENTS = 1
"""Prices of one kind in a tariff that a station reckons with."""
_COSTS_AND_DISPLAY = (
    flag("TariffCostCtrlr/Available#Tariff", True, mutability=READ_ONLY),
    flag("TariffCostCtrlr/Available#Cost", True, mutability=READ_ONLY),
    flag("TariffCostCtrlr/Enabled#Tariff", True),
    flag("TariffCostCtrlr/Enabled#Cost", True),
    whole("TariffCostCtrlr/MaxElements#Tariff", MOST_ELEMENTS, mutability=READ_ONLY),
    flag("TariffCostCtrlr/ConditionsSupported#Tariff", False, mutability=READ_ONLY),
    Row("TariffCostCtrlr/Currency", Kind.STRING, "EUR", low=3, high=3),
    Row("TariffCostCtrlr/TariffFallbackMessage", Kind.STRING, high=255),
    Row("TariffCostCtrlr/TotalCostFallbackMessage", Kind.STRING, high=255),
    flag("DisplayMessageCtrlr/Available", True, mutability=READ_ONLY),
    flag("DisplayMessageCtrlr/Enabled", True),
    fixed(
        "DisplayMessageCtrlr/DisplayMessages", Kind.INTEGER, live="messages", high=50
    ),
    whole("DisplayMessageCtrlr/PersonalMessageSize", 512, mutability=READ_ONLY),
    members(
        "DisplayMessageCtrlr/SupportedFormats",
        "ASCII,UTF8",
        _FORMATS,
        mutability=READ_ONLY,
    ),
    members(
        "DisplayMessageCtrlr/SupportedPriorities",
        "AlwaysFront,InFront,NormalCycle",
        _PRIORITIES,
        mutability=READ_ONLY,
    ),
)

_ISO_15118 = (
    flag("ISO15118Ctrlr/Enabled", False),
    flag("ISO15118Ctrlr/PnCEnabled", False),
    flag("ISO15118Ctrlr/V2GCertificateInstallationEnabled", False),
    flag("ISO15118Ctrlr/ContractCertificateInstallationEnabled", False),
    flag("ISO15118Ctrlr/CentralContractValidationAllowed", False),
    flag("ISO15118Ctrlr/ContractValidationOffline", False),
    flag("ISO15118Ctrlr/RequestMeteringReceipt", False),
    whole("ISO15118Ctrlr/MaxScheduleEntries", 1024, mutability=READ_ONLY),
    Row("ISO15118Ctrlr/SeccId", Kind.STRING, high=255),
    Row("ISO15118Ctrlr/CountryName", Kind.STRING, high=2),
    Row("ISO15118Ctrlr/OrganizationName", Kind.STRING, high=64),
)

_DISCHARGING = (
    flag(
        "V2XChargingCtrlr/Available",
        True,
        mutability=READ_ONLY,
        level="evse",
        needs="discharge",
    ),
    flag("V2XChargingCtrlr/Enabled", True, level="evse", needs="discharge"),
    members(
        "V2XChargingCtrlr/SupportedEnergyTransferModes",
        "AC_BPT,DC_BPT",
        _ENERGY_MODES,
        mutability=READ_ONLY,
        level="evse",
        needs="discharge",
    ),
    members(
        "V2XChargingCtrlr/SupportedOperationModes",
        "ChargingOnly,CentralSetpoint,ExternalSetpoint,ExternalLimits,Idle",
        _OPERATION_MODES,
        mutability=READ_ONLY,
        level="evse",
        needs="discharge",
    ),
)

FEATURES: tuple[Row, ...] = (
    *_SMART_CHARGING,
    *_COSTS_AND_DISPLAY,
    *_ISO_15118,
    *_DISCHARGING,
)
