"""The variables that govern the core, by their names in the device model of 2.x.

A client of 1.6 knows them as configuration keys (`station.device_model`).
"""

from __future__ import annotations

from typing import Protocol

CONNECTION_TIMEOUT_S = "TxCtrlr/EVConnectionTimeOut"
START_POINTS = "TxCtrlr/TxStartPoint"
STOP_POINTS = "TxCtrlr/TxStopPoint"
STOP_ON_INVALID = "TxCtrlr/StopTxOnInvalidId"
STOP_ON_UNPLUG = "TxCtrlr/StopTxOnEVSideDisconnect"
MOST_INVALID_WH = "TxCtrlr/MaxEnergyOnInvalidId"
BEFORE_ACCEPTED = "TxCtrlr/TxBeforeAcceptedEnabled"
RESUMPTION_TIMEOUT_S = "TxCtrlr/TxResumptionTimeout"

AUTHORIZES = "AuthCtrlr/Enabled"
CONTRACTS_OFFLINE = "ISO15118Ctrlr/ContractValidationOffline"
UNKNOWN_OFFLINE = "AuthCtrlr/OfflineTxForUnknownIdEnabled"
LOCAL_FIRST = "AuthCtrlr/LocalPreAuthorize"
LOCAL_OFFLINE = "AuthCtrlr/LocalAuthorizeOffline"
REMOTE_IS_ASKED = "AuthCtrlr/AuthorizeRemoteStart"
MASTER_GROUP = "AuthCtrlr/MasterPassGroupId"
HAS_CACHE = "AuthCacheCtrlr/Enabled"
CACHE_LASTS_S = "AuthCacheCtrlr/LifeTime"
CACHE_IS_LAST_WORD = "AuthCacheCtrlr/DisablePostAuthorize"
HAS_LIST = "LocalAuthListCtrlr/Enabled"
LIST_IS_LAST_WORD = "LocalAuthListCtrlr/DisablePostAuthorize"

SAMPLE_INTERVAL_S = "SampledDataCtrlr/TxUpdatedInterval"
STARTED_MEASURANDS = "SampledDataCtrlr/TxStartedMeasurands"
UPDATED_MEASURANDS = "SampledDataCtrlr/TxUpdatedMeasurands"
ENDED_MEASURANDS = "SampledDataCtrlr/TxEndedMeasurands"
ENDED_INTERVAL_S = "SampledDataCtrlr/TxEndedInterval"
SIGNS = "SampledDataCtrlr/SignReadings"
SIGNS_ALIGNED = "AlignedDataCtrlr/SignReadings"
ALIGNED_INTERVAL_S = "AlignedDataCtrlr/Interval"
ALIGNED_MEASURANDS = "AlignedDataCtrlr/Measurands"
ALIGNED_ENDED_INTERVAL_S = "AlignedDataCtrlr/TxEndedInterval"
ALIGNED_ENDED_MEASURANDS = "AlignedDataCtrlr/TxEndedMeasurands"
ONLY_IDLE_ALIGNED = "AlignedDataCtrlr/SendDuringIdle"

LEAST_STATUS_S = "OCPPCommCtrlr/MinimumStatusDuration"
OFFLINE_THRESHOLD_S = "OCPPCommCtrlr/OfflineThreshold"
UNLOCKS_ON_UNPLUG = "OCPPCommCtrlr/UnlockOnEVSideDisconnect"
RESERVES_ANY = "ReservationCtrlr/NonEvseSpecific"
HAS_RESERVATIONS = "ReservationCtrlr/Enabled"


class Variables(Protocol):
    """The values that hold now; a name that a station has not is an empty text."""

    def text(self, name: str) -> str:
        """As it stands."""

    def flag(self, name: str) -> bool:
        """Whether it is `true`."""

    def number(self, name: str) -> float:
        """A number; 0 where there is none."""

    def items(self, name: str) -> tuple[str, ...]:
        """The items of a list."""


def is_off(variables: Variables, name: str) -> bool:
    """Whether something is switched off; where there is no such switch it is on."""
    return variables.text(name).lower() == "false"
