"""Who may charge, when a transaction begins and ends, and what is measured in it.

2.x part 2, appendix 3: TxCtrlr, AuthCtrlr, AuthCacheCtrlr, LocalAuthListCtrlr,
SampledDataCtrlr, AlignedDataCtrlr, ReservationCtrlr.
"""

from __future__ import annotations

from connector.station.core.tokens import MOST_CACHED, MOST_LISTED
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

POINTS = (
    "ParkingBayOccupancy",
    "EVConnected",
    "Authorized",
    "DataSigned",
    "PowerPathClosed",
    "EnergyTransfer",
)
MEASURANDS = (
    "Energy.Active.Import.Register",
    "Energy.Active.Import.Interval",
    "Energy.Active.Export.Register",
    "Energy.Active.Export.Interval",
    "Energy.Reactive.Import.Register",
    "Power.Active.Import",
    "Power.Active.Export",
    "Power.Reactive.Import",
    "Power.Offered",
    "Power.Factor",
    "Current.Import",
    "Current.Export",
    "Current.Offered",
    "Voltage",
    "Frequency",
    "SoC",
)
"""Those that follow from what a meter shows (`ports.Reading`)."""
_OF_1_6 = ("Temperature",)
_REGISTER = "Energy.Active.Import.Register"
_SAMPLED = (
    "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,"
    "Power.Offered,Current.Offered"
)

_TX = (
    seconds("TxCtrlr/EVConnectionTimeOut", 60, low=1),
    flag("TxCtrlr/StopTxOnEVSideDisconnect", True),
    flag("TxCtrlr/StopTxOnInvalidId", True),
    seconds("TxCtrlr/TxResumptionTimeout", 0),
    flag("TxCtrlr/TxBeforeAcceptedEnabled", True),
    whole("TxCtrlr/MaxEnergyOnInvalidId", 0, unit="Wh"),
    members("TxCtrlr/TxStartPoint", "PowerPathClosed", POINTS),
    members("TxCtrlr/TxStopPoint", "PowerPathClosed", POINTS),
    fixed("TxCtrlr/ChargingTime", Kind.INTEGER, unit="s", live="longest_charging"),
)

_AUTHORIZATION = (
    flag("AuthCtrlr/Enabled", True),
    whole("AuthCtrlr/AdditionalInfoItemsPerMessage", 1, mutability=READ_ONLY),
    flag("AuthCtrlr/AuthorizeRemoteStart", False),
    flag("AuthCtrlr/LocalAuthorizeOffline", True),
    flag("AuthCtrlr/LocalPreAuthorize", False),
    flag("AuthCtrlr/DisableRemoteAuthorization", False),
    flag("AuthCtrlr/OfflineTxForUnknownIdEnabled", False),
    Row("AuthCtrlr/MasterPassGroupId", Kind.STRING, high=36),
    flag("AuthCacheCtrlr/Available", True, mutability=READ_ONLY),
    flag("AuthCacheCtrlr/Enabled", True),
    seconds("AuthCacheCtrlr/LifeTime", 0),
    Row(
        "AuthCacheCtrlr/Policy",
        Kind.OPTION,
        "FIFO",
        READ_ONLY,
        values=("LRU", "LFU", "FIFO", "CUSTOM"),
    ),
    fixed("AuthCacheCtrlr/Storage", Kind.INTEGER, str(MOST_CACHED * 100), unit="B"),
    flag("AuthCacheCtrlr/DisablePostAuthorize", False),
    flag("LocalAuthListCtrlr/Available", True, mutability=READ_ONLY),
    flag("LocalAuthListCtrlr/Enabled", True),
    fixed("LocalAuthListCtrlr/Entries", Kind.INTEGER, live="listed", high=MOST_LISTED),
    whole("LocalAuthListCtrlr/ItemsPerMessage", 500, mutability=READ_ONLY),
    whole("LocalAuthListCtrlr/BytesPerMessage", 500_000, mutability=READ_ONLY),
    fixed("LocalAuthListCtrlr/Storage", Kind.INTEGER, "1000000", unit="B"),
    flag("LocalAuthListCtrlr/DisablePostAuthorize", False),
    flag("ReservationCtrlr/Available", True, mutability=READ_ONLY),
    flag("ReservationCtrlr/Enabled", True),
    flag("ReservationCtrlr/NonEvseSpecific", True, mutability=READ_ONLY),
)

_SAMPLES = (
    flag("SampledDataCtrlr/Available", True, mutability=READ_ONLY),
    flag("SampledDataCtrlr/Enabled", True),
    flag("SampledDataCtrlr/SignReadings", False),
    flag("SampledDataCtrlr/RegisterValuesWithoutPhases", False),
    seconds("SampledDataCtrlr/TxUpdatedInterval", 60),
    members(
        "SampledDataCtrlr/TxUpdatedMeasurands",
        _SAMPLED,
        MEASURANDS,
        more_values=_OF_1_6,
    ),
    members(
        "SampledDataCtrlr/TxStartedMeasurands",
        _REGISTER,
        MEASURANDS,
        more_values=_OF_1_6,
    ),
    seconds("SampledDataCtrlr/TxEndedInterval", 0),
    members(
        "SampledDataCtrlr/TxEndedMeasurands", _REGISTER, MEASURANDS, more_values=_OF_1_6
    ),
    flag("AlignedDataCtrlr/Available", True, mutability=READ_ONLY),
    flag("AlignedDataCtrlr/Enabled", True),
    flag("AlignedDataCtrlr/SendDuringIdle", False),
    flag("AlignedDataCtrlr/SignReadings", False),
    seconds("AlignedDataCtrlr/Interval", 0, high=86_400),
    members("AlignedDataCtrlr/Measurands", _REGISTER, MEASURANDS, more_values=_OF_1_6),
    seconds("AlignedDataCtrlr/TxEndedInterval", 0, high=86_400),
    members("AlignedDataCtrlr/TxEndedMeasurands", "", MEASURANDS, more_values=_OF_1_6),
)

TRANSACTIONS: tuple[Row, ...] = (*_TX, *_AUTHORIZATION, *_SAMPLES)
