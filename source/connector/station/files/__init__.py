"""A station from one file: YAML of our own form, or Josev's `device_model`."""

from connector.station.files.reading import read, read_text
from connector.station.files.station_file import Connection, StationFile

__all__ = ["Connection", "StationFile", "read", "read_text"]
