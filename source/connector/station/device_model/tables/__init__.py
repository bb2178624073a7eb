"""The variables of a station, as data."""

from connector.station.device_model.rows import Row
from connector.station.device_model.tables.communication import COMMUNICATION
from connector.station.device_model.tables.features import FEATURES
from connector.station.device_model.tables.physical import PHYSICAL
from connector.station.device_model.tables.transactions import TRANSACTIONS

ROWS: tuple[Row, ...] = (*TRANSACTIONS, *COMMUNICATION, *FEATURES, *PHYSICAL)

__all__ = ["ROWS"]
