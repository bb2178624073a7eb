"""The variables that govern charging profiles, by their names in 2.x."""

from __future__ import annotations

HIGHEST_LEVEL = "SmartChargingCtrlr/ProfileStackLevel"
MOST_PERIODS = "SmartChargingCtrlr/PeriodsPerSchedule"
UNITS = "SmartChargingCtrlr/RateUnit"
SWITCHES_PHASES = "SmartChargingCtrlr/ACPhaseSwitchingSupported"
PURPOSES = "SmartChargingCtrlr/SupportedAdditionalPurposes"
HIGHEST_EXTERNAL_ID = "SmartChargingCtrlr/MaxExternalConstraintsId"

HAS_DYNAMIC = "SmartChargingCtrlr/SupportsFeature#DynamicProfiles"
HAS_LOCAL_TIME = "SmartChargingCtrlr/SupportsFeature#UseLocalTime"
HAS_RANDOM_DELAY = "SmartChargingCtrlr/SupportsFeature#RandomizedDelay"
HAS_SLEEP = "SmartChargingCtrlr/SupportsFeature#EvseSleep"

MODES = "V2XChargingCtrlr@{}/SupportedOperationModes"
"""Of an EVSE that lets a vehicle discharge (2.1, K01.FR.115)."""

PERSISTENCE = "SmartChargingCtrlr/ChargingProfilePersistence"
"""With the purpose as its instance (2.1, K01.FR.55)."""

TIME_ZONE = "ClockCtrlr/TimeZone"
TIME_OFFSET = "ClockCtrlr/TimeOffset"
