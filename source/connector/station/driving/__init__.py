"""What people do at a station: by hand, by lines of text, or by themselves for ever."""

from connector.station.driving.driver import Driver
from connector.station.driving.lines import WrongLine, parse
from connector.station.driving.verbs import VERBS, Deed, NotDone

__all__ = ["VERBS", "Deed", "Driver", "NotDone", "WrongLine", "parse"]
